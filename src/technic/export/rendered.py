"""What every format gives: the content of a file, and notes on what is not in it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Rendered"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A result in some format.

    ``content``: of the file, text as UTF-8. ``notes``: sentences on what is not in it as it should
    be.
    """

    content: bytes
    notes: tuple[str, ...] = ()

    @classmethod
    def of_text(cls, text: str, notes: tuple[str, ...] = ()) -> Rendered:
        """Return what a format of text gives."""
        return cls(text.encode(), notes)

    @property
    def text(self) -> str:
        """The content of a format of text."""
        return self.content.decode()
