"""The scan files that docs/setups.md shows are read, and its mistake is answered as shown."""

import re
from pathlib import Path

import pytest

from technic.errors import ExpressionError
from technic.scan.expressions.vocabulary import vocabulary
from technic.setups import check_setup
from technic.setups.scan_file import parse_setup
from technic.trade_plan import PlanRules

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "setups.md").read_text(encoding="utf-8")
FILES = re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
MISTAKE = re.search(r"^    technic: (.*)\n      (.*)\n      (\^+)$", PAGE, re.MULTILINE)


def test_the_files_shown_are_setups():
    """From the first key to the last."""
    assert len(FILES) == 2
    for text in FILES:
        check_setup(parse_setup("shown", text), vocabulary(), PlanRules())


def test_the_mistake_shown_is_answered_like_that():
    """Word for word, with its pointer."""
    said, line, carets = MISTAKE.groups()
    text = FILES[0].replace("rs_rating >= 80", line)
    setup = parse_setup("my_gaps", text, "my_gaps.toml")
    with pytest.raises(ExpressionError) as caught:
        check_setup(setup, vocabulary())
    assert str(caught.value) == said
    assert caught.value.pointer() == f"{line}\n{carets}"
