"""The page as a file: nothing is fetched, nothing runs but its script, all texts are text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from study.report.conftest import studied
from support.pages import Element, read_page
from technic import ScanConfig
from technic.errors import ParameterError
from technic.study.document import study_document
from technic.study.report import page as report
from technic.study.report.page import DETAILS, MOST_BYTES, report_page, write_report
from technic.study.report.setup_parts import Detail
from technic.study.run import StudyResult
from technic.study.summary.rating_summary import RatingSummary

HOSTILE = "<img src=x onerror=alert(1)> \"&' \u202e"


def many(result: StudyResult, count: int) -> StudyResult:
    """The study with its hits dealt out to so many setups of other names."""
    names = tuple(f"setup_{at}" for at in range(count))
    owner = (np.arange(len(result.hits)) % count).astype(np.int16)
    hits = replace(result.hits, owners=names, owner=owner)
    one = result.summaries[0]
    summaries = tuple(replace(one, name=name) for name in names)
    shared = replace(
        result.overlap,
        names=names,
        shared=np.full((count, count), 3) + 4 * np.eye(count, dtype=int),
    )
    return replace(result, hits=hits, summaries=summaries, overlap=shared)


def test_nothing_is_fetched_and_one_script_runs(single: StudyResult):
    """By the page's own policy; the script is known by its hash and small."""
    html = report_page(single)
    assert len(html.encode()) <= MOST_BYTES
    page = read_page(html)
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(script.encode()) < 10_000
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = page.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    for one in page.walk():
        assert not {"src", "srcset", "action", "style"} & set(one.attributes), one.tag
        assert not any(name.startswith("on") for name in one.attributes), one.tag
        assert one.attributes.get("href", "#").startswith("#"), one.tag
    assert not re.search(r"url\((?!#)|@import|https?://", html)
    assert "<" not in re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]


