"""The pages: the service's templates, filled with what the scan of a day found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from technic.charts import Drawing
from technic.charts.html_page import responsive
from technic.result.scan_result import ScanResult
from technic.result.symbol_drawings import NARROW
from technic.service.answers.drawings import ledger_drawing, sector_drawing
from technic.service.pages.render import render
from technic.site.day import Changes, Day, TableOfDay
from technic.site.documents import columns_of
from technic.site.lines import Series, lines
from technic.site.markup import NOTHING, cell, link, table, whole
from technic.site.studies import study_context
from technic.version import __version__
from technic.view.main_columns import MAIN_COLUMNS
from technic.view.number_formats import fact_unit
from technic.wording.counts import count_of

__all__ = ["HALF", "MOST_ROWS", "ledger_page", "market_page", "page", "scan_page", "study_page"]

POLICY = "default-src 'none'; style-src 'self' file: 'unsafe-inline'; img-src 'self' file: data:"
"""What a browser may fetch for a page: the site's own styles and icon."""
PAGES = {
    "index.html": "Market",
    "scan.html": "Scan",
    "study.html": "Study",
    "ledger.html": "Ledger",
    "feed.xml": "Feed",
}
MOST_ROWS = 500
"""Rows of a page; the file beside it has all."""
MOST_SYMBOLS = 500
TOP = 10
HALF = 640
"""Pixels of a drawing that has half of a page."""
MOST_CHANGES = 60
PageOf = Callable[[str], str | None]
_HEADINGS = {column.name: column.heading for column in MAIN_COLUMNS}
_OUTCOMES = ("fetch", "error", "gate", "filter")


def page(template: str, day: Day, title: str, active: str, root: str = "", **context: Any) -> bytes:
    """Return a page of the site; ``root``: the way from its folder to that of the site."""
    result = day.main
    latest = {
        "as_of": day.as_of,
        "universe": {"size": result.universe.size},
        "rs_universe": result.ranks.size,
        "data": {"provider": result.data.provider, "simulated": result.data.simulated},
    }
    frame = {
        "site": {"root": root, "policy": POLICY},
        "static": f"{root}assets",
        "pages": PAGES,
        "active": active,
        "script": None,
        "open": True,
        "version": __version__,
        "latest": latest,
        "simulated": result.data.simulated,
    }
    return render(f"site/{template}", title=title, **frame, **context).encode()


def market_page(day: Day, document: Mapping[str, Any], page_of: PageOf) -> bytes:
    """Return the first page; ``document``: what ``market.json`` has."""
    b, first = document["breadth"], day.tables[0]
    top = [
        [_symbol(row["symbol"], page_of), *(cell(name, row.get(name)) for name in _TOP[1:])]
        for row in first.result.table.head(TOP).to_dict("records")
    ]
    return page(
        "market.html",
        day,
        "Market",
        "index.html",
        regime=document["regime"],
        facts=_facts(document),
        averages=lines(
            "Share of symbols above their averages", b["session"], _shares(b), _pct, 100
        ),
        extremes=lines("New highs and lows of a year", b["session"], _extremes(b), whole),
        sectors=_sectors(document),
        top=table("The first rows", ["Symbol", "Rating", "Signal", "Price", "Change", "RS"], top),
        changes=_all_changes(day, page_of),
    )


_TOP = ("symbol", "tech_rating", "signal", "close", "return_1_pct", "rs_rating")


