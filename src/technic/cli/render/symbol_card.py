"""One symbol for a terminal: head line, key figures, trade plan, chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.table import Table
from rich.text import Text

from technic.cli.render.chart import ChartBars, Level, render_chart
from technic.cli.render.style import price_text, rating_style, signal_text
from technic.indicators.trend import sma
from technic.panel import SymbolBars
from technic.result.scan_result import ScanResult
from technic.result.symbol_report import SymbolReport
from technic.wording.counts import count_of

__all__ = ["amount", "chart_lines", "figures", "head_lines", "plan_lines"]

AVERAGE = 50
_LISTING = ("company", "exchange", "sector", "industry", "country")
_FIGURES = (
    ("price", "close", "$"),
    ("change", "return_1_pct", "%"),
    ("1 month (21)", "return_21_pct", "%"),
    ("3 months (63)", "return_63_pct", "%"),
    ("1 year (252)", "return_252_pct", "%"),
    ("RS rating (1-99)", "rs_rating", "whole"),
    ("relative volume", "rel_volume_20", "times"),
    ("avg. dollar volume", "avg_dollar_volume_20", "amount"),
    ("market cap", "market_cap", "amount"),
    ("RSI 14", "rsi_14", "number"),
    ("ADX 14", "adx_14", "number"),
    ("ATR 14", "natr_14", "share"),
    ("SMA 50", "sma_50", "$"),
    ("SMA 200", "sma_200", "$"),
    ("from 252-bar high", "from_high_252_pct", "%"),
    ("from 252-bar low", "from_low_252_pct", "%"),
)
"""Label, column, unit."""


def head_lines(result: ScanResult, report: SymbolReport) -> Iterator[Text]:
    """Yield who it is, as of when and from where, its rating and place, what bars are not used."""
    values = report.values or {}
    listing = [str(values[name]) for name in _LISTING if values.get(name)]
    yield Text.assemble((report.symbol, "bold"), f"  {' · '.join(listing)}" if listing else "")
    data = result.data
    line = Text(f"as of {result.as_of} · {data.provider} data to {data.last_session}")
    line.append(f" · {count_of(result.universe.size, 'symbol')} in the universe")
    if data.simulated:
        line.append(" · ").append("SIMULATED", "bold reverse yellow")
    yield line
    for warning in result.warnings:
        yield Text(f"warning: {warning}", "yellow")
    parts = report.explanation
    if parts is None:
        yield Text(report.not_scored, "bold yellow")
        return
    rating = "unrated"
    style = "bold"
    if parts.tech_rating is not None:
        rating, style = f"{parts.tech_rating:.1f}", f"bold {rating_style(parts.tech_rating)}"
    if report.place is None:
        place = f"not in the table: {report.outcome} ({report.detail})"
    else:
        place = f"place {report.place:,} of {len(result.ranking):,} kept"
    yield Text.assemble(
        "rating ", (rating, style), " · signal ", signal_text(parts.signal), f" · {place}"
    )
    if report.place is not None and report.detail:
        yield Text(report.detail, "yellow")


def figures(report: SymbolReport, width: int) -> Table:
    """Return the key figures side by side, as many pairs a line as fit."""
    values = report.values or {}
    pairs = [(label, _figure(values.get(name), unit)) for label, name, unit in _FIGURES]
    pairs = [(label, text) for label, text in pairs if text]
    across = max(min(width // 34, 4), 1)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for _ in range(across):
        table.add_column(style="dim", no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
    for start in range(0, len(pairs), across):
        table.add_row(*(cell for pair in pairs[start : start + across] for cell in pair))
    return table


def _figure(value: object, unit: str) -> str:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return ""
    texts = {
        "$": f"${price_text(value)}",
        "%": f"{value:+.1f} %",
        "share": f"{value:.1f} %",
        "whole": f"{value:.0f}",
        "number": f"{value:.1f}",
        "times": f"{value:.2f} x",
        "amount": f"${amount(value)}",
    }
    return texts[unit]


def amount(value: float) -> str:
    """Write a large number short: 4.1M."""
    for name, size in (("T", 1e12), ("B", 1e9), ("M", 1e6), ("K", 1e3)):
        if value >= size:
            return f"{value / size:.1f}{name}"
    return f"{value:.0f}"


def plan_lines(report: SymbolReport) -> Iterator[Text]:
    """Yield the trade plan, or why there is none."""
    values = report.values or {}
    if not values.get("has_plan"):
        yield Text.assemble(("plan ", "bold"), f"none: {values.get('plan_note') or 'not scored'}")
        return
    prices = {name: price_text(_number(values, name)) for name in ("entry", "stop", "target")}
    yield Text.assemble(
        ("plan ", "bold"),
        f"{values['plan_side']} {_number(values, 'shares'):,.0f} shares at ",
        (f"${prices['entry']}", "bold"),
        f" ({values['entry_type']}), stop ",
        (f"${prices['stop']}", "bold red"),
        f" ({str(values['stop_basis']).replace('_', ' ')}), target ",
        (f"${prices['target']}", "bold green"),
        f", reward/risk {_number(values, 'reward_risk'):.1f}",
    )
    note = f"; {values['plan_note']}" if values.get("plan_note") else ""
    yield Text(
        f"  position ${_number(values, 'position_value'):,.0f}, "
        f"${_number(values, 'risk_amount'):,.0f} at risk, size by {values['size_basis']}{note}",
        "dim",
    )


def _number(values: Mapping[str, object], name: str) -> float:
    value = values[name]
    return float(value) if isinstance(value, int | float) else float("nan")


def chart_lines(report: SymbolReport, width: int) -> Iterator[Text]:
    """Yield the chart with the plan's levels; nothing for a symbol without bars."""
    if report.bars is None or not len(report.bars):
        return
    values = report.values or {}
    levels = [
        Level(name, _number(values, name), style)
        for name, style in (("target", "bold green"), ("entry", "bold"), ("stop", "bold red"))
        if values.get("has_plan")
    ]
    yield from render_chart(_chart_bars(report.bars), levels, width)
    yield Text(f"daily candles · • SMA {AVERAGE} · ┄ levels of the plan", "dim")


def _chart_bars(bars: SymbolBars) -> ChartBars:
    average = sma(bars.values["close"][:, None], AVERAGE)[:, 0]
    return ChartBars(dates=bars.days, **bars.values, average=average)