@pytest.mark.parametrize("which", ["single_page", "several_page"])
def test_it_can_be_read_without_seeing_it(which: str, request: pytest.FixtureRequest):
    """Headings in order, tables and pictures named, no name twice, links that lead somewhere."""
    page: Element = request.getfixturevalue(which)
    levels = [int(one.tag[1]) for one in page.walk() if re.fullmatch("h[1-6]", one.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(table.attributes.get("aria-label") for table in page.all("table"))
    pictures = page.all("svg")
    assert len(pictures) > 20
    for one in pictures:
        named = one.attributes.get("role") == "img" and one.attributes.get("aria-label")
        assert named or one.attributes.get("aria-hidden") == "true"
    names = [one.attributes["id"] for one in page.walk() if "id" in one.attributes]
    assert len(names) == len(set(names))
    links = [one.attributes["href"] for one in page.walk() if "href" in one.attributes]
    assert {link[1:] for link in links} <= set(names)


def test_what_must_be_in_sight(single: StudyResult):
    """Days, size of the universe and trials, in the strip that stays and on printed pages."""
    page = read_page(report_page(single))
    strip = page.one("header").text
    assert strip.startswith("SIMULATED2023-09-01 to 2024-06-20 \u00b7 201 sessions")
    assert "universe 31 symbols" in strip
    assert "2 trials on these data" in strip
    printed = '@top-left{content:"Technic study 2023-09-01 to 2024-06-20'
    assert f'{printed} \u00b7 SIMULATED"' in report_page(single)
    real = report_page(replace(single, simulated=False))
    assert "SIMULATED" not in real
    assert f'{printed}"' in real


def test_the_verdict_comes_first(single_page: Element, several: StudyResult, several_page: Element):
    """In words: the sentence of the one, how many there are of each."""
    first = single_page.one("main").all("p")[0]
    assert first.text.startswith("Too few to say: ")
    lead = several_page.one("main").all("p")[0].text
    assert lead.startswith("None of 3 setups does better than luck explains: 3 too few to say")
    opened = several_page.all("details", **{"class": "setup"})
    assert [one.one("h3").text for one in opened] == [
        row[0] for row in several_page.named("all setups").rows()[1:]
    ]
    found = {one.one("h3").text: one for one in opened}
    for summary in several.summaries:
        assert summary.sentence in found[summary.name].text


def test_separate_periods_are_the_same_number_twice(single: StudyResult, single_page: Element):
    """In the sentence and under it, both rounded down."""
    told = re.search(r"worth (\d+\.\d) separate periods", single.summaries[0].sentence)[1]
    key = next(one for one in single_page.all("dl") if one.attributes.get("class") == "key")
    assert f"separate periods{told}" in key.text
    blocks = single.summaries[0].excess[21].blocks
    assert 0 <= blocks - float(told) < 0.1


def test_texts_from_outside_are_texts(single: StudyResult):
    """Symbols, setups, sectors, the command, warnings and the provider's name."""
    symbols = tuple(f"{HOSTILE}{name}" for name in single.hits.symbols)
    sector = np.full(len(single.hits.places), HOSTILE, dtype=object)
    places = replace(single.hits.places, symbols=symbols, sector=sector)
    record = single.trial.record
    entry = replace(record.entry, command=HOSTILE, code=HOSTILE)
    trial = replace(single.trial, record=replace(record, provider=HOSTILE, entry=entry))
    one = single.summaries[0]
    groups = {**one.groups, "sector": {HOSTILE: one.excess[21]}}
    summary = replace(one, name=HOSTILE, groups=groups, sentence=HOSTILE)
    result = replace(
        single,
        hits=replace(single.hits, places=places, owners=(HOSTILE,)),
        trial=trial,
        summaries=(summary,),
        warnings=(HOSTILE,),
    )
    for hostile in (result, many(result, 2)):
        html = report_page(hostile)
        page = read_page(html)
        assert "\u202e" not in html
        assert page.all("img") == []
        assert page.text.count("<img src=x onerror=alert(1)> \"&'") >= 7


def test_27_setups_fit(single: StudyResult):
    """All of them with their pictures, in 400 kB."""
    html = report_page(many(single, 27))
    assert 140_000 < len(html.encode()) <= MOST_BYTES
    page = read_page(html)
    setups = page.all("details", **{"class": "setup"})
    assert len(setups) == 27
    for one in setups:
        assert len(one.all("figure")) == 4


def test_less_is_told_where_it_does_not_fit(single: StudyResult, monkeypatch: pytest.MonkeyPatch):
    """What is left out is said; the table of all is always there."""
    result = many(single, 24)
    drawn: list[Detail] = []
    whole = report._page

    def noted(result: StudyResult, detail: Detail) -> str:
        drawn.append(detail)
        return whole(result, detail)

    monkeypatch.setattr(report, "_page", noted)
    monkeypatch.setattr(report, "MOST_BYTES", 140_000)
    html = report_page(result)
    assert len(html.encode()) <= 140_000
    page = read_page(html)
    told = len(page.all("details", **{"class": "setup"}))
    assert told == drawn[-1].setups == 8
    assert f"{24 - told} more are in the table above alone." in page.text
    assert len(page.named("all setups").rows()) == 25


def test_equal_labels_are_drawn_once(several: StudyResult):
    """And used wherever they are needed; each use leads to one."""
    page = read_page(report_page(many(several, 12)))
    used = [one.attributes["href"] for one in page.all("use")]
    shared = page.one("svg", **{"class": "marks"})
    names = {f"#{one.attributes['id']}" for one in shared.all("g") if "id" in one.attributes}
    assert len(used) > 30
    assert set(used) == names


def test_nothing_was_hit(tmp_path: Path):
    """A page all the same, which says so."""
    page = read_page(report_page(studied(tmp_path, ScanConfig(where="close < 0"))))
    assert page.one("h1").text == "Study: where"
    assert page.all("p")[0].text.startswith("Too few to say: 0 hits on 0 days")
    assert page.all("figure") == []


def test_an_effect_that_is_gone_a_session_later_is_told(single: StudyResult):
    """Where less than half is left, and only where there was one."""
    one = single.summaries[0]
    clear = replace(one.excess[21], mean=0.02, low=0.01, high=0.03)
    for mean, told in ((0.009, True), (0.011, False)):
        late = {**one.late, 1: replace(one.late[1], mean=mean)}
        summary = replace(one, excess={**one.excess, 21: clear}, late=late)
        page = read_page(report_page(replace(single, summaries=(summary,))))
        assert ("Entered one session later +0.90 % of the +2.00 % are left" in page.text) == told
    assert "Entered one session later" not in read_page(report_page(single)).text


def test_ratings_have_their_part(several: StudyResult):
    """After the setups; and alone where only ratings were studied."""
    daily = np.linspace(-0.1, 0.1, len(several.hits.sessions))
    each = several.summaries[0].excess[21]
    rating = RatingSummary("tech_rating", each, daily, (each,) * 10, each)
    page = read_page(report_page(replace(several, ratings=(rating,))))
    headings = [one.text for one in page.all("h2")]
    assert (
        headings.index("Each setup") < headings.index("Ratings") < headings.index("Who is missing")
    )
    none = several.hits.take(np.zeros(len(several.hits), np.bool_))
    alone = replace(
        several,
        hits=replace(none, owners=()),
        summaries=(),
        comparison=None,
        ratings=(rating,),
    )
    page = read_page(report_page(alone))
    assert page.one("h1").text == "Study of 1 rating"
    assert [one.text for one in page.all("h2")] == [
        "Ratings", "Who is missing", "How this was made", "How to read it"
    ]  # fmt: skip
    assert page.all("h3")[0].text == "tech_rating"


def test_a_thousand_setups_are_too_many_for_the_table(single: StudyResult):
    """It has the best; the least that is told of so many fits."""
    html = report._page(many(single, 1_000), DETAILS[-1])
    assert len(html.encode()) <= MOST_BYTES
    page = read_page(html)
    assert len(page.named("all setups").rows()) == 301
    assert "700 more are in the Parquet file (--out)." in page.text


def test_a_long_command_is_cut_late(single: StudyResult):
    """After four thousand letters."""
    record = single.trial.record
    words = " ".join(f"--where x{at:06}" for at in range(400))
    entry = replace(record.entry, command=words)
    result = replace(single, trial=replace(single.trial, record=replace(record, entry=entry)))
    told = read_page(report_page(result)).one("code").text
    assert told == f"{words[:4000]}\u2026"


def test_data_are_named_without_where_they_lie(single: StudyResult):
    """The hash of files, the versions of a store's tables; neither a path nor an address."""
    for version, told in (
        ({"kind": "files", "path": "/home/me/bars", "hash": "ab12"}, "files, hash ab12"),
        ({"kind": "files", "path": "/home/me/bars", "hash": None}, "files, hash not known"),
        (
            {"kind": "store", "store": "s3://mine", "tables": {"bars": {"version": 7, "id": "x"}}},
            "store, tables bars version 7; id x",
        ),
    ):
        record = single.trial.record
        entry = replace(record.entry, data_version=json.dumps(version))
        result = replace(single, trial=replace(single.trial, record=replace(record, entry=entry)))
        text = read_page(report_page(result)).text
        assert told in text
        assert "/home/me" not in text
        assert "s3://" not in text
        said = json.dumps(study_document(result))
        assert version["kind"] in said
        assert "/home/me" not in said
        assert "s3://" not in said


def test_it_is_written_whole(several: StudyResult, tmp_path: Path):
    """And nowhere it cannot be."""
    write_report(several, tmp_path / "out.html")
    assert (tmp_path / "out.html").read_text(encoding="utf-8") == report_page(several)
    assert [one.name for one in tmp_path.iterdir()] == ["out.html"]
    with pytest.raises(ParameterError, match=r"report is .*\.txt'.* ends in \.html or \.htm"):
        write_report(several, tmp_path / "out.txt")
    with pytest.raises(ParameterError, match="a folder that is there"):
        write_report(several, tmp_path / "no" / "out.html")
