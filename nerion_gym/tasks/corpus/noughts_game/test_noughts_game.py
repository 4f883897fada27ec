"""Strength: weak. A row, a first move and a win at hand; diagonals, draws and illegal moves are left out."""
from noughts_game import best_move, play, winner


def test_winner():
    assert winner("XXXOO....")
    assert not winner(".........")


def test_play():
    assert "X" in play(".........", 4)


def test_takes_the_win():
    assert best_move("XX.OO....") == 2
