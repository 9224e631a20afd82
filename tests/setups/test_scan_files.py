"""Scan files: what is read from them, and what is said of each mistake."""

import pytest

from technic.errors import ExpressionError, InputFileError, ParameterError, UsageError
from technic.scan.config import ScanConfig
from technic.scan.expressions.vocabulary import vocabulary
from technic.setups import (
    Library,
    SetupCondition,
    SetupOption,
    check_setup,
    load_setup,
    load_setups,
)
from technic.trade_plan import PlanRules

FULL = """
title = "Mine"
meaning = "What I look for."
source = "Me"
rank_by = "gap:asc"
columns = ["rs_rating", "gap = open / close[1] - least"]
limit = 7
[parameters]
least = {value = 2, least = 1, most = 3, meaning = "Something."}
[conditions]
first = "close > least"
second = "sma(close, timeperiod=20) > 5"
[universe]
file = "listings.csv"
symbols = ["AAPL", "MSFT"]
sectors = ["Energy"]
min_market_cap = 1e9
fund = false
[plan]
style = "position"
risk_pct = 0.5
"""


@pytest.fixture
def write(tmp_path):
    """Write a scan file and return its path."""

    def call(text, name="mine"):
        path = tmp_path / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return call


def test_everything_a_file_can_say(write, tmp_path):
    """Each key arrives, and the rules of a scan take it over."""
    setup = load_setup(write(FULL))
    assert (setup.name, setup.title, setup.meaning) == ("mine", "Mine", "What I look for.")
    assert (setup.source, setup.rank_by, setup.limit) == ("Me", "gap:asc", 7)
    assert setup.columns == ("rs_rating", "gap = open / close[1] - least")
    assert setup.conditions[0] == SetupCondition(name="first", where="close > least")
    assert setup.values == {"least": 2.0}
    assert setup.universe == str(tmp_path / "listings.csv")
    assert SetupOption(name="fund", values=("false",)) in setup.prescreen
    assert setup.path == str(tmp_path / "mine.toml")
    assert set(check_setup(setup, vocabulary(), PlanRules())) == {
        "conditions.first",
        "conditions.second",
        "columns.rs_rating",
        "columns.gap",
    }
    config = ScanConfig(setups=(setup,))
    assert config.sort == "gap:asc"
    assert config.symbols == ("AAPL", "MSFT")
    assert config.universe == str(tmp_path / "listings.csv")
    assert config.prescreen.sectors == ("Energy",)
    assert config.prescreen.min_market_cap == 1e9
    assert config.prescreen.fund is False
    assert (config.plan.style, config.plan.risk_pct) == ("position", 0.5)


def test_one_expression_is_enough(write):
    """A title, a source and named conditions are for those who want them."""
    setup = load_setup(write('meaning = "Up."\nwhere = "close > open"', name="up_days"))
    assert setup.title == "Up days"
    assert [(one.name, one.where) for one in setup.conditions] == [("where", "close > open")]


