"""How a piece of a program is written anew: the texts of edits, and where they may stand."""
