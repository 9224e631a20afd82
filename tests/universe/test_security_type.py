import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from technic.universe import Universe, load_universe, security_types

# (symbol, name, type): wordings as exchanges use them, company names shortened
NAMED = [
    ("F", "Motor Company Common Stock", "common"),
    ("T", "Telephone Inc.", "common"),
    ("V", "Visa Inc.", "common"),
    ("CRESY", "Cresud S.A.C.I.F. y A. American Depositary Shares", "adr"),
    ("BELFB", "Bel Fuse Inc. Class B Common Stock", "common"),
    ("SHOPW", "Shop of Wonders Inc. Common Stock", "common"),
    ("UNT", "Unit Corporation Common Stock", "common"),
    ("UNTC", "Unit Corp", "common"),
    ("EPD", "Pipelines L.P. Common Units representing Limited Partner Interests", "common"),
    ("ARCIU", "Tech SPAC Partners III Co. Units", "unit"),
    ("ATSPT", "Tech SPAC Partners Co. Subunit", "unit"),
    ("SBR", "Royalty Trust Units of Beneficial Interest", "common"),
    ("AAAIU", "Acq Corp. Units, each consisting of one share and one-half of one warrant", "unit"),
    ("AAAIW", "Acq Corp. Redeemable warrants each exercisable for one Class A share", "warrant"),
    ("WRNT", "Warrantee Inc. American Depositary Shares", "adr"),
    ("PSNYW", "Holding UK PLC Class C-1 ADS (ADW)", "warrant"),
    ("AAAIR", "Acq Corp. Right to receive 1/6 of one share of Class A Common Stock", "right"),
    ("AMX", "Movil ADS American Depositary Shares (each the right to receive 20 Shares)", "adr"),
    ("ABC", "ABC Corp. Common Stock and Preferred Stock Purchase Rights", "common"),
    ("WRT", "Wright Medical Ordinary Shares", "common"),
    ("WAFDP", "Savings Inc. Depositary Shares", "preferred"),
    (
        "HBANP",
        "Banc Depositary Shares 4.5% Series H Non-Cumulative Perpetual Preferred",
        "preferred",
    ),
    ("PFBC", "Preferred Bank Common Stock", "common"),
    ("FPF", "First Preferred Securities Income Fund Common Shares", "closed_end_fund"),
    ("BHK", "Blackrock Core Bond Trust", "closed_end_fund"),
    ("UHT", "Universal Health Realty Income Trust Common Stock", "common"),
    ("AMH", "Homes 4 Rent Common Shares of Beneficial Interest", "common"),
    ("FGF", "Fundamental Global Inc. Common Stock", "common"),
    ("ITUB", "Banco Holding SA American Depositary Shares (Each repstg 500 Preferred)", "adr"),
    ("SAP", "SAP  SE ADS", "adr"),
    ("ADSE", "ADS-TEC ENERGY PLC Ordinary Shares", "common"),
    ("AFGC", "Group Inc. 5.125% Subordinated Debentures due 2059", "note"),
    ("TANNZ", "Centers 8.00% Senior Notes due 2030", "note"),
    ("USOI", "Bank AG X-Links Crude Oil Shares Covered Call ETN", "etn"),
    ("NCIQ", "Index US ETF", "etf"),
    ("ZVZZT", None, "test_issue"),
    ("ATEST.A", None, "test_issue"),
    ("ABCD", "NASDAQ TEST STOCK", "test_issue"),
    ("BACpL", None, "preferred"),
    ("FpC", "Motor Company 6% Notes due December 1 2059", "note"),
    ("AACT.WS", None, "warrant"),
    ("AACT.U", None, "unit"),
    ("JACSr", None, "right"),
    ("BRK.B", None, "common"),
    ("AACIW", None, "warrant"),
    ("AACIZ", None, "preferred"),
    ("AACIP", None, "preferred"),
    ("AACIO", None, "preferred"),
    ("AACIL", "Services Group Ltd", "preferred"),
    ("AACIN", "Services Group Ltd", "preferred"),
    ("AACIM", None, "preferred"),
    ("AACIF", None, "common"),
    ("AACIQ", None, "common"),
    ("AACIY", None, "adr"),
    ("GOOGL", None, "common"),
    ("MKC.V", "McCormick & Company, Incorporated Common Stock", "common"),
    ("MKC.V", None, "common"),
    ("CBO", "CBO (Listing Market - NYSE - Networks A/E) Common Stock", "test_issue"),
    ("IGZ", "IGZ (Listing Market NYSE Arca Network B F) Common Stock", "test_issue"),
    ("CBX", None, "test_issue"),
    ("CBX", "CBX Holdings Inc. Common Stock", "common"),
    ("NTEST", "NYSE Tick Pilot Test Sym-Control", "test_issue"),
    ("AEHR", "Aehr Test Systems - Common Stock", "common"),
    ("TQQQ", "ProShares UltraPro QQQ", "etf"),
    ("UMDD", "UltraPro MidCap400", "etf"),
    ("SOXL", "Direxion Daily Semiconductor Bull 3x Shares", "etf"),
    ("AAPD", "DIREXION DAILY AAPL BEAR 1X SHARES ", "etf"),
    ("GLD", "SPDR Gold Trust", "etf"),
    ("MDY", "SPDR MidCap Trust Series I", "etf"),
    ("IBIT", "iShares Bitcoin Trust", "etf"),
    ("LEMB", "iShares J.P. Morgan EM Local Currency Bond", "etf"),
    ("XLB", "Materials Select Sector SPDR", "etf"),
    ("HODL", "VanEck Bitcoin Trust Common Shares of Beneficial Interest", "etf"),
    (
        "GBTC",
        "Grayscale Bitcoin Trust (BTC) Common Units of fractional undivided beneficial interest",
        "etf",
    ),
    ("SPPP", "Sprott Physical Platinum and Palladium Trust", "etf"),
    ("BIPC", "Infrastructure Corp Class I Shares", "common"),
    ("LPX", "Pipelines LP Common Units and Preferred Unit Purchase Rights", "common"),
    ("SII", "Sprott Inc. Common Shares", "common"),
    ("WT", "WisdomTree, Inc. Common Stock", "common"),
    ("RGLD", "Royal Gold, Inc. - Common Stock", "common"),
    ("GROY", "Gold Royalty Corp. Common Shares", "common"),
    ("BTM", "Bitcoin Depot Inc. - Class A Common Stock", "common"),
    ("IVZ", "Invesco Ltd Common Stock", "common"),
    ("AMH", "American Homes 4 Rent Common Shares of Beneficial Interest", "common"),
    ("ARCC", "Ares Capital Corporation - Closed End Fund", "common"),
    ("GBDC", "Golub Capital BDC, Inc. - Closed End Fund", "common"),
    ("PSEC", "Prospect Capital Corporation - Closed End Fund", "common"),
    ("MAIN", "Main Street Capital Corporation Common Stock", "common"),
    ("OBDC", "Blue Owl Capital Corporation Common Stock", "common"),
    ("BXSL", "Blackstone Secured Lending Fund Common Shares of Beneficial Interest", "common"),
    ("MSIF", "MSC Income Fund, Inc. Common Stock", "common"),
    ("CCD", "Calamos Dynamic Convertible & Income Fund - Closed End Fund", "closed_end_fund"),
    ("TBLD", "Thornburg Income Builder Opportunities Trust - Closed End Fund", "closed_end_fund"),
    ("FUND", "Sprott Focus Trust, Inc. - Closed End Fund", "closed_end_fund"),
    ("FBRT", "Franklin BSP Realty Trust, Inc. Common Stock", "common"),
    ("RFI", "Cohen & Steers Total Return Realty Fund, Inc. Common Stock", "closed_end_fund"),
    ("IROHR", "Horse Acquisitions Corp. - one right to one-fifth (1/5) of one share", "right"),
    ("AACIU", "Acquisition Trust I - Units (1 Ord Class A & 1/2 War)", "unit"),
    ("AAAW", "Archer Inc Wt", "warrant"),
    ("W", None, "common"),
    ("SNOW", None, "common"),
]


