"""Keys are taken out of text however they are written there, and before anything is cut."""

from __future__ import annotations

import base64
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.text.redact import redacted, said

KEY = "aB3+/=%kEy_9~x"
WRITTEN = {
    "as it is": KEY,
    "small": KEY.lower(),
    "capital": KEY.upper(),
    "in an address": quote(KEY, safe=""),
    "twice": quote(quote(KEY, safe=""), safe=""),
    "three times": quote(quote(quote(KEY, safe=""), safe=""), safe=""),
    "as a form": quote_plus(KEY),
    "each character": "".join(f"%{ord(letter):02X}" for letter in KEY),
    "in JSON": "".join(f"\\u{ord(letter):04x}" for letter in KEY),
    "in HTML": escape(KEY),
    "in HTML by numbers": "".join(f"&#x{ord(letter):x};" for letter in KEY),
    "within a word": f"apikey{KEY}end",
    "torn by an escape": f"{KEY[:5]}\x1b[0m{KEY[5:]}",
    "torn by what is not seen": "\u200b".join(KEY),
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_a_key_is_hidden_however_it_is_written(written: str):
    """Nothing of it is left but what stands around it."""
    left = said(f"before {written} after", [KEY])
    assert "***" in left
    assert left.startswith("before ")
    assert left.endswith(" after")
    assert KEY[:5].lower() not in left.lower()
    assert "%61" not in left.lower()


@pytest.mark.parametrize("around", ["{}", "user:{}", "me:{}", "{}:", "x{}:secret"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_key_in_base64_is_hidden(around: str, encode):
    """As basic authentication sends it, whatever user stands before it."""
    written = encode(around.format(KEY).encode()).decode()
    left = said(f"Basic {written}", [KEY])
    assert "***" in left
    for piece in left.removeprefix("Basic ").split("***"):
        for start in range(4):
            code = piece[start:].rstrip("=").replace("-", "+").replace("_", "/")
            read = base64.b64decode(code[: len(code) // 4 * 4]).decode("latin-1")
            assert not any(KEY[at : at + 3] in read for at in range(len(KEY) - 2))


@given(before=st.integers(0, 400), most=st.integers(5, 120))
def test_no_cut_leaves_a_part_of_a_key(before: int, most: int):
    """Wherever the cut falls."""
    left = said("." * before + KEY, [KEY], most)
    assert set(left) <= set(".*…")


def test_a_key_across_the_part_that_is_looked_at_is_not_shown():
    """Blanks go, so what stands 20,000 characters away may come into sight."""
    assert said(" " * 19_995 + KEY, [KEY]) == ""


def test_short_and_other_words_stay():
    """A secret of five letters is a test's; a text without a key is as it was."""
    assert redacted("short words stay", ["short"]) == "short words stay"
    assert redacted("nothing here", [KEY]) == "nothing here"
    assert redacted("nothing here", []) == "nothing here"


def test_the_longer_of_two_keys_goes_first():
    """One key that begins another leaves no rest of it."""
    assert redacted("abcdef123456", ["abcdef", "abcdef123456"]) == "***"