MINE = 'meaning = "m"\n'
MISTAKES = [
    ("meaning = ", "not valid TOML"),
    ('where = "close > 1"', "meaning is None, allowed: a text"),
    (MINE, "one of where = '...' and [conditions], not both"),
    (MINE + 'where = "close > 1"\n[conditions]\na = "close > 1"', "not both"),
    (MINE + 'were = "close > 1"', "were is 'close > 1', allowed: one of the keys title, meaning"),
    (MINE + "where = 5", "where is 5, allowed: a text"),
    (MINE + 'where = "close > 1"\nlimit = 0', "limit is 0, allowed: a whole number from 1"),
    (MINE + 'where = "close > 1"\nlimit = true', "limit is True"),
    (MINE + 'where = "close > 1"\ncolumns = "close"', "columns is 'close', allowed: a list"),
    (MINE + 'where = "close > 1"\noverrides = "yes"', "overrides is 'yes', allowed: true or false"),
    (MINE + 'where = "close > 1"\nparameters = 5', "parameters is 5, allowed: a table"),
    (MINE + 'where = "close > n"\n[parameters]\nn = 5', "parameters.n is 5, allowed: {value = 70"),
    (
        MINE + 'where = "close > n"\n[parameters]\nn = {value = "5", meaning = "m"}',
        "parameters.n.value is '5', allowed: a number",
    ),
    (
        MINE + 'where = "close > n"\n[parameters]\nn = {value = nan, meaning = "m"}',
        "parameters.n.value is nan",
    ),
    (
        MINE + 'where = "close > n"\n[parameters]\nn = {value = 5}',
        "parameters.n.meaning is None, allowed: a text",
    ),
    (
        MINE + 'where = "close > n"\n[parameters]\nn = {value = 5, meaning = "m", min = 1}',
        "parameters.n.min is 1, allowed: one of the keys value, least, most, meaning",
    ),
    (
        MINE + 'where = "close > n"\n[parameters]\nn = {value = 5, most = 4, meaning = "m"}',
        "n is 5.0, allowed: -inf to 4",
    ),
    (
        MINE + 'where = "close > 1"\n[parameters]\nn = {value = 5, meaning = "m"}',
        "parameters.n is 5.0, allowed: a parameter that a condition or a column uses",
    ),
    (
        MINE + 'where = "sma(close, n=20) > 1"\n[parameters]\nn = {value = 5, meaning = "m"}',
        "parameters.n is 5.0, allowed: a parameter that a condition or a column uses",
    ),
    (MINE + '[conditions]\nA-b = "close > 1"', "condition is 'A-b', allowed: small letters"),
    (MINE + 'where = "close > 1"\n[universe]\nsector = ["Energy"]', "sector is 'Energy'"),
    (MINE + 'where = "close > 1"\n[universe]\nmin_market_cap = "big"', "min_market_cap is 'big'"),
    (MINE + 'where = "close > 1"\n[universe]\nsymbols = "AAPL"', "universe.symbols is 'AAPL'"),
    (MINE + 'where = "close > 1"\n[plan.stop]\nmin_atr = 1', "plan.stop is {'min_atr': 1}"),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES, ids=[said for _, said in MISTAKES])
def test_a_mistake_is_one_sentence_that_names_file_and_key(write, text, said):
    """Before anything is scanned."""
    path = write(text)
    with pytest.raises(InputFileError) as caught:
        load_setup(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("line", "said", "pointed"),
    [
        ('where = "close >"', "where: ", 7),
        ('[conditions]\na = "close > 1"\nb = "close = 1"', "conditions.b: '='", 6),
        ('where = "close > 1"\ncolumns = ["x = (close"]', "columns: ", 0),
    ],
)
def test_an_expression_that_cannot_be_read_points_to_its_place(write, line, said, pointed):
    """File and key in the sentence, a caret under the place."""
    path = write(MINE + line)
    with pytest.raises(ExpressionError) as caught:
        load_setup(path)
    key = "conditions.where: " if said == "where: " else said
    assert str(caught.value).startswith(f"{path}, {key}")
    assert caught.value.pointer().splitlines()[1].index("^") == pointed


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('where = "clse > 1"', "conditions.where: 'clse' is no name, at column 1; did you mean"),
        ('where = "close + 1"', "conditions.where: "),
        ('where = "close > 1"\ncolumns = ["x = smaa(close, 5)"]', "columns.x: "),
        ('where = "close > 1"\nrank_by = "clse:desc"', "rank_by: 'clse' is no name"),
        ('where = "close > 1"\nrank_by = "close:up"', "rank_by is 'close:up', allowed: COLUMN"),
        ('where = "close > 1"\nrank_by = "5"', "rank_by is '5', allowed: a value that differs"),
        ('where = "close > 1"\ncolumns = ["close = open"]', "columns is 'close', allowed: a name"),
        ('where = "close > 1"\ncolumns = ["x = open", "x = low"]', "columns.x is 'low'"),
        (
            'where = "close > volume"\n[parameters]\nvolume = {value = 5, meaning = "m"}',
            "parameters is 'volume', allowed: a name that nothing else has",
        ),
        ('where = "close > 1"\n[plan]\nstyle = "position"\nfoo = 1', "foo is '1', allowed: "),
        ('where = "close > 1"\n[plan]\nrisk_pct = "much"', "risk_pct is 'much', allowed: a number"),
        ('where = "close > 1"\n[plan]\nstop = "tight"', "stop is 'tight', allowed: nothing in"),
        ('where = "vcp(max_depth=5)"', "min_depth is 10"),
    ],
)
def test_what_means_nothing_is_found_without_a_scan(write, line, said):
    """The command line checks a file against all that a scan knows."""
    path = write(MINE + line)
    with pytest.raises(UsageError) as caught:
        check_setup(load_setup(path), vocabulary(), PlanRules())
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)


