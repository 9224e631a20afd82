"""What can be said of any bars: the fields of the bar and the functions.

Higher layers extend it by the names they know: columns, listings, ratings, plans, patterns.
"""

from __future__ import annotations

from technic.language.analysis.vocabulary import NameInfo, Vocabulary
from technic.language.functions import FUNCTIONS

__all__ = ["BASE"]

_FIELDS = {
    "open": "First price of the bar.",
    "high": "Highest price of the bar.",
    "low": "Lowest price of the bar.",
    "close": "Last price of the bar.",
    "volume": "Shares traded in the bar.",
    "benchmark": "Close of the benchmark on the session of the bar; only where one is given.",
}

BASE = Vocabulary(
    {
        field: NameInfo("number", "bar", says, unit="shares" if field == "volume" else "price")
        for field, says in _FIELDS.items()
    },
    FUNCTIONS,
)
"""Fields of the bar and functions."""
