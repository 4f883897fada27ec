"""Seats of a small hall: groups sit together if they can."""


class HallFull(Exception):
    pass


class Hall:
    def __init__(self, rows, width):
        self.width = width
        self.rows = [[None] * width for _ in range(rows)]

    def __iter__(self):
        for r, row in enumerate(self.rows):
            for c, guest in enumerate(row):
                yield label(r, c), guest

    @property
    def free(self):
        return sum(guest is None for _, guest in self)

    def block(self, seats):
        for seat in seats:
            r, c = place(seat)
            self.rows[r][c] = "-"

    def gaps(self):
        """Yield (row, first column, length) of each run of free seats."""
        for r, row in enumerate(self.rows):
            start = None
            for c, guest in enumerate(row + ["end"]):
                if guest is None and start is None:
                    start = c
                elif guest is not None and start is not None:
                    yield r, start, c - start
                    start = None

    def seat(self, name, size=1):
        """Put a group into the tightest gap that holds it, else split it; return the seats."""
        if size > self.free:
            raise HallFull(f"{size} seats wanted, {self.free} left")
        taken = []
        while size > 0:
            fitting = [gap for gap in self.gaps() if gap[2] >= size]
            if fitting:
                r, c, _ = min(fitting, key=lambda gap: (gap[2], gap[0]))
                length = size
            else:
                r, c, length = max(self.gaps(), key=lambda gap: gap[2])
            for column in range(c, c + length):
                self.rows[r][column] = name
                taken.append(label(r, column))
            size -= length
        return taken

    def leave(self, name):
        count = 0
        for row in self.rows:
            for c, guest in enumerate(row):
                if guest == name:
                    row[c] = None
                    count += 1
        return count

    def plan(self):
        return "\n".join("".join(guest[0] if guest else "." for guest in row) for row in self.rows)


def label(row, column):
    return f"{chr(ord('A') + row)}{column + 1}"


def place(seat):
    return ord(seat[0].upper()) - ord("A"), int(seat[1:]) - 1
