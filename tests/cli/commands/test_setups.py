"""``technic setups``: what there is, what one says, and what is wrong with one's own files."""

import json

import pytest

from technic.setups import Library

OWN = 'meaning = "Up."\nwhere = "close > open"\n'


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    """Nobody's own setups get in."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_all_setups_are_listed_with_what_they_mean(technic):
    """Name, meaning, source, parameters with their values."""
    ran = technic("setups")
    assert ran.code == 0
    assert ran.err == ""
    text = " ".join(ran.out.split())
    for name in Library().names():
        setup = Library().get(name)
        for shown in (setup.name, setup.meaning, setup.source):
            assert shown in text
        assert all(f"{one.name}={one.value:g}" in text for one in setup.parameters)


def test_one_setup_is_shown_with_conditions_and_bars(technic):
    """All that its file says, and what it needs."""
    ran = technic("setups", "trend_template")
    assert ran.code == 0
    text = " ".join(ran.out.split())
    for one in Library().get("trend_template").conditions:
        assert f"{one.name} {one.where}" in text
    assert "min_rs 70 1 to 99 Least relative-strength rating." in text
    assert "rank_by rs_rating:desc" in text
    assert "needs 252 bars" in text


def test_what_has_not_settled_and_what_needs_a_benchmark_is_said(technic):
    """Bars until recursions forget their start; the benchmark."""
    assert "needs 252 bars, 287 until averages with a memory have settled" in " ".join(
        technic("setups", "pullback_20").out.split()
    )
    assert "a benchmark (--benchmark)" in technic("setups", "rs_line_new_high").out


def test_json_has_everything_as_values(technic):
    """For programs."""
    ran = technic("setups", "--format", "json")
    found = json.loads(ran.out)
    assert found["mistakes"] == []
    by_name = {one["name"]: one for one in found["setups"]}
    assert set(by_name) == set(Library().names())
    nr7 = by_name["nr7"]
    assert nr7["conditions"] == [
        {"name": "narrowest_of_7", "where": "high - low < lowest(high - low, 6)[1]"}
    ]
    assert (nr7["bars"], nr7["bars_settled"], nr7["needs_benchmark"]) == (15, 140, False)
    assert by_name["rs_line_new_high"]["needs_benchmark"] is True
    (lookback,) = by_name["rs_line_new_high"]["parameters"]
    assert (lookback["value"], lookback["least"], lookback["most"]) == (252, 20, 1000)


def test_own_files_are_listed_from_home_and_from_a_folder(technic, home, tmp_path):
    """A file that stands in the place of another says so."""
    (home / "setups").mkdir(parents=True)
    (home / "setups" / "mine.toml").write_text(OWN)
    assert f"Up.{home / 'setups' / 'mine.toml'}" in "".join(technic("setups").out.split())
    folder = tmp_path / "f"
    folder.mkdir()
    (folder / "nr7.toml").write_text(OWN + "overrides = true\n")
    ran = technic("setups", "--setups-folder", folder, "--format", "json")
    by_name = {one["name"]: one for one in json.loads(ran.out)["setups"]}
    assert "mine" not in by_name
    assert (by_name["nr7"]["overrides"], by_name["nr7"]["meaning"]) == (True, "Up.")
    shown = technic("setups", "nr7", "--setups-folder", folder).out
    assert "in the place of another" in " ".join(shown.split())  # wherever the line breaks


def test_a_file_with_a_mistake_is_told_and_the_others_listed(technic, tmp_path):
    """Exit code 2, one sentence for each file, none of them stops the list."""
    (tmp_path / "good.toml").write_text(OWN)
    (tmp_path / "bad.toml").write_text(OWN.replace("open", "opn"))
    (tmp_path / "worse.toml").write_text("meaning = ")
    (tmp_path / "nr4.toml").write_text(OWN)
    ran = technic("setups", "--setups-folder", tmp_path, "--format", "json")
    assert ran.code == 2
    names = [one["name"] for one in json.loads(ran.out)["setups"]]
    assert names == [*(name for name in Library().names() if name != "nr4"), "good"]
    lines = ran.err.splitlines()
    assert len(lines) == 3
    for line, name in zip(lines, ("nr4", "worse", "bad"), strict=True):
        assert line.startswith(f"technic: {tmp_path / name}.toml")
    assert "'opn' is no name" in ran.err


def test_one_file_is_checked_by_its_path(technic, tmp_path):
    """With a pointer to the place."""
    path = tmp_path / "bad.toml"
    path.write_text(OWN.replace("open", "opn"))
    ran = technic("setups", path)
    assert ran.code == 2
    assert ran.out == ""
    sentence, line, carets = ran.err.splitlines()
    assert sentence.startswith(f"technic: {path}, conditions.where: 'opn' is no name, at column 9")
    assert (line, carets) == ("  close > opn", "          ^^^")


def test_a_name_that_no_setup_has_names_the_nearest(technic):
    """One sentence, exit code 2."""
    ran = technic("setups", "trend_templat")
    assert ran.code == 2
    assert "trend_template" in ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_scan_takes_ones_own_setup(scan, tmp_path):
    """By its name from the folder, and as a file."""
    (tmp_path / "mine.toml").write_text(OWN)
    by_name = scan("--setup", "mine", "--setups-folder", tmp_path, "--format", "csv")
    as_file = scan("--setup", tmp_path / "mine.toml", "--format", "csv")
    assert by_name.code == 0
    assert by_name.out == as_file.out
    rows = by_name.out.splitlines()
    assert 1 < len(rows) < 9


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("--where", ""), "--where: the expression is empty, at column 1"),
        (("--columns", " , "), "--columns is '', allowed: names, or 'NAME = EXPRESSION'"),
        (
            ("--setup", "trend_template", "--set", "min_rs=80", "--set", "min_rs=90"),
            "--set is 'min_rs=80, min_rs=90', allowed: each parameter once",
        ),
    ],
)
def test_an_option_that_would_do_nothing_is_refused(scan, given, sentence):
    """One line, exit code 2: an empty variable of a script must not drop a filter."""
    ran = scan(*given)
    assert (ran.code, ran.err, ran.out) == (2, f"technic: {sentence}\n", "")


def test_the_table_says_what_was_ranked_and_shows_each_column_once(scan, tmp_path):
    """Ranks are over those that passed the gate; a setup may add a column that is there."""
    (tmp_path / "mine.toml").write_text(OWN + 'columns = ["rs_rating", "last = rank(close)"]\n')
    lines = scan("--setup", tmp_path / "mine.toml", "--limit", "1").out.splitlines()
    assert any(line.startswith("ranked over the ") for line in lines)
    heading = next(line for line in lines if line.split()[:2] == ["#", "symbol"])
    assert heading.split().count("last") == 1
    assert heading.split().count("rs_rating") == 0
    units = lines[lines.index(heading) - 1] + heading
    assert units.count("1-99") <= 1
    assert not any(
        line.startswith("ranked") for line in scan("--where", "close > 1").out.splitlines()
    )
