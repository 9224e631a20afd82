"""What the stages of a long run are called where its progress is shown."""

__all__ = ["STAGES"]

STAGES = {
    "fetch": "fetching prices",
    "scan": "scanning",
    "replay": "scanning days",
    "outcomes": "judging hits",
    "overlap": "what fires together",
    "facts-companies": "companies",
    "facts-quarters": "quarters",
    "coverage": "concepts",
    "baseline": "one by one",
    "batch": "all, one each",
    "prescreen": "left, one each",
}
"""The name that a run reports → words for people."""
