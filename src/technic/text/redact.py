"""Keys taken out of text that is shown or logged, however whoever repeated them wrote them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from functools import lru_cache

from technic.text.outside import READ, SENTENCE, clean

__all__ = ["HIDDEN", "redacted", "said"]

HIDDEN = "***"
SHORTEST_SECRET = 6
"""Shorter secrets are for tests: taking them out of a message would only garble it."""
SHORTEST_CODE = 8
"""Characters of a key in base64 that do not depend on what stands beside it."""
CODE_LEFT = r"[a-z0-9+/_-]{0,4}={0,2}"
ESCAPED = r"(?:%(?:25)*|\\u00|\\x|&#x)"
"""What stands before a character's number: in addresses, encoded any number of times, in JSON, in
HTML."""


def redacted(text: str, secrets: Iterable[str], shortest: int = SHORTEST_SECRET) -> str:
    """Return ``text`` with each secret hidden: in any case, in URL encoding, in base64."""
    pattern = _pattern(tuple(sorted(secrets, key=len, reverse=True)), shortest)
    return text if pattern is None else pattern.sub(HIDDEN, text)


def said(
    text: str,
    secrets: Iterable[str] = (),
    most: int = SENTENCE,
    shortest: int = SHORTEST_SECRET,
) -> str:
    """Return what somebody outside said, fit to be shown: clean, without keys, then cut.

    ``shortest``: of the secrets that are looked for.
    """
    if len(text) > READ:
        text = text[: READ - 1_000]  # a key may have been cut in two at READ
    return clean(redacted(clean(text, READ), secrets, shortest), most)


@lru_cache(maxsize=32)
def _pattern(secrets: tuple[str, ...], shortest: int) -> re.Pattern[str] | None:
    forms = [
        form
        for secret in secrets
        if len(secret) >= shortest
        for form in (_spelt(secret), *_in_base64(secret))
    ]
    return re.compile("|".join(forms), re.IGNORECASE) if forms else None


def _spelt(secret: str) -> str:
    """A pattern of the secret itself, each of its characters plain or by its number."""
    return "".join(
        f"(?:{re.escape(letter)}|{ESCAPED}(?:{'|'.join(_numbers(letter))});?)" for letter in secret
    )


def _numbers(letter: str) -> list[str]:
    cases = {letter, letter.lower(), letter.upper()}
    return sorted({one.encode().hex() for one in cases})


def _in_base64(secret: str) -> list[str]:
    """Patterns of what base64 makes of it, wherever it stands in what was encoded."""
    found = []
    for before in range(3):
        code = base64.b64encode(b"\0" * before + secret.encode()).decode().rstrip("=")
        # the first and last characters depend on the neighbours as well
        core = code[-(-8 * before // 6) : 8 * (before + len(secret.encode())) // 6]
        if len(core) >= SHORTEST_CODE:
            signs = {"+": r"(?:[+-]|%(?:25)*2b)", "/": r"(?:[/_]|%(?:25)*2f)"}
            found.append("".join(signs.get(one, one) for one in core) + CODE_LEFT)
    return found