def _facts(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    b, regime = document["breadth"], document["regime"]

    def last(name: str) -> int:
        return int(b[name][-1]) if b[name] else 0

    def share(part: str, of: str) -> str:
        return f"{100 * last(part) / last(of):.0f} % of {last(of):,}" if last(of) else NOTHING

    return [
        ("Above their 50-day average", share("above_50", "of_50")),
        ("Above their 200-day average", share("above_200", "of_200")),
        ("New highs / new lows", f"{last('new_highs'):,} / {last('new_lows'):,}"),
        ("Kept by the scan", whole(document["ledger"].get("kept", 0))),
        ("Measured on", str(regime["source"])),
    ]


def _pct(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.0f} %"


def _shares(b: Mapping[str, Any]) -> list[Series]:
    def ratio(part: str, of: str) -> list[float | None]:
        pairs = zip(b[part], b[of], strict=True)
        return [100 * held / every if every else None for held, every in pairs]

    return [
        Series("50 days", "first", ratio("above_50", "of_50")),
        Series("200 days", "second", ratio("above_200", "of_200")),
    ]


def _extremes(b: Mapping[str, Any]) -> list[Series]:
    def counted(part: str) -> list[float | None]:
        pairs = zip(b[part], b["of_year"], strict=True)
        return [count if every else None for count, every in pairs]

    return [
        Series("new highs", "up", counted("new_highs")),
        Series("new lows", "down", counted("new_lows")),
    ]


def _sectors(document: Mapping[str, Any]) -> Markup:
    wide, narrow = (sector_drawing(document["sectors"], document, size) for size in (960, NARROW))
    if wide is None or narrow is None:
        return Markup('<p class="muted">The universe of this scan names no sectors.</p>')
    return figure(wide, narrow)


def figure(wide: Drawing, narrow: Drawing) -> Markup:
    """Return a picture for wide and one for narrow screens, with the data as a table."""
    return Markup(responsive(wide, narrow))


def _all_changes(day: Day, page_of: PageOf) -> Markup:
    parts = [
        Markup("<h3>{}</h3>{}").format(link(one.table.page, one.table.title), changes(one, page_of))
        for one in day.tables
    ]
    return Markup("").join(parts)


def changes(one: TableOfDay, page_of: PageOf) -> Markup:
    """Return what entered and left a table since the session before."""
    found: Changes = one.changes
    if found.problem:
        return Markup('<p class="muted small">Since {}: {}</p>').format(
            found.session, found.problem
        )
    counts = Markup(
        '<p class="figures small"><span class="muted">{}</span><span class="up">+{:,} entered'
        '</span><span class="down">\u2212{:,} left</span><span>{:,} moved</span>'
        '<span class="muted">{:,} unchanged</span></p>'
    ).format(
        f"{found.session} → {one.result.as_of}",
        len(found.entered),
        len(found.left),
        found.moved,
        found.unchanged,
    )
    lists = [
        Markup('<p class="names small"><span class="muted">{}</span>{}</p>').format(
            name, _names(symbols, page_of)
        )
        for name, symbols in (("entered", found.entered), ("left", found.left))
        if symbols
    ]
    return counts + Markup("").join(lists)


def _names(symbols: Sequence[str], page_of: PageOf) -> Markup:
    shown = Markup(" ").join(
        Markup("<span>{}</span>").format(_symbol(name, page_of)) for name in symbols[:MOST_CHANGES]
    )
    left = len(symbols) - MOST_CHANGES
    return shown + Markup(" <span>and {}</span>").format(count_of(left, "other")) * (left > 0)


def _symbol(symbol: str, page_of: PageOf) -> Markup | str:
    address = page_of(symbol)
    return symbol if address is None else link(address, symbol)


def scan_page(day: Day, one: TableOfDay, page_of: PageOf) -> bytes:
    """Return the page of a table: its first rows, and what changed."""
    names, result = columns_of(one), one.result
    units = {name: fact_unit(name, result.expressions.get(name, "")) for name in names}
    rows = [
        [
            _symbol(row["symbol"], page_of),
            *(cell(name, row[name], units[name]) for name in names[1:]),
        ]
        for row in result.table[names].head(MOST_ROWS).to_dict("records")
    ]
    every = len(result.table)
    said = f"{every:,} of {count_of(result.universe.size, 'symbol')} are in the table"
    if every > MOST_ROWS:
        said += f"; these are the first {MOST_ROWS}, {one.table.json} has all"
    heads = [_HEADINGS.get(name, name.replace("_", " ")) for name in names]
    return page(
        "scan.html",
        day,
        one.table.title,
        "scan.html",
        tables=[(each.table.page, each.table.title) for each in day.tables],
        table=one.table,
        asked=_asked(one),
        warnings=one.warnings,
        said=f"{said}.",
        rows=table(one.table.title, heads, rows, texts=_texts(names, result)),
        changes=changes(one, page_of),
    )


def _texts(names: Sequence[str], result: ScanResult) -> list[int]:
    """Return which columns hold words."""
    frame = result.table
    return [at for at, name in enumerate(names) if frame[name].dtype.kind == "O" and at]


def _asked(one: TableOfDay) -> Markup:
    config = one.table.config
    parts = [Markup("where <code>{}</code>").format(config.where)] if config.where else []
    parts += [Markup("setup <code>{}</code>").format(setup.name) for setup in config.setups]
    parts.append(Markup("by <code>{}</code>").format(str(one.result.config.sort)))
    return Markup(" · ").join(parts)


def ledger_page(day: Day, document: Mapping[str, Any], page_of: PageOf) -> bytes:
    """Return the page of the ledger; ``document``: what ``ledger.json`` has."""
    counts = document["ledger"]
    every = sum(counts.values()) or 1
    rows = [[name, whole(count), f"{100 * count / every:.1f} %"] for name, count in counts.items()]
    told = [one for one in document["symbols"] if one["outcome"].partition(".")[0] in _OUTCOMES]
    shown = [
        [_symbol(one["symbol"], page_of), one["outcome"], one["detail"]]
        for one in sorted(told, key=_by_stage)[:MOST_SYMBOLS]
    ]
    said = f"{len(shown):,} of {count_of(len(told), 'symbol')} that were asked for and not kept;"
    wide, narrow = (ledger_drawing(document, size) for size in (HALF, NARROW))
    return page(
        "ledger.html",
        day,
        "Ledger",
        "ledger.html",
        flow=figure(wide, narrow),
        counts=table("Outcomes", ["Outcome", "Symbols", "Share"], rows),
        said=f"{said} every symbol:",
        symbols=table("Symbols", ["Symbol", "Outcome", "Reason"], shown, words=True),
    )


def _by_stage(one: Mapping[str, str]) -> int:
    return _OUTCOMES.index(one["outcome"].partition(".")[0])


def study_page(day: Day, documents: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Return the page of verdicts; ``documents``: those of studies, by their files."""
    studies = [study_context(document, name) for name, document in documents.items()]
    return page("study.html", day, "Study", "study.html", studies=studies)
