"""A page read back: its elements as a tree, end tags that HTML does not need left out or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["Element", "number", "read_page"]

VOID = {"meta", "link", "br", "img", "input", "hr"}
CLOSED_BY = {
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"td", "th", "tr"},
    "tbody": {"td", "th", "tr", "thead", "tbody"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
}


@dataclass(eq=False)
class Element:
    """An element with its attributes and, in their order, texts and elements within."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Those within of a kind, in the order of the page."""
        return [
            one
            for one in self.walk()
            if one.tag == tag and attributes.items() <= one.attributes.items()
        ]

    def one(self, tag: str, **attributes: str) -> Element:
        """The first of a kind."""
        return self.all(tag, **attributes)[0]

    def walk(self) -> Iterator[Element]:
        """All elements within."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    @property
    def text(self) -> str:
        """What is written in it, blanks as one."""
        parts = (one if isinstance(one, str) else one.text for one in self.children)
        return " ".join("".join(parts).split())

    def rows(self) -> list[list[str]]:
        """The rows of a table as texts."""
        return [
            [cell.text for cell in row.children if isinstance(cell, Element)]
            for row in self.all("tr")
        ]

    def named(self, label: str) -> Element:
        """The table that is called so."""
        return self.one("table", **{"aria-label": label})

    def figure(self, title: str) -> Element:
        """The figure of that title."""
        return next(one for one in self.all("figure") if one.one("b").text == title)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("page")]

    def handle_starttag(self, tag, attrs):
        while self.open[-1].tag in CLOSED_BY.get(tag, ()):
            self.open.pop()
        one = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(one)
        if tag not in VOID:
            self.open.append(one)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert any(one.tag == tag for one in self.open), f"</{tag}> without its beginning"
        while self.open.pop().tag != tag:
            pass

    def handle_data(self, data):
        self.open[-1].children.append(data)


def read_page(html: str) -> Element:
    """Read a page; an end tag that closes nothing is an error."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.open[0]


def number(text: str) -> float:
    """What a number of the report says; NaN for the dash of what is not known."""
    plain = text.replace("\u2212", "-").replace(",", "").removesuffix(" %")
    return float("nan") if plain == "\u2013" else float(plain)
