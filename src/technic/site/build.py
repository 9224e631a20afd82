"""build_site: every file of a day's site, by its name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from technic.charts.text import escape
from technic.result.scan_result import ScanResult
from technic.result.symbol_report import symbol_report
from technic.service.jobs.symbol_detail import company_facts_of
from technic.service.pages.files import page_files
from technic.site.day import Day
from technic.site.documents import (
    encode,
    ledger_document,
    market_document,
    symbol_document,
    table_document,
)
from technic.site.feed import feed
from technic.site.markup import file_name
from technic.site.pages import ledger_page, market_page, scan_page, study_page
from technic.site.studies import require_past
from technic.site.symbol_pages import FOLDER, Neighbors, symbol_page
from technic.text.paths import plain_path

__all__ = ["ASSETS", "build_site"]

ASSETS = ("style.css", "charts.css", "icon.svg")
"""Files of the service's pages that a site has too."""
STYLE = Path(__file__).with_name("site.css")
FILES = ("data", "universe", "watchlist", "benchmark")
"""Keys of a config that name files."""
MOST_PAGES = 1_000
"""Pages of symbols at most, whatever is asked for."""


def build_site(
    day: Day,
    *,
    top: int,
    studies: Mapping[str, Mapping[str, Any]] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> dict[str, bytes]:
    """Return the content of each file of a day's site.

    ``top``: symbols of each table that have a page. ``studies``: documents, by the files that they
    come from.

    As-of rule: all of it is what was known at the close of the day, and none of it depends on when
    it is made: the same day gives the same bytes. Raises UsageError for a study of later data.
    """
    pages = _pages(day, top)
    documents = studies or {}
    require_past(documents, day.as_of)

    def from_root(symbol: str) -> str | None:
        return f"{FOLDER}/{file_name(symbol)}.html" if symbol in pages else None

    files = {f"assets/{name}": page_files().files[name] for name in ASSETS}
    files["assets/site.css"] = STYLE.read_bytes()
    market, ledger = market_document(day), ledger_document(day)
    files |= {"market.json": encode(market), "index.html": market_page(day, market, from_root)}
    files |= {"ledger.json": encode(ledger), "ledger.html": ledger_page(day, ledger, from_root)}
    for one in day.tables:
        files[one.table.page] = scan_page(day, one, from_root)
        files[one.table.json] = encode(table_document(one))
    files["study.html"] = study_page(day, documents)
    files["study.json"] = encode({"as_of": day.as_of, "studies": _told(documents)})
    files["feed.xml"] = feed(day, from_root)
    names = list(pages)
    for at, symbol in enumerate(names):
        if progress is not None:
            progress("pages", at + 1, len(names))
        files |= _symbol_files(day, pages[symbol], names, at)
    return _without_folders(files, day)


def _without_folders(files: Mapping[str, bytes], day: Day) -> dict[str, bytes]:
    """Return the files with others by their names: a site tells nobody where they lie."""
    configs = [one.table.config for one in day.tables]
    paths = {getattr(config, name) for config in configs for name in FILES}
    whole = [path.rstrip("/\\") for path in paths if path]
    hidden = {path: name for path in whole if (name := plain_path(path)) not in ("", path)}
    spelled = {
        form(path).encode(): form(name).encode()
        for path, name in sorted(hidden.items(), reverse=True)
        for form in (str, escape, _as_json)
    }
    shown = dict(files)
    for name, content in files.items():
        for path, short in spelled.items():
            if path in content:
                shown[name] = shown[name].replace(path, short)
    return shown


def _as_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _pages(day: Day, top: int) -> dict[str, ScanResult]:
    """Return the symbols that have a page, each with the result that it is told from."""
    found: dict[str, ScanResult] = {}
    for one in day.tables:
        for symbol in one.result.table["symbol"].head(top):
            if len(found) < MOST_PAGES:
                found.setdefault(str(symbol), one.result)
    return found


def _symbol_files(
    day: Day, result: ScanResult, names: Sequence[str], at: int
) -> Mapping[str, bytes]:
    symbol = names[at]
    report = symbol_report(result, symbol)
    facts = company_facts_of(result, symbol, day.home)
    turn = Neighbors(
        names[at - 1] if at else None,
        names[at + 1] if at + 1 < len(names) else None,
        f"{at + 1} of {len(names)}",
    )
    name = f"{FOLDER}/{file_name(symbol)}"
    return {
        f"{name}.html": symbol_page(day, report, turn, facts),
        f"{name}.json": encode({**symbol_document(report), "company": facts}),
    }


def _told(documents: Mapping[str, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the documents without what their files said of this machine."""
    hidden = ("command", "code")
    return [
        {name: value for name, value in one.items() if name not in hidden}
        for one in documents.values()
    ]