def universe(rows, columns=("symbol", "company")):
    """Return a universe of the rows."""
    return Universe(pd.DataFrame(rows, columns=list(columns)), "test")


@pytest.mark.parametrize(("symbol", "name", "expected"), NAMED, ids=[row[0] for row in NAMED])
def test_suffix_and_name_tell_the_type(symbol, name, expected):
    """Wordings of exchanges, with the traps that company names set."""
    assert security_types(universe([(symbol, name)])).code.tolist() == [expected]


def test_a_fifth_letter_counts_only_off_nyse_and_without_words():
    """It is a hint: a name with a word for the security, or another exchange, overrules it."""
    listed = universe(
        [
            ("AAAIW", "Acq Corp", "NASDAQ"),
            ("BBBIW", "Bbb Class A", "NASDAQ"),
            ("CCCIW", "C", "NYSE"),
        ],
        ("symbol", "company", "exchange"),
    )
    types = security_types(listed)
    assert types.code.tolist() == ["warrant", "common", "common"]
    assert types.basis.tolist() == ["fifth letter", "default", "default"]


@pytest.mark.parametrize(
    ("name", "exchange", "kind", "expected"),
    [
        ("Barron's 400", "ARCA", None, "etf"),
        ("US Vegan Climate Index", "BATS", None, "etf"),
        ("International AI Enhanced Value Fund", "ARCA", None, "etf"),
        ("Tortoise Energy Fund, Inc. Common Stock", "NYSE", None, "closed_end_fund"),
        ("Cboe Global Markets, Inc. Common Stock", "BATS", None, "common"),
        ("Empire Realty OP, L.P. Series ES Operating Partnership Units", "ARCA", None, "common"),
        ("Vocodia", "BATS", "Stock", "common"),
        (None, "ARCA", None, "common"),
        ("Barron's 400", "NYSE", None, "common"),
    ],
)
def test_an_exchange_of_funds_lists_funds(name, exchange, kind, expected):
    """On NYSE Arca and Cboe what is not called a company's stock is a fund."""
    columns = ("symbol", "company", "exchange", "type")
    listed = universe([("AAA", name, exchange, kind)], columns)
    assert security_types(listed).code.tolist() == [expected]


