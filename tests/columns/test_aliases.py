"""Short words for columns: the same in headings, options, settings, conditions and JSON."""

from __future__ import annotations

from support.made_up_market import SESSIONS, SYMBOLS, scan
from technic import ScanConfig
from technic.columns.aliases import ALIASES, canonical
from technic.language import read
from technic.scan.expressions.vocabulary import vocabulary
from technic.setups import check_setup
from technic.setups.scan_file import parse_setup
from technic.testing import make_bars
from technic.view.main_columns import MAIN_COLUMNS


def test_every_alias_is_another_word_for_a_column():
    """None is a column itself."""
    assert set(ALIASES.values()) <= set(vocabulary().names)
    assert not set(ALIASES) & set(vocabulary().names)


def test_every_heading_is_a_word_that_options_know():
    """Without its unit, whatever its case and its blanks; on a page and on a terminal."""
    for column in MAIN_COLUMNS:
        heading = column.heading.removesuffix(" $").removesuffix(" %")
        lines = column.short.split("\n")
        assert canonical(heading) == column.name
        assert column.name in (canonical(" ".join(lines).strip()), *map(canonical, lines))


def test_an_alias_in_a_condition_is_the_column():
    """The checked tree has the column, so saved results and sums over it are the same."""
    assert str(read("rating > 60 and rs > 80", vocabulary()).node) == (
        "tech_rating > 60 and rs_rating > 80"
    )
    assert str(read("price > sma(price, 20)", vocabulary()).node) == "close > sma(close, 20)"


def test_headings_of_other_columns_are_known_too():
    """Blanks stand for underscores; conditions and texts with other signs stay as they are."""
    assert canonical("Market cap") == "market_cap"
    assert canonical("from high 252 pct") == "from_high_252_pct"
    for text in ("a and b", "not a", "sma(close, 5)", "gap = open - close", "close"):
        assert canonical(text) == text


def test_aliases_in_columns_and_order_are_the_columns():
    """The config has the names of the columns, so have table and JSON."""
    config = ScanConfig(columns=("RS", "rel volume", "rating"), sort="change:asc,rr,RS")
    assert config.columns == ("rs_rating", "rel_volume_20", "tech_rating")
    assert config.sort == "return_1_pct:asc,reward_risk,rs_rating"
    result = scan(make_bars(SYMBOLS, SESSIONS), config)
    assert result.chosen == ("rs_rating", "rel_volume_20", "tech_rating")
    changes = result.table["return_1_pct"].tolist()
    assert changes == sorted(changes)


def test_a_column_of_ones_own_wins_over_an_alias():
    """It may be called gap, and rows are sorted by it."""
    config = ScanConfig(columns=("gap = close - open",), sort="gap")
    assert (config.columns, config.sort) == (("gap = close - open",), "gap")
    result = scan(make_bars(SYMBOLS, SESSIONS), config)
    own = (result.table["close"] - result.table["open"]).tolist()
    assert result.table["gap"].tolist() == own == sorted(own, reverse=True)


def test_columns_with_a_plus_are_added_to_those_shown():
    """The first says it for all; a plus further on changes nothing."""
    bars = make_bars(SYMBOLS, SESSIONS)
    added = scan(bars, ScanConfig(columns=("+gap", "atr_14")))
    assert (added.chosen, added.wanted) == ((), ("gap_pct", "atr_14"))
    assert set(added.wanted) <= set(added.added)
    chosen = scan(bars, ScanConfig(columns=("gap", "+atr_14")))
    assert (chosen.chosen, chosen.wanted) == (("gap_pct", "atr_14"), ())


def test_rows_are_sorted_by_several_keys():
    """Rows that are equal by the first go by the second, then by symbol."""
    config = ScanConfig(sort="where(close > 20, 1, 0):desc, sma(close, 5):asc")
    result = scan(make_bars(SYMBOLS, SESSIONS), config)
    rows = [
        (-(close > 20), values, symbol)
        for close, values, symbol in zip(
            result.table["close"],
            result.sort_values["sma(close, 5)"],
            result.table["symbol"],
            strict=True,
        )
    ]
    assert rows == sorted(rows)


def test_a_setup_may_use_short_words_and_several_keys():
    """Its columns are called as what they mean; its order has both keys."""
    text = 'meaning = "M."\nrank_by = "rating:desc,price"\ncolumns = ["rs"]\nwhere = "price > 0"\n'
    setup = parse_setup("mine", text)
    assert "columns.rs_rating" in check_setup(setup, vocabulary())
    config = ScanConfig(setups=(setup,))
    assert config.sort == "tech_rating:desc,close"
    result = scan(make_bars(SYMBOLS, SESSIONS), config)
    assert result.added == ("rs_rating",)
    ratings = result.table["tech_rating"].dropna().tolist()
    assert ratings == sorted(ratings, reverse=True)
