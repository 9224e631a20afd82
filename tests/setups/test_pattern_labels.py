"""The patterns' setups against charts that were judged by eye."""

from collections import Counter
from pathlib import Path

import pytest
from benchmarks.pattern_labels import judged, read_labels, scores

LABELS = read_labels(Path(__file__).with_name("pattern_labels.csv"))
PATTERNS = ("cup_with_handle", "flat_base", "high_tight_flag", "vcp")


def test_the_labels_are_enough():
    """Forty hits and forty others of each pattern, of the rare one all that were found."""
    counts = Counter((one.pattern, one.is_pattern) for one in LABELS)
    for pattern in PATTERNS:
        least = 15 if pattern == "high_tight_flag" else 40
        assert min(counts[pattern, True], counts[pattern, False]) >= least
    assert len({(one.pattern, one.symbol, one.day) for one in LABELS}) == len(LABELS)
    assert all(len(one.reason) >= 1 for one in LABELS)


@pytest.fixture(scope="module")
def found(real_data: Path):
    """How each setup fares."""
    return scores(judged(LABELS, real_data))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_setup_finds_what_the_eye_finds(pattern: str, found):
    """Four of five that it finds are the pattern, and it finds seven of ten that are."""
    assert found[pattern].precision >= 0.8
    assert found[pattern].recall >= 0.7
