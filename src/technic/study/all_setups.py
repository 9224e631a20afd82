"""What a study is over where nothing is named: all setups that come with Technic, both ratings."""

from __future__ import annotations

from technic.scan.expressions.setup_document import setup_document
from technic.setups import Library

__all__ = ["RATINGS", "all_setup_names"]

RATINGS = ("tech_rating", "rs_rating")


def all_setup_names(*, benchmark: bool) -> list[str]:
    """Return their names; without a ``benchmark`` those that need none."""
    found, _ = Library().read()
    return [one.name for one in found if benchmark or not setup_document(one)["needs_benchmark"]]
