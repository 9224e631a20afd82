"""What a study is over where nothing is named: all setups that come with Technic, both ratings."""

from __future__ import annotations

from technic.scan.expressions.setup_document import setup_document
from technic.setups import Library

__all__ = ["RATINGS", "all_setup_names"]

RATINGS = ("tech_rating", "rs_rating")


def all_setup_names(*, benchmark: bool, facts: bool = False) -> list[str]:
    """Return their names; without a ``benchmark``, or ``facts``, those that need none."""
    lacking = [name for name, there in (("benchmark", benchmark), ("facts", facts)) if not there]
    found = {one.name: setup_document(one) for one in Library().read()[0]}
    return [
        name for name, says in found.items() if not any(says[f"needs_{one}"] for one in lacking)
    ]
