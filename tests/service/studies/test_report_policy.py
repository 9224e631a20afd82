from __future__ import annotations

from pathlib import Path

import pytest

from technic.service.studies.report_policy import POLICY, report_policy

FIRST, SECOND = "'sha256-" + "A" * 43 + "='", "'sha256-" + "b+/9" * 10 + "c+/='"
HEAD = '<!doctype html>\n<meta http-equiv="Content-Security-Policy" content="{}">\n'


@pytest.mark.parametrize(
    ("own", "scripts"),
    [
        (f"default-src 'none'; script-src {FIRST}", f"script-src {FIRST}"),
        (f"default-src 'none'; script-src {FIRST} {SECOND}", f"script-src {FIRST} {SECOND}"),
        ("default-src 'none'; style-src 'unsafe-inline'", None),
        ("default-src *; script-src 'unsafe-inline' 'self' https://evil.example", None),
        ("script-src 'sha256-short=' 'nonce-x'", None),
    ],
    ids=["one script", "two scripts", "none", "a wide one", "no hash"],
)
def test_scripts_are_those_of_the_head_and_nothing_is_wider(
    tmp_path: Path, own: str, scripts: str | None
) -> None:
    """Whatever else the head of a report allows is not allowed here."""
    path = tmp_path / "report.html"
    path.write_text(HEAD.format(own) + "<p>" + "x" * 10_000, encoding="utf-8")
    parts = report_policy(path).split("; ")
    assert parts == [*POLICY, *([] if scripts is None else [scripts])]


def test_what_stands_further_down_is_not_believed(tmp_path: Path) -> None:
    """Only the head is the report's own: below it may stand what a listing calls itself."""
    path = tmp_path / "report.html"
    path.write_text("x" * 5_000 + HEAD.format(f"script-src {FIRST}"), encoding="utf-8")
    assert "script-src" not in report_policy(path)
