"""What is sent to others names files, and not where they lie."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.pages import read_page
from technic.study.report.page import report_page
from technic.study.run import StudyResult
from technic.study.without_folders import plain_command, plain_source
from technic.text.paths import plain_path


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (
            "technic study --data /home/me/p/prices.csv --where 'close / open > 1'",
            "technic study --data prices.csv --where 'close / open > 1'",
        ),
        (
            "/opt/bin/technic study --data=../mine/prices.csv '--where=close/open > 1'",
            "technic study --data=prices.csv '--where=close/open > 1'",
        ),
        ("technic study --setup '/a b/one.toml,two'", "technic study --setup one.toml,two"),
        ("technic study --data 'C:\\me\\prices.csv'", "technic study --data prices.csv"),
        ("technic study --where \"it's", "technic study --where \"it's"),
        ("technic --data /home/me/prices.csv '", "technic --data prices.csv '"),
        (
            'POST /v1/studies {"data": "/srv/prices.csv", "where": "high / low > 1"}',
            'POST /v1/studies {"data": "prices.csv", "where": "high / low > 1"}',
        ),
        ("as said", "as said"),
    ],
)
def test_a_command_has_files_by_their_names(text: str, plain: str):
    """A slash of an expression divides, and stays."""
    assert plain_command(text) == plain


def test_a_lineage_has_its_file_by_the_name():
    """The provider stays before it, blanks in the path or not."""
    assert plain_source("files /data/of mine/prices.csv") == "files prices.csv"
    assert (plain_source("demo"), plain_path("what the provider lists")) == (
        "demo", "what the provider lists",
    )  # fmt: skip


def test_the_report_does_not_say_where_files_lie(single: StudyResult):
    """In the strip, the data, the command, warnings; the result itself is left as it is."""
    data, universe = "/home/me/private/prices.csv", "/home/me/private/all.csv"
    record = single.trial.record
    entry = replace(record.entry, command=f"technic study --data {data} --out /home/me/o.parquet")
    record = replace(record, provider=f"files {data}", universe=universe, entry=entry)
    result = replace(
        single, trial=replace(single.trial, record=record), warnings=(f"{data}: 1 row left out",)
    )
    html = report_page(result)
    assert "/home/me" not in html
    page = read_page(html)
    assert "data: files prices.csv" in page.one("header").text
    assert "files prices.csv, all.csv" in html
    assert "technic study --data prices.csv --out o.parquet" in html
    assert "prices.csv: 1 row left out" in html
    assert result.trial.record.provider == f"files {data}"
