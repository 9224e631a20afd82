"""Text from outside is one line of visible characters, cut where it is too long."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.text.columns import clean_column
from technic.text.outside import LABEL, clean, could_be_symbol

HOSTILE = {
    "colour": ("\x1b[31mred\x1b[0m", "red"),
    "clears the screen": ("\x1b[2J\x1b[Hgone", "gone"),
    "title": ("\x1b]0;owned\x07name", "name"),
    "title ended by ST": ("\x1b]2;owned\x1b\\name", "name"),
    "link": ("\x1b]8;;http://evil\x07name\x1b]8;;\x07", "name"),
    "clipboard": ("a\x1b]52;c;ZXZpbA==\x07b", "ab"),
    "device control": ("a\x1bP1$qm\x1b\\b", "ab"),
    "full reset": ("a\x1bcb", "ab"),
    "character set": ("a\x1b(0b", "ab"),
    "cut escape": ("a\x1b", "a"),
    "cut title": ("a\x1b]0;b", "a0;b"),
    "C1 CSI": ("a\x9b31mb", "ab"),
    "C1 OSC": ("a\x9d0;t\x9cb", "ab"),
    "bell, backspace, delete": ("a\x07\x08\x7fb", "ab"),
    "null": ("a\x00b", "ab"),
    "lines": ("a\r\nb\x0bc\x0cd\x85e\u2028f\u2029g\th", "a b c d e f g h"),
    "direction": ("\u202ea\u202c\u2066b\u2069\u200ec\u061c", "abc"),
    "zero width": ("a\u200bb\u200c\u200dc\u2060d\ufeff\u00ade", "abcde"),
    "fillers": ("a\u3164b\u2800c\u115fd\ufe0f", "abcd"),
    "tags": ("a\U000e0041b", "ab"),
    "half a character": ("a\ud800b", "ab"),
    "private": ("a\ue000b", "ab"),
    "blanks": ("  a \u00a0\u3000 b  ", "a b"),
    "letters of others": ("Société Générale 中国 ΑΒΓ עברית", "Société Générale 中国 ΑΒΓ עברית"),
    "nothing": ("\x1b[0m\u200b\n", ""),
}


@pytest.mark.parametrize(("text", "left"), HOSTILE.values(), ids=HOSTILE)
def test_what_a_terminal_obeys_is_gone_and_letters_stay(text: str, left: str):
    """Escapes whole, with what belongs to them; what is not seen; ends of lines are blanks."""
    assert clean(text) == left


@given(st.text(st.characters(codec="utf-16", exclude_categories=()), max_size=80))
def test_what_is_left_can_be_shown_and_cleaning_again_changes_nothing(text: str):
    """No control, format, surrogate or separator character but the blank, whatever came."""
    left = clean(text, 30)
    assert len(left) <= 30
    assert all(letter == " " or unicodedata.category(letter)[0] not in "CZ" for letter in left), (
        left
    )
    assert clean(left, 30) == left


def test_a_text_is_cut_with_an_ellipsis():
    """At the length that is given, and not before."""
    assert clean("x" * 10, 10) == "x" * 10
    assert clean("x" * 11, 10) == "x" * 9 + "…"


def test_a_column_is_cleaned_and_an_ordinary_one_is_returned_itself():
    """What is no text stays."""
    ordinary = np.array(["A", None, 1.5, "A"], dtype=object)
    assert clean_column(ordinary) is ordinary
    strange = np.array(["A\x1b[1m", None, 1.5, "\u200b", "x" * 1_000], dtype=object)
    assert clean_column(strange).tolist() == ["A", None, 1.5, None, "x" * (LABEL - 1) + "…"]
    assert strange[0] == "A\x1b[1m"


@pytest.mark.parametrize(
    ("text", "may"),
    [("BRK.B", True), ("BRK B", True), ("X^#", True), ("", False), ("A\x1b[1m", False),
     ("A\u200b", False), ("ÄÖ", False), ("A" * 24, True), ("A" * 25, False), ("A\n", False)],
)  # fmt: skip
def test_what_can_be_a_symbol(text: str, may: bool):
    """Short, ASCII, visible; whether it is one is another question."""
    assert could_be_symbol(text) is may
