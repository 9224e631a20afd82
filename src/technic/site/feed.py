"""What is new, as an Atom feed (RFC 4287): an entry for each table of the day."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from xml.etree import ElementTree as Xml

from technic.site.day import Day, TableOfDay
from technic.wording.counts import count_of

__all__ = ["feed"]

ATOM = "http://www.w3.org/2005/Atom"
_SITE = uuid.uuid5(uuid.NAMESPACE_OID, "technic site")
MOST_NAMED = 100
"""Symbols that an entry names; the table's file has all."""


def feed(day: Day, page_of: Callable[[str], str | None]) -> bytes:
    """Return the feed; ``page_of``: the page of a symbol, None where it has none.

    An entry is of one table and one session, and has the same id whenever it is made.
    """
    Xml.register_namespace("", ATOM)
    root = Xml.Element(f"{{{ATOM}}}feed")
    when = day.closed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    _add(root, "id", f"urn:uuid:{uuid.uuid5(_SITE, day.tables[0].table.title)}")
    simulated = " (SIMULATED)" if day.main.data.simulated else ""
    _add(root, "title", f"Technic: what is new{simulated}")
    _add(root, "updated", when)
    _add(_add(root, "author"), "name", "Technic")
    _add(root, "link", rel="self", type="application/atom+xml", href="feed.xml")
    _add(root, "link", rel="alternate", type="text/html", href="index.html")
    for one in day.tables:
        _entry(root, day, one, when, page_of)
    Xml.indent(root, " ")
    content: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _entry(
    root: Xml.Element, day: Day, one: TableOfDay, when: str, page_of: Callable[[str], str | None]
) -> None:
    entry, changes = _add(root, "entry"), one.changes
    _add(entry, "id", f"urn:uuid:{uuid.uuid5(_SITE, f'{one.table.slug} {day.as_of}')}")
    said = changes.problem or f"{len(changes.entered):,} new, {len(changes.left):,} gone"
    _add(entry, "title", f"{one.table.title}, {day.as_of}: {said}")
    _add(entry, "updated", when)
    _add(entry, "link", rel="alternate", type="text/html", href=one.table.page)
    content = _add(entry, "content", type="xhtml")
    body = Xml.SubElement(content, "{http://www.w3.org/1999/xhtml}div")
    for title, symbols in (("New", changes.entered), ("Gone", changes.left)):
        if symbols:
            _named(body, f"{title} since {changes.session}: ", symbols, page_of)
    if not (changes.entered or changes.left):
        text = changes.problem or f"Nothing is new since {changes.session}."
        Xml.SubElement(body, "{http://www.w3.org/1999/xhtml}p").text = text


def _named(
    body: Xml.Element, title: str, symbols: tuple[str, ...], page_of: Callable[[str], str | None]
) -> None:
    paragraph = Xml.SubElement(body, "{http://www.w3.org/1999/xhtml}p")
    paragraph.text = title
    for symbol in symbols[:MOST_NAMED]:
        page = page_of(symbol)
        kind = "span" if page is None else "a"
        one = Xml.SubElement(paragraph, f"{{http://www.w3.org/1999/xhtml}}{kind}")
        if page is not None:
            one.set("href", page)
        one.text, one.tail = symbol, " "
    left = len(symbols) - MOST_NAMED
    if left > 0:
        Xml.SubElement(
            paragraph, "{http://www.w3.org/1999/xhtml}span"
        ).text = f"and {count_of(left, 'other')}"


def _add(parent: Xml.Element, name: str, text: str | None = None, **more: str) -> Xml.Element:
    found = Xml.SubElement(parent, f"{{{ATOM}}}{name}", more)
    found.text = text
    return found
