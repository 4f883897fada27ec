"""Lines of styled text, which become rich's only where they are shown.

Rich draws from the global random generator when it is imported, and importing nerion does nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text


class Line:
    """A line in parts, each with a style of rich's; "" is plain.

    Args:
        text: of the first part.
        style: of the first part.
    """

    def __init__(self, text: str = "", style: str = "") -> None:
        self.parts = [(text, style)]

    @classmethod
    def of(cls, *parts: str | tuple[str, str] | Line) -> Line:
        """Return the line that these parts make."""
        found = cls()
        for part in parts:
            if isinstance(part, Line):
                found.parts += part.parts
            else:
                found.append(*((part,) if isinstance(part, str) else part))
        return found

    def append(self, text: str, style: str = "") -> None:
        """Add a part."""
        self.parts.append((text, style))

    @property
    def text(self) -> str:
        """What it says, without styles."""
        return "".join(text for text, _ in self.parts)

    def __len__(self) -> int:
        """Return the number of characters."""
        return sum(len(text) for text, _ in self.parts)

    def rich(self) -> Text:
        """Return it as rich shows it."""
        from rich.text import Text

        return Text.assemble(*self.parts)
