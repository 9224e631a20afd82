import numpy as np
import pandas as pd
import pytest

from technic.errors import ParameterError
from technic.universe import Universe, universe_of


@pytest.fixture
def universe():
    """Three listings with a gap in each kind of column."""
    return Universe(
        pd.DataFrame(
            {
                "symbol": ["F", "BRK.B", "XYZW"],
                "company": ["Ford", " Berkshire ", ""],
                "sector": ["Autos", None, float("nan")],
                "market_cap": [5e10, 0.0, float("nan")],
            }
        ),
        "test",
    )


def test_missing_text_is_none_and_a_market_cap_of_zero_is_unknown(universe):
    """Blank and NaN text become None; 0 in a listing means that nobody knows."""
    assert universe.symbols == ("F", "BRK.B", "XYZW")
    assert universe.text("company").tolist() == ["Ford", "Berkshire", None]
    assert universe.text("sector").tolist() == ["Autos", None, None]
    np.testing.assert_array_equal(universe.market_cap, [5e10, np.nan, np.nan])


def test_a_column_that_is_not_carried_is_all_unknown(universe):
    """Text is None, market caps NaN; has() tells the difference."""
    assert not universe.has("country")
    assert universe.text("country").tolist() == [None] * 3
    assert np.isnan(universe_of(["A"], "x").market_cap).all()


def test_take_keeps_what_a_mask_or_positions_select(universe):
    """Both keep the order asked for, with a fresh index."""
    assert universe.take(np.array([True, False, True])).symbols == ("F", "XYZW")
    assert universe.take(np.array([2, 0])).symbols == ("XYZW", "F")
    assert len(universe.take(np.array([], dtype=np.intp))) == 0


def test_restrict_never_loses_a_symbol_that_was_asked_for(universe):
    """An unlisted symbol stays in, without metadata; repeats count once."""
    asked = universe.restrict(["NEW", "F", "NEW"])
    assert asked.symbols == ("NEW", "F")
    assert asked.text("company").tolist() == [None, "Ford"]
    assert "2 symbols asked for" in asked.source


def test_the_frame_handed_in_is_left_alone():
    """The universe copies what it normalises."""
    frame = pd.DataFrame({"symbol": ["A"], "market_cap": [0.0]})
    Universe(frame, "x")
    assert frame["market_cap"].tolist() == [0.0]


def test_no_symbols_make_an_empty_universe():
    """Zero listings are a universe too; the scan says that there is nothing to scan."""
    assert len(universe_of([], "nothing")) == 0


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"company": ["A"]}, "symbol"),
        ({"symbol": ["A", "A"]}, "each symbol once"),
        ({"symbol": [""]}, "without blanks"),
        ({"symbol": [" A"]}, "without blanks"),
        ({"symbol": [None]}, "without blanks"),
        ({"symbol": ["A"], "price": [1.0]}, "price"),
        ({"symbol": ["A"], "market_cap": [-1.0]}, "market_cap"),
    ],
    ids=["no symbol", "twice", "empty", "blank", "None", "unknown column", "negative cap"],
)
def test_listings_that_cannot_be_are_refused(columns, message):
    """Each wrong frame gets a sentence that names what is wrong."""
    with pytest.raises(ParameterError, match=message):
        Universe(pd.DataFrame(columns), "x")


def test_columns_by_name_are_listings_as_a_frame_is(universe):
    """Arrays and lists make the universe that a frame of them makes; its frame has objects."""
    made = Universe(
        {
            "symbol": ("F", "BRK.B", "XYZW"),
            "company": np.array(["Ford", " Berkshire ", ""], dtype=object),
            "sector": ["Autos", None, float("nan")],
            "market_cap": [5e10, None, 0],
        },
        "test",
    )
    pd.testing.assert_frame_equal(made.frame, universe.frame)
    assert made.frame.dtypes.astype(str).tolist() == ["object", "object", "object", "float64"]
    assert made.frame is made.frame


def test_a_union_has_the_columns_of_both_and_each_symbol_once(universe):
    """What one side does not carry is unknown there; a symbol of both is as the first has it."""
    other = Universe({"symbol": ["NEW", "F"], "country": ["CA", "US"]}, "other")
    both = universe.union(other)
    assert both.symbols == ("F", "BRK.B", "XYZW", "NEW")
    assert list(both.columns) == ["symbol", "company", "sector", "country", "market_cap"]
    assert both.text("country").tolist() == [None, None, None, "CA"]
    assert both.text("company").tolist() == ["Ford", "Berkshire", None, None]
    np.testing.assert_array_equal(both.market_cap, [5e10, np.nan, np.nan, np.nan])
    assert both.rows_of(["NEW", "F"]).tolist() == [3, 0]


def test_metadata_of_another_length_is_refused():
    """A column that is short would put names on other symbols."""
    with pytest.raises(ParameterError, match="a value for each symbol"):
        universe_of(["A", "B"], "x", {"company": ["Only"]})
