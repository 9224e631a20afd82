"""What was known of a symbol's company on the day, as its page of a site shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from technic.site.markup import NOTHING, table
from technic.view.number_formats import OF_COMPANY, PER_SHARE, formatter
from technic.wording.counts import count_of

__all__ = ["company_part"]

Fact = Mapping[str, Any]
QUARTER = ("revenue", "eps")
UNITS = {"USD": "$", "USD/share": PER_SHARE, "shares": OF_COMPANY, "sessions": "ratio"}
"""How columns call the units of facts."""
KNOWN = "As known at the close of {}: what is filed later changes nothing here."


def company_part(facts: Mapping[str, Any]) -> Markup:
    """Return the part of a page; ``facts``: as ``CompanyFacts.document`` has them.

    Empty where nobody has stored any: a reader of a site cannot bring them. Every text is escaped.
    """
    if not facts["stored"]:
        return Markup("")
    if facts["sentence"]:
        return _small(facts["sentence"])
    return Markup("").join(_pieces(facts))


def _pieces(facts: Mapping[str, Any]) -> Iterator[Markup]:
    symbol = facts["symbol"]
    yield _small(KNOWN.format(facts["as_of"]))
    for name, one in (("Last", facts["last_results"]), ("Next", facts["next_results"])):
        if one is not None:
            how = " (an estimate)" if one["estimate"] else ""
            yield Markup("<p>{} results: {}{}</p>").format(name, one["session"], how)
    if facts["values"]:
        rows = [
            (one["field"].replace("_", " "), _value(one), one["period_end"] or NOTHING,
             _known(one), count_of(one["age"], "session"), _filing(one), one["route"])
            for one in facts["values"]
        ]  # fmt: skip
        heads = ("Fact", "Value", "Period to", "Known", "Age", "Filing", "How")
        yield _scrolled(f"Facts of {symbol}", heads, rows)
    if facts["quarters"]:
        filed = [tuple(_quarter(one)) for one in reversed(facts["quarters"])]
        names = ("Quarter to", "Revenue", "EPS", "Known", "Filing")
        yield _scrolled(f"Fiscal quarters of {symbol}", names, filed)
    for sentence in facts["attribution"]:
        yield _small(sentence)


def _quarter(one: Mapping[str, Any]) -> Iterator[str | Markup]:
    source = next(one[name] for name in QUARTER if one[name] is not None)
    yield one["end"]
    for name in QUARTER:
        yield NOTHING if one[name] is None else _value(one[name])
    yield _known(source)
    yield _filing(source)


def _value(one: Fact) -> str:
    value, unit = one["value"], str(one["unit"])
    if value is None:
        return NOTHING
    shown = formatter(UNITS.get(unit, unit), (value,))(abs(value))
    shown = f"${shown}" if unit.startswith("USD") else f"{shown} %" if unit == "%" else shown
    return f"-{shown}" if value < 0.0 else shown


def _known(one: Fact) -> str:
    moment = one["known_at"]
    return f"{moment[:10]} {moment[11:16]} UTC" if moment else str(one["known_from"])


def _filing(one: Fact) -> str | Markup:
    text = " ".join(one[name] for name in ("form", "accession_number") if one[name])
    if not one["link"]:
        return text or NOTHING
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(one["link"], text)


def _scrolled(name: str, heads: Sequence[str], rows: Sequence[Sequence[str | Markup]]) -> Markup:
    texts = [at for at, head in enumerate(heads) if head in ("Known", "Filing", "How")]
    return Markup('<div class="scroll" tabindex="0" role="region" aria-label="{}">{}</div>').format(
        name, table(name, heads, rows, texts=texts)
    )


def _small(text: str) -> Markup:
    return Markup('<p class="small muted">{}</p>').format(text)
