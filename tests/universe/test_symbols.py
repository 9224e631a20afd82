import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic.errors import ParameterError
from technic.universe.symbols import (
    CONVENTIONS,
    RESERVED_SERIES,
    SymbolParts,
    canonical,
    format_symbol,
    parse,
    parse_symbols,
)

# One row per security: cqs, act, nasdaq, cms, alpaca, yahoo, tiingo, slash; None where no
# spelling is known. From the symbol tables of the exchanges and vendors.
ROSETTA = {
    "class V": ("MKC.V", None, "MKC.V", "MKC V", "MKC.V", "MKC-V", "MKC-V", "MKC/V"),
    "class B": ("BRK.B", "BRK.B", "BRK.B", "BRK B", "BRK.B", "BRK-B", "BRK-B", "BRK/B"),
    "preferred L": (
        "BACpL", "BAC$L", "BAC-L", "BAC PRL", "BAC.PRL", "BAC-PL", "BAC-P-L", "BAC^L",
    ),
    "preferred": ("ETIp", "ETI$", "ETI-", "ETI PR", "ETI.PR", "ETI-P", "ETI-P", "ETI^"),
    "warrant": ("AACT.WS", "AACT.W", "AACT+", "AACT WS", "AACT.WS", "AACT-WT", "AACT-WS",
                "AACT/WS"),
    "warrant A": ("X.WS.A", None, "X+A", "X WSA", "X.WS.A", "X-WTA", "X-WS-A",
                  "X/WS/A"),
    "unit": ("AACT.U", "AACT.U", "AACT=", "AACT U", "AACT.U", "AACT-UN", "AACT-U", "AACT/U"),
    "right": ("JACSr", "JACS.R", "JACS^", "JACS RT", "JACS.RT", "JACS-RI", "JACS-R", "JACS/R"),
    "when issued": ("Xw", "X.V", "X#", "X WI", None, "X-WI", None, "X/WI"),
    "right when issued": ("JQCrw", None, "JQC^#", "JQC RTWI", None, "JQC-RIWI", None, None),
    "nasdaq-listed": ("AACBU",) * 8,
    "one letter": ("F",) * 8,
}  # fmt: skip

ORDER = ("cqs", "act", "nasdaq", "cms", "alpaca", "yahoo", "tiingo", "slash")


@st.composite
def symbol_parts(draw):
    """Any parts that have a CQS spelling."""
    root = draw(st.from_regex(r"[A-Z][A-Z0-9]{0,5}", fullmatch=True))
    kind = draw(st.sampled_from(["share", "preferred", "warrant", "unit", "right"]))
    letters = sorted(set(string.ascii_uppercase) - (RESERVED_SERIES if kind == "share" else set()))
    series = draw(st.sampled_from(["", *letters])) if kind not in ("unit", "right") else ""
    when_issued = draw(st.booleans()) if kind != "unit" else False
    if kind == "warrant" and when_issued:
        series = ""
    return SymbolParts(root, kind, series, when_issued)


@pytest.mark.parametrize("row", ROSETTA.values(), ids=ROSETTA)
def test_each_convention_writes_a_security_as_its_vendor_does(row):
    """The known spellings come out; where none is known, formatting refuses."""
    parts = parse(row[0], "cqs")
    for convention, spelling in zip(ORDER, row, strict=True):
        if spelling is None:
            with pytest.raises(ParameterError, match=convention):
                format_symbol(parts, convention)
        else:
            assert format_symbol(parts, convention) == spelling
            assert canonical(spelling, convention) == row[0]


@pytest.mark.parametrize("row", ROSETTA.values(), ids=ROSETTA)
def test_a_spelling_tells_its_own_convention(row):
    """Without a convention the suffix decides, but for three suffixes that are ambiguous."""
    ambiguous = {"BAC-L": "BAC.L", "JACS^": "JACSp", "X.V": "X.V"}
    for spelling in filter(None, row):
        assert canonical(spelling) == ambiguous.get(spelling, row[0])


