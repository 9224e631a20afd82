"""Market caps in files: amounts, and the unit that they are counted in."""

import logging

import numpy as np
import pandas as pd
import pytest

from technic.errors import ParameterError
from technic.tables.file_options import FileOptions
from technic.universe import load_universe


def caps(tmp_path, amounts, column="Market Cap", unit=None):
    """Return the market caps of a CSV file with one row for each amount."""
    path = tmp_path / "listings.csv"
    rows = [f'S{row},"{amount}"' for row, amount in enumerate(amounts)]
    path.write_text("\n".join([f"symbol,{column}", *rows]) + "\n")
    return load_universe(path, options=FileOptions.of(market_cap_unit=unit)).market_cap.tolist()


@pytest.mark.parametrize(
    ("amounts", "dollars"),
    [
        (["1234.56", "45678.70", "2990000.10"], [1234.56e6, 45678.70e6, 2990000.10e6]),
        (["0.85", "", "310.00"], [0.85e6, None, 310e6]),
        (["1234", "45,679", "2,990,000"], [1234e6, 45679e6, 2990000e6]),
        (["$512.3", "-", "$88"], [512.3e6, None, 88e6]),
    ],
    ids=["cents", "gaps", "whole", "dollar signs"],
)
def test_millions_are_scaled_and_said(tmp_path, caplog, amounts, dollars):
    """No market's largest company is worth a few million dollars."""
    with caplog.at_level(logging.WARNING):
        found = caps(tmp_path, amounts)
    np.testing.assert_allclose(found, [np.nan if one is None else one for one in dollars])
    assert caplog.text.count("in millions of dollars") == 1
    assert "--market-cap-unit dollars" in caplog.text


@pytest.mark.parametrize(
    ("amounts", "dollars"),
    [
        (["1234567890.5", "250000.25"], [1234567890.5, 250000.25]),
        (["12000000", "0.5"], [12e6, 0.5]),
        (["1.2B", "300M", "9.5"], [1.2e9, 300e6, 9.5]),
        (["", "", "0"], [np.nan, np.nan, np.nan]),
        (["1.2bn", "USD 300m", "$2 trillion", "4 Mrd."], [1.2e9, 300e6, 2e12, 4e9]),
        (["1.2B", "N/M", "n.m."], [1.2e9, np.nan, np.nan]),
    ],
    ids=["a large one", "above ten million", "letters", "nothing known", "words", "not known"],
)
def test_dollars_are_left_alone(tmp_path, caplog, amounts, dollars):
    """One company of a size that companies have is enough; letters say the unit themselves."""
    with caplog.at_level(logging.WARNING):
        np.testing.assert_allclose(caps(tmp_path, amounts), dollars)
    assert not caplog.records


def test_amounts_that_may_be_billions_or_thousands_are_doubted(tmp_path, caplog):
    """The warning names the unit; nothing of the amounts tells which it is."""
    with caplog.at_level(logging.WARNING):
        assert caps(tmp_path, ["1.23", "2990.00", "0.56"]) == [1.23e6, 2990e6, 0.56e6]
        assert "--market-cap-unit dollars or billions" in caplog.text
        caplog.clear()
        amounts = ["1234560", "2990000100", "560000"]
        assert caps(tmp_path, amounts) == list(map(float, amounts))
        assert "--market-cap-unit thousands" in caplog.text


def test_small_whole_amounts_are_doubted_not_scaled(tmp_path, caplog):
    """Companies worth 50,000 to 9 million dollars may be."""
    with caplog.at_level(logging.WARNING):
        assert caps(tmp_path, ["50000", "9000000"]) == [50_000, 9_000_000]
    assert "--market-cap-unit millions" in caplog.text


@pytest.mark.parametrize(
    ("column", "factor"),
    [
        ("Market Cap (M)", 1e6),
        ("Market Cap (mil)", 1e6),
        ("Mkt Cap USD mn", 1e6),
        ("Market Capitalization in millions", 1e6),
        ("market_cap_musd", 1e6),
        ("Market Cap ($B)", 1e9),
        ("Market Cap bln", 1e9),
        ("Market cap (000s)", 1e3),
        ("Market Cap (Bn USD)", 1e9),
        ("Market Cap ($MM)", 1e6),
    ],
)
def test_a_name_says_the_unit(tmp_path, caplog, column, factor):
    """Then nothing is guessed, and nothing said."""
    with caplog.at_level(logging.WARNING):
        assert caps(tmp_path, ["2", "30.5"], column) == [2 * factor, 30.5 * factor]
    assert not caplog.records


def test_the_user_says_the_unit(tmp_path, caplog):
    """Over name and amounts."""
    with caplog.at_level(logging.WARNING):
        assert caps(tmp_path, ["1234.5"], unit="dollars") == [1234.5]
        assert caps(tmp_path, ["2", "3.5"], "Market Cap (M)", "billions") == [2e9, 3.5e9]
        assert caps(tmp_path, ["50000000"], unit="thousands") == [5e10]
    assert not caplog.records
    with pytest.raises(ParameterError, match="dollars, thousands, millions, billions"):
        FileOptions.of(market_cap_unit="euros")


def test_numbers_of_a_parquet_file_are_doubted_too(tmp_path, caplog):
    """Floats have decimals where they are no whole numbers."""
    path = tmp_path / "listings.parquet"
    pd.DataFrame({"symbol": ["A", "B"], "marketCap": [1234.56, np.nan]}).to_parquet(path)
    np.testing.assert_allclose(load_universe(path).market_cap, [1234.56e6, np.nan])
    assert "in millions" in caplog.text


def test_the_real_listings_are_in_dollars(real_data, caplog):
    """Nothing is said of market caps as an exchange publishes them."""
    assert np.nanmax(load_universe(real_data / "universe_2024-03-08.parquet").market_cap) > 1e12
    assert "millions" not in caplog.text
