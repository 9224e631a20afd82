import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic.errors import ParameterError, RuleUnavailableError
from technic.universe import PrescreenRules, Universe, load_universe, prescreen, universe_of
from technic.universe.prescreen_rules import RULES

NAN = float("nan")
LISTED = Universe(
    pd.DataFrame(
        [
            ("F", "Motors Common Stock", "NYSE", "Autos", "Cars", "USA", 5e10),
            ("BABA", "Retail American Depositary Shares", "NYSE", "Retail", None, "China", 2e11),
            ("AACIW", "Acq Corp Warrant", "NASDAQ", None, None, None, NAN),
            ("BACpL", "Bank Preferred Stock", "NYSE", "Finance", "Banks", "USA", NAN),
            ("SPY", "Index ETF Trust", "ARCA", None, None, "USA", 4e11),
            ("TINY", "Tiny Inc. Common Stock", "NASDAQ", "Tech", "Software", "USA", 1e6),
            ("NOCAP", "Nocap Inc. Common Stock", "NASDAQ", "Tech", "Software", "usa", 0.0),
        ],
        columns=["symbol", "company", "exchange", "sector", "industry", "country", "market_cap"],
    ),
    "test listings",
)


def kept(rules, universe=LISTED):
    """Return the symbols that stay."""
    return [
        s
        for s, stays in zip(universe.symbols, prescreen(universe, rules).kept, strict=True)
        if stays
    ]


def test_common_shares_and_adrs_pass_by_default():
    """Everything else is taken out under the code of its kind, with the reason."""
    done = prescreen(LISTED)
    assert done.rule.tolist() == [None, None, "warrant", "preferred", "fund", None, None]
    assert done.detail[2] == "warrant by its name: Acq Corp Warrant"
    assert done.removed["warrant"] == 1
    assert done.removed["unit"] == 0
    assert done.off == {}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"warrant": False, "preferred": False}, ["F", "BABA", "AACIW", "BACpL", "TINY", "NOCAP"]),
        ({"exchanges": ("xnys",)}, ["F", "BABA"]),
        ({"countries": ("USA",)}, ["F", "TINY", "NOCAP"]),
        ({"sectors": ("tech", "autos")}, ["F", "TINY", "NOCAP"]),
        ({"exclude_sectors": ("Tech",)}, ["F", "BABA"]),
        ({"industries": ("Software",)}, ["TINY", "NOCAP"]),
        ({"exclude_industries": ("Software",)}, ["F", "BABA"]),
        ({"min_market_cap": 1e6}, ["F", "BABA", "TINY"]),
        ({"max_market_cap": 5e10}, ["F", "TINY"]),
        ({"max_market_cap": 5e10, "keep_unknown_market_cap": True}, ["F", "TINY", "NOCAP"]),
        ({"symbol_patterns": ("B.*", "F")}, ["TINY", "NOCAP"]),
        ({"problem_symbols": ("TINY",)}, ["F", "BABA", "NOCAP"]),
    ],
    ids=str,
)
def test_each_rule_takes_out_what_it_says(given, expected):
    """Values match without regard to case; the ends of a range stay."""
    assert kept(PrescreenRules(**given)) == expected


def test_the_first_rule_that_applies_is_the_outcome():
    """A warrant without a sector is taken out as a warrant, in the order of RULES."""
    done = prescreen(LISTED, PrescreenRules(sectors=("Autos",), min_market_cap=1e9))
    assert done.rule.tolist() == [
        None, "sector", "warrant", "preferred", "fund", "sector", "sector",
    ]  # fmt: skip
    assert list(done.removed) == [rule for rule in RULES if rule in done.removed]


def test_an_unknown_market_cap_has_a_rule_of_its_own():
    """Unknown is not small."""
    done = prescreen(LISTED, PrescreenRules(min_market_cap=1e9))
    assert done.rule[5] == "market_cap"
    assert done.detail[5] == "market cap 1,000,000, least allowed 1,000,000,000"
    assert done.rule[6] == "market_cap_unknown"


def test_a_value_that_no_listing_has_is_reported():
    """A misspelt sector shows, instead of just emptying the table."""
    done = prescreen(LISTED, PrescreenRules(sectors=("Tech", "Tehc"), problem_symbols=("QQQ",)))
    assert done.unmatched == {"sector": ("Tehc",), "problem_symbol": ("QQQ",)}


def test_default_rules_that_cannot_run_are_listed_as_off():
    """Bare symbols still show warrants, units and rights; funds and notes cannot be told."""
    done = prescreen(universe_of(["F", "AACIW", "BACpL"], "bare"))
    assert done.rule.tolist() == [None, "warrant", "preferred"]
    assert set(done.off) == {"fund", "note", "other_type"}


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"fund": True}, "a type or company column"),
        ({"sectors": ("Tech",)}, "a column 'sector'"),
        ({"exclude_industries": ("Banks",)}, "a column 'industry'"),
        ({"exchanges": ("NYSE",)}, "a column 'exchange'"),
        ({"countries": ("USA",)}, "a column 'country'"),
        ({"min_market_cap": 1.0}, "a column 'market_cap'"),
    ],
    ids=str,
)
def test_a_rule_that_was_asked_for_never_skips_itself(given, missing):
    """Without its column it is an error that names both."""
    with pytest.raises(RuleUnavailableError, match=missing):
        prescreen(universe_of(["F"], "bare"), PrescreenRules(**given))


@pytest.mark.parametrize(
    "wrong",
    [
        {"warrant": 1},
        {"sectors": "Tech"},
        {"sectors": ["Tech"]},
        {"sectors": ("",)},
        {"symbol_patterns": ("(",)},
        {"min_market_cap": -1},
        {"min_market_cap": NAN},
        {"max_market_cap": float("inf")},
        {"max_market_cap": True},
        {"min_market_cap": 2, "max_market_cap": 1},
        {"keep_unknown_market_cap": "yes"},
    ],
    ids=str,
)
def test_rules_that_make_no_sense_are_refused(wrong):
    """The error names the parameter."""
    with pytest.raises(ParameterError, match=next(iter(wrong))):
        PrescreenRules(**wrong)


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(len(LISTED))), st.integers(0, len(LISTED)))
def test_an_outcome_does_not_depend_on_the_other_listings(order, size):
    """Any part of the universe in any order gives each symbol the same outcome and adds up."""
    rules = PrescreenRules(sectors=("tech", "autos"), min_market_cap=1e7)
    whole = dict(zip(LISTED.symbols, prescreen(LISTED, rules).rule, strict=True))
    part = LISTED.take(np.array(order[:size], dtype=np.intp))
    done = prescreen(part, rules)
    assert dict(zip(part.symbols, done.rule, strict=True)) == {s: whole[s] for s in part.symbols}
    assert sum(done.removed.values()) + done.kept.sum() == len(part)


def test_the_real_universe_keeps_its_ordinary_stocks(real_data):
    """One-letter symbols stay, and the counts add up to the universe."""
    universe = load_universe(real_data / "universe_2024-03-08.parquet")
    done = prescreen(universe)
    assert sum(done.removed.values()) + done.kept.sum() == len(universe)
    stays = dict(zip(universe.symbols, done.kept, strict=True))
    assert all(stays[symbol] for symbol in universe.symbols if len(symbol) == 1)
    assert all(stays[symbol] for symbol in ("AAPL", "BRK.B", "GOOGL", "EPD", "ITUB", "PFBC"))
