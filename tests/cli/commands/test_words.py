"""``technic columns`` and ``technic functions``; words that are wrong, near or of another case."""

from __future__ import annotations

import json

import pytest

from technic.scan.expressions.vocabulary import vocabulary


def test_every_column_and_function_is_listed_in_one_line(technic):
    """From what is installed, and how many there are."""
    for command, words in (
        ("columns", vocabulary().names),
        ("functions", vocabulary().functions),
    ):
        ran = technic(command)
        *lines, count = ran.out.splitlines()
        assert (ran.code, ran.err) == (0, "")
        assert count == f"{len(words)} {command}"
        assert len(lines) == len(words)
        named = json.loads(technic(command, "--format", "json").out)[command]
        assert sorted(one["name"] for one in named) == sorted(words)


def test_words_are_found_by_name_alias_and_meaning(technic):
    """All words of the search must be there, in any case."""
    assert "rs = rs_rating" in technic("columns", "RS").out
    assert technic("columns", "Wilder", "strength").out.splitlines()[0].startswith("rsi_14 ")
    assert "crosses_above(" in technic("functions", "crosses").out


def test_what_is_not_found_is_said_with_what_is_near(technic):
    """Nothing on stdout; what is not near is not suggested."""
    ran = technic("columns", "voluem")
    assert (ran.code, ran.out) == (0, "")
    assert "the nearest: volume" in ran.err
    assert "technic functions lists all" in technic("functions", "qqqqq").err


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("--sort", "ratng"), "--sort is 'ratng', allowed: a column of the table or an expression; "
         "the nearest: rating"),
        (("--sort", "tech_ratin"), "the nearest: tech_rating"),
        (("--sort", "qqqqq"), "technic columns lists them"),
        (("--columns", "clse"), "--columns: 'clse' is no name, at column 1; did you mean close?"),
        (("--where", "ratng > 5"), "--where: 'ratng' is no name, at column 1; did you mean "
         "rating?"),
        (("--min-rating", "200%"), "--min-rating is 200.0, allowed: a number from 0 to 100"),
        (("--risk-pct", "lots"), "'lots' is no number; write 2, 2.5 or 2%"),
    ],
)  # fmt: skip
def test_an_error_names_the_option_and_what_is_near(scan, given, sentence):
    """As it was typed."""
    ran = scan(*given)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err


def test_numbers_are_written_as_people_write_them(scan):
    """K, M and % in options."""
    ran = scan("--risk-pct", "2%", "--account-size", "50K", "--min-dollar-volume", "1M",
               "--format", "json")  # fmt: skip
    assert ran.code == 0
    plan = next(row for row in json.loads(ran.out)["rows"] if row["shares"])
    assert plan["risk_amount"] <= 0.02 * 50_000


def test_a_sector_that_no_listing_has_is_met_with_one_that_is_near(scan):
    """What begins alike is near; case does not matter."""
    assert (
        "sector 'tech' that was asked for; did you mean 'Technology'?"
        in scan("--sector", "tech").out
    )
    assert "no listing has the sector" not in scan("--sector", "technology").out


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("ALFAA", "the nearest: ALFA"),
        ("bravo", "the nearest: BRAV"),
        ("nonesuch", "did you mean NONE (Nonesuch Corp. Common Stock)?"),
        ("golf industries", "did you mean GOLF (Golf Industries Inc.)?"),
    ],
)
@pytest.mark.parametrize("command", ["show", "explain"])
def test_a_symbol_that_is_none_is_met_with_symbols_and_companies(
    technic, prices, listings, command, asked, hint
):
    """Companies whose name has the text, else symbols spelt like it."""
    ran = technic(command, asked, "--data", prices, "--universe", listings)
    assert (ran.code, ran.out) == (2, "")
    assert hint in ran.err