def test_a_file_that_is_none_is_named(tmp_path):
    """Not there, a folder, not text."""
    with pytest.raises(InputFileError, match="No such file"):
        load_setup(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes("meaning = 'é'".encode("latin-1"))
    with pytest.raises(InputFileError, match="not text in UTF-8"):
        load_setup(tmp_path / "latin.toml")
    (tmp_path / "Up-days.toml").write_text(MINE + 'where = "close > 1"')
    with pytest.raises(InputFileError, match="setup is 'Up-days', allowed: small letters"):
        load_setup(tmp_path / "Up-days.toml")


def test_a_users_file_adds_a_setup(write, tmp_path):
    """By name from the folder, or as a file; the built-in ones stay."""
    path = write(MINE + 'where = "close > open"')
    library = Library([tmp_path])
    assert library.names() == (*Library().names(), "mine")
    assert load_setups("mine", "nr7", folders=[tmp_path])[0] == load_setup(path)
    assert load_setups(str(path))[0] == load_setup(path)


def test_a_built_in_is_replaced_only_by_a_file_that_says_so(write, tmp_path):
    """Nothing is overridden in silence, and nothing stays in silence."""
    path = write(MINE + 'where = "close > open"', name="nr7")
    with pytest.raises(InputFileError) as caught:
        load_setups("nr7", folders=[tmp_path])
    assert "there is a setup nr7 already, which comes with Technic" in str(caught.value)
    assert "overrides = true" in str(caught.value)
    assert load_setups("nr4", folders=[tmp_path])[0].path == ""
    write(MINE + 'overrides = true\nwhere = "close > open"', name="nr7")
    (setup,) = load_setups("nr7", folders=[tmp_path])
    assert (setup.path, setup.overrides) == (str(path), True)
    write(MINE + 'overrides = true\nwhere = "close > open"', name="nr77")
    with pytest.raises(InputFileError, match="there is no other setup nr77"):
        load_setups("nr77", folders=[tmp_path])


def test_two_folders_with_one_name_follow_the_same_rule(tmp_path):
    """The later one must say that it overrides."""
    for folder, extra in (("a", ""), ("b", ""), ("c", "overrides = true\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mine.toml").write_text(MINE + extra + 'where = "close > open"')
    a, b, c = (tmp_path / name for name in "abc")
    with pytest.raises(InputFileError, match="there is a setup mine already"):
        load_setups("mine", folders=[a, b])
    assert load_setups("mine", folders=[a, c])[0].path == str(c / "mine.toml")


def test_one_file_with_a_mistake_stops_no_other(write, tmp_path):
    """All others are read, and the mistake is told."""
    write("meaning = ", name="broken")
    setups, errors = Library([tmp_path]).read()
    assert [one.name for one in setups] == list(Library().names())
    assert ["broken.toml" in str(error) for error in errors] == [True]


@pytest.mark.parametrize("name", ["trend_templat", "", 5, "../nr7"])
def test_a_name_that_no_setup_has(name):
    """The nearest is named."""
    with pytest.raises(ParameterError, match="technic setups lists them"):
        load_setups(name)


def test_a_folder_that_is_none(tmp_path):
    """It was named, so it must be there."""
    with pytest.raises(ParameterError, match="setups_folder"):
        Library([tmp_path / "none"])


@pytest.mark.parametrize("name", Library().names())
def test_built_in_parameters_may_take_their_least_and_their_most(name):
    """No value inside a parameter's range makes an expression that means nothing."""
    setup = Library().get(name)
    assert setup.path == ""
    assert setup.source
    for one in setup.parameters:
        for value in (one.least, one.most):
            check_setup(setup.with_parameters({one.name: value}), vocabulary())


def test_columns_of_the_same_name_mean_the_same():
    """Setups that run together share one table."""
    found = {}
    for name in Library().names():
        for key, node in check_setup(Library().get(name), vocabulary()).items():
            if key.startswith("columns."):
                assert found.setdefault(key, node) == node, f"{key} of {name}"
