"""Noughts and crosses, with an opponent that never loses."""

LINES = (
    (0, 1, 2), (3, 4, 5), (6, 7, 8),
    (0, 3, 6), (1, 4, 7), (2, 5, 8),
    (0, 4, 8), (2, 4, 6),
)
EMPTY = "."


class IllegalMove(Exception):
    pass


def other(player):
    return "O" if player == "X" else "X"


def winner(board):
    for a, b, c in LINES:
        if board[a] != EMPTY and board[a] == board[b] == board[c]:
            return board[a]
    return None


def free(board):
    return [spot for spot, mark in enumerate(board) if mark == EMPTY]


def to_move(board):
    return "X" if board.count("X") == board.count("O") else "O"


def play(board, spot):
    """The board after whoever is to move takes a spot."""
    if winner(board):
        raise IllegalMove("the game is over")
    if not 0 <= spot < 9 or board[spot] != EMPTY:
        raise IllegalMove(f"spot {spot} is not free")
    return board[:spot] + to_move(board) + board[spot + 1 :]


def score(board, player, depth=0):
    """What a board is worth to a player if both play well; quick wins are worth more."""
    won = winner(board)
    if won:
        return 10 - depth if won == player else depth - 10
    spots = free(board)
    if not spots:
        return 0
    scores = [score(play(board, spot), player, depth + 1) for spot in spots]
    return max(scores) if to_move(board) == player else min(scores)


def best_move(board):
    player = to_move(board)
    return max(free(board), key=lambda spot: score(play(board, spot), player))


def show(board):
    rows = (board[start : start + 3] for start in range(0, 9, 3))
    return "\n".join(" ".join(row) for row in rows)