@given(symbol_parts(), st.sampled_from(CONVENTIONS))
def test_what_a_convention_writes_it_reads_back(parts, convention):
    """Round trip: parse(format(x)) is x in every convention that can write x."""
    try:
        text = format_symbol(parts, convention)
    except ParameterError:
        assert convention != "cqs"
        return
    assert parse(text, convention) == parts
    assert canonical(text, convention) == format_symbol(parts)


@given(symbol_parts())
def test_a_canonical_symbol_is_left_alone(parts):
    """CQS is recognised before any other convention."""
    assert canonical(format_symbol(parts)) == format_symbol(parts)


@given(st.text(min_size=1))
def test_canonical_takes_any_text_and_is_idempotent(text):
    """No text but a blank one is refused, and a second pass changes nothing."""
    if not text.strip():
        with pytest.raises(ParameterError, match="not blank"):
            canonical(text)
        return
    once = canonical(text)
    assert once
    assert canonical(once) == once


def test_case_tells_a_preferred_from_an_ordinary_symbol():
    """AMpB is a preferred of AM, AMPB an ordinary symbol; small letters alone mean nothing."""
    assert canonical("AMpB") == "AMpB"
    assert canonical("AMPB") == "AMPB"
    assert canonical("aapl") == "AAPL"
    assert canonical("Aapl") == "AAPL"
    assert canonical(" brk-b ") == "BRK.B"
    assert canonical("bac/pl") == "BACpL"


def test_a_symbol_nobody_explains_is_kept():
    """Indices and oddities stay as they are, so that they end up in the ledger."""
    for text in ("^GSPC", "BTC-USD", "X.P", "ÄÖ", "1234"):
        assert canonical(text) == text


@pytest.mark.parametrize("text", ["", "brk.b", "BRK/B", "BRK.P", "BRK.", "^A", "A\n"])
def test_parse_refuses_what_the_convention_does_not_write(text):
    """The message names the text and the convention."""
    with pytest.raises(ParameterError, match="a symbol as cqs writes them"):
        parse(text, "cqs")


def test_an_unknown_convention_is_refused():
    """The message lists the conventions there are."""
    with pytest.raises(ParameterError, match="allowed: cqs, act, nasdaq"):
        parse("A", "bloomberg")


@pytest.mark.parametrize(
    "fields",
    [{"root": ""}, {"root": "a"}, {"kind": "bond"}, {"series": "AB"}, {"series": "W"}],
    ids=str,
)
def test_parts_are_checked(fields):
    """Parts that no symbol can have are refused where they are made."""
    with pytest.raises(ParameterError, match=next(iter(fields))):
        SymbolParts(**{"root": "A", **fields})


def test_a_list_of_symbols_loses_blanks_repeats_and_exchanges():
    """What people paste from a charting site is read as the symbols it means."""
    assert parse_symbols(["NASDAQ:AAPL", " ", "aapl", "NYSE:BRK.B", "NYSE:BAC/PL", "F"]) == (
        "AAPL",
        "BRK.B",
        "BACpL",
        "F",
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("$AAPL", "AAPL"), ("$BRK.B", "BRK.B"), ("US.F", "F"), ("US.BRK.B", "BRK.B"),
        ("AAPL.OQ", "AAPL"), ("BRK.B.XNYS", "BRK.B"), ("AAPL UW Equity", "AAPL"),
        # what could be of the symbol stays
        ("AAPL.O", "AAPL.O"), ("BAC$L", "BACpL"), ("$", "$"), ("US", "US"), ("XNAS.", "XNAS."),
    ],
)  # fmt: skip
def test_what_says_of_which_market_a_symbol_is_is_taken_off(written, meant):
    """As data vendors, brokers and terminals write it; and a cashtag's dollar."""
    assert canonical(written) == meant
