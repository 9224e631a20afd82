"""Lists that people write with commas, whose items may have commas in brackets and quotes."""

from __future__ import annotations

__all__ = ["split_at_commas"]


def split_at_commas(text: str) -> list[str]:
    """Split at the commas that stand in no bracket and in no quotes; blanks around items go."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter in "([":
            depth += 1
        elif letter in ")]":
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append("")
            continue
        parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]
