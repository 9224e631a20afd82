"""How long anything waits and how far anything grows: every ceiling of the network, in one place.

docs/reliability.md lists them with what happens at each; a test compares the two.
"""

from __future__ import annotations

import math
import re

__all__ = [
    "MAX_ANSWER_BYTES",
    "MAX_BYTES_IN_FLIGHT",
    "MAX_FEED_BYTES",
    "MAX_HEADER_CHARACTERS",
    "MAX_PAGES",
    "MAX_PAUSE_S",
    "MAX_ROWS_A_PAGE",
    "MAX_STALL_S",
    "MAX_TABLE_ROWS",
    "MIB",
    "header_number",
    "most_pages",
    "shown_bytes",
    "shown_time",
]

MIB = 1024 * 1024

MAX_ANSWER_BYTES = 64 * MIB
"""Of one answer, unpacked. The largest that vendors send, a snapshot of the market, has 8 MiB."""
MAX_BYTES_IN_FLIGHT = 256 * MIB
"""Of all answers that are on their way, unpacked; see ``InFlight``."""
MAX_ROWS_A_PAGE = 500_000
"""Of one answer; vendors send 50,000 at most."""
MAX_TABLE_ROWS = 2_000_000
"""Of a table that comes as a file; Tiingo's list of tickers has about 120,000."""
MAX_PAGES = 200
"""Of a listing or a feed of splits; see ``most_pages`` for bars."""
MAX_FEED_BYTES = 256 * MIB
"""Of all pages of a listing or a feed of splits; listings have 6 MiB."""
SPARE_PAGES = 20
"""Pages beyond four times what the bars of a request fill, for vendors that send short ones."""
MAX_PAUSE_S = 3_600.0
"""What a vendor may ask to be left alone, once or in all until a page comes."""
MAX_STALL_S = 900.0
"""Without a page, pauses that the vendor asked for left out; then what is left is not asked."""
MAX_HEADER_CHARACTERS = 64 * 1024
"""Of one line of an answer's head, and of the address in it."""

_NUMBER = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?")
_UNITS = ((365.25 * 86_400, "year"), (86_400, "day"), (3_600, "hour"), (60, "minute"))


def most_pages(rows: int, rows_a_page: int) -> int:
    """Return how many pages an answer of at most ``rows`` may take."""
    return 4 * -(-rows // rows_a_page) + SPARE_PAGES


def header_number(text: str | None) -> float | None:
    """Return a header that is a plain number from 0; None for everything else.

    What Python takes for digits (``²``) or for numbers (``nan``, five thousand digits) is none.
    """
    return float(text) if text is not None and _NUMBER.fullmatch(text.strip()) else None


def shown_time(seconds: float) -> str:
    """Write a length of time for people: ``10 years``, ``15 minutes``, ``2 seconds``."""
    for length, unit in _UNITS:
        if seconds >= 2 * length or seconds == length:
            count = min(math.floor(seconds / length + 0.5), 10**6)
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return f"{seconds:.3g} seconds"


def shown_bytes(count: int) -> str:
    """Write a number of bytes in MiB."""
    return f"{count / MIB:g} MiB"