@pytest.mark.parametrize(
    ("spelt", "expected"),
    [
        ("AACT-WS", "warrant"),
        ("AACT-WS-A", "warrant"),
        ("AACT-W", "warrant"),
        ("AACT-U", "unit"),
        ("AACT-R", "right"),
        ("AACT-P-C", "preferred"),
        ("AACT-A", "common"),
        ("MKC-V", "common"),
    ],
)
def test_suffixes_of_tiingo_and_alpha_vantage_tell_the_type(tmp_path, spelt, expected):
    """Their lists name the company alone, whatever the security."""
    path = tmp_path / "listing_status.csv"
    path.write_text(f"symbol,name,exchange,assetType\n{spelt},Acquisition Corp,NYSE,Stock\n")
    assert security_types(load_universe(path)).code.tolist() == [expected]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("CS", "common"),
        ("ADRC", "adr"),
        ("Preferred Stock", "preferred"),
        ("WARRANT", "warrant"),
        ("closed-end fund", "closed_end_fund"),
        ("ETF", "etf"),
        ("Stock", "note"),
        (None, "note"),
        ("gizmo", "note"),
    ],
)
def test_the_type_column_comes_first_where_it_says_something(written, expected):
    """Words like "stock" say nothing; then the name decides."""
    listed = universe([("AAA", "Aaa 5% Notes due 2030", written)], ("symbol", "company", "type"))
    assert security_types(listed).code.tolist() == [expected]


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(NAMED))), st.integers(1, len(NAMED)))
def test_a_type_does_not_depend_on_the_other_listings(order, size):
    """Any part of the universe in any order gives each listing the same type."""
    rows = list({NAMED[at][0]: NAMED[at] for at in order[:size]}.values())
    types = security_types(universe([row[:2] for row in rows]))
    assert types.code.tolist() == [row[2] for row in rows]


def test_no_listings_have_no_types():
    """An empty universe is no special case."""
    assert security_types(universe([])).code.tolist() == []


def test_the_real_universe_is_told_apart(real_data):
    """Endings that leave no doubt agree, and every one-letter symbol is a common share."""
    listed = load_universe(real_data / "universe_2024-03-08.parquet")
    types = security_types(listed).code
    names = pd.Series(listed.text("company")).str.lower().str.rstrip(". ")
    symbols = pd.Series(listed.symbols)
    assert set(types[names.str.contains(r" warrants?$")]) == {"warrant"}
    assert set(types[names.str.contains(r"acquisition .*\bunits?$")]) == {"unit"}
    assert set(types[names.str.contains(r"(?:acquisition|holdings) .*\brights?$")]) == {"right"}
    assert set(types[names.str.contains(r"\bnotes due \d{4}$")]) == {"note"}
    assert set(types[names.str.contains(r"(?:inc|corporation|company)\.? common stock$")]) <= {
        "common",
        "closed_end_fund",
    }
    assert set(types[symbols.str.len() == 1]) == {"common"}
    assert 5200 < np.count_nonzero(types == "common") < 5400


def test_funds_of_a_real_directory_are_told_without_its_flags(real_data):
    """99 % of the ETFs and every test issue are found, and no flag is needed to keep a company."""
    listed = load_universe(real_data / "nasdaqtraded_2024.txt")
    flags = pd.Series(listed.text("type"))
    bare = Universe(listed.frame.drop(columns="type"), "without flags")
    found = pd.Series(security_types(bare).code)
    assert (found[flags == "etf"].isin(["etf", "etn", "closed_end_fund"])).mean() >= 0.99
    assert set(found[flags == "test_issue"]) == {"test_issue"}
    ends_in_share = pd.Series(listed.text("company")).str.contains(
        r"(?:Inc\.?|Corp\.?|Corporation|Company|Ltd\.?|Limited|plc)[ ,-]+"
        r"(?:Class [A-C] )?(?:Common|Ordinary) (?:Stock|Shares?)$",
        na=False,
    )
    own_share = ends_in_share & flags.isna() & ~pd.Series(listed.text("company")).str.contains(
        r"\b(?:Fund|Trust|Muni\w*)\b", na=False
    )  # fmt: skip
    assert own_share.sum() > 3000
    assert set(found[own_share]) == {"common"}
