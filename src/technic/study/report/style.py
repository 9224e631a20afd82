"""The style of the report, on top of that of every page of drawings."""

from __future__ import annotations

from collections.abc import Mapping

from technic.charts.style import DARK, LIGHT

__all__ = ["report_style"]


def _drawn(element: str, more: str = "") -> str:
    """Return the cells of the tables in which intervals are drawn."""
    return f".tp .forest {element}:nth-child(6){more},.tp .setups {element}:nth-child(7){more}"


def _colours(palette: Mapping[str, str]) -> str:
    good, bad, ink, ground = (palette[name] for name in ("good", "bad", "ink", "ground"))
    muted, grid, edge = (palette[name] for name in ("muted", "grid", "edge"))
    return (
        f".tp .n,{_drawn('td', ' path')}{{stroke:{edge};fill:{ground}}}"
        f".tp .u.u,.tp td .u.u.u{{stroke:{good};fill:{good}}}"
        f".tp .d.d,.tp td .d.d.d{{stroke:{bad};fill:{bad}}}"
        f"{_drawn('td')}{{background:linear-gradient({grid},{grid}) center/1px 100% no-repeat}}"
        f".tp .cu0,.tp .cu1,.tp .cu2{{fill:{good}}}"
        f".tp .cd0,.tp .cd1,.tp .cd2{{stroke:{bad};fill:{bad}}}"
        f".tp .cw,.tp .c0{{fill:{edge}}}"
        f".tp figure,.tp details.setup,.tp .key div{{border-color:{grid}}}"
        f".tp .at{{stroke:{edge}}}.tp .tip{{background:{ink};color:{ground}}}"
        f".tp button{{color:{palette['first']}}}"
        f".tp .v-better{{color:{good}}}.tp .v-worse{{color:{bad}}}"
        f".tp .v-luck{{color:{palette['second']}}}"
        f".tp .v-none,.tp .v-too-few,.tp dt,.tp .few,.tp figcaption{{color:{muted}}}"
        f".tp figcaption b{{color:{ink}}}.tp .setups tbody th{{background:{ground}}}"
        f".tp tbody th[scope=rowgroup]{{color:{muted}}}"
    )


_PAGE = (
    ".tp main{max-width:1180px;padding:4px 16px 40px}"
    ".tp h1{font-size:24px;margin:16px 0 4px}.tp h2{font-size:19px;margin:40px 0 8px}"
    ".tp h3{font-size:15px;margin:24px 0 6px}.tp h4{font-size:14px;margin:20px 0 6px}"
    ".tp .lead{font-size:17px;line-height:1.5;max-width:60em;margin:8px 0 12px}"
    ".tp p,.tp dd{max-width:75em}.tp .marks{position:absolute}"
    ".tp dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:8px 0}"
    ".tp dd{margin:0;overflow-wrap:anywhere}"
    ".tp dl.key{grid-template-columns:repeat(auto-fit,minmax(112px,1fr));gap:0 12px}"
    ".tp .key div{border-top:2px solid;padding:6px 0}.tp .key dt{font-size:12px}"
    ".tp .key dd{font-size:15px;font-variant-numeric:tabular-nums}"
    ".tp [class^=v-]{font-weight:600;white-space:nowrap}"
    ".tp button{font:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit;"
    "min-width:24px;min-height:24px}"
    ".tp #open-all{font-size:13px}.tp #open-all button{margin-right:16px}"
    ".tp details.setup{border-top:1px solid;padding:4px 0}"
    ".tp details.setup>summary{font-size:14px;padding:8px 0}"
    ".tp details.setup>summary h3{display:inline;font-size:15px;margin:0 8px 0 0}"
    ".tp .days{columns:auto 260px;column-gap:24px}.tp details.day{break-inside:avoid}"
    ".tp details.day table{width:auto;margin:0 0 8px 14px}"
)
_FIGURES = (
    ".tp .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,310px),1fr));"
    "gap:16px;margin:16px 0}"
    ".tp figure{margin:0;padding:10px 12px;border:1px solid;border-radius:6px;min-width:0}"
    ".tp figure.calendar{max-width:600px}.tp .figures figure{max-width:560px}"
    ".tp figure details{margin:0}.tp figure svg{width:100%}"
    ".tp figure th,.tp figure td{font-size:12px}"
    ".tp figcaption{font-size:13px;margin-bottom:6px}.tp figcaption b{display:block;font-size:14px}"
    ".tp .cu0{fill-opacity:.4}.tp .cu1{fill-opacity:.7}"
    ".tp .cd0,.tp .cd1,.tp .cd2{stroke-width:1;fill-opacity:.08}"
    ".tp .cd0{stroke-opacity:.6}.tp .cd1{stroke-opacity:.8}.tp .cd2{stroke-width:1.6}"
    ".tp .cw{fill-opacity:.5}"
    ".tp .tip{position:fixed;z-index:2;padding:3px 8px;border-radius:4px;font-size:12px;"
    "pointer-events:none;max-width:320px}.tp .tip[hidden]{display:none}.tp .at{stroke-width:1}"
)
_TABLES = (
    ".tp table{width:100%}.tp .scroll table{width:auto;min-width:100%}"
    ".tp .scroll{max-height:none;overflow-x:auto}"
    ".tp thead th{vertical-align:bottom;position:static}"
    ".tp .halves{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));"
    "gap:16px 32px;align-items:start}"
    ".tp .forest tbody th,.tp .halves tbody th{white-space:normal;text-align:left}"
    ".tp tbody th[scope=rowgroup]{padding-top:12px;font-weight:600}"
    ".tp .few{text-align:left;white-space:normal}"
    f"{_drawn('th')}{{font-size:11px;font-weight:400;text-align-last:justify}}"
    f"{_drawn('th')},{_drawn('td')}{{width:132px;min-width:132px;padding:0}}"
    f"{_drawn('td', ' svg')}{{display:block;margin:0 auto;width:120px;height:12px}}"
    f"{_drawn('td', ' path')}{{stroke-width:1.5}}"
    ".tp .setups tbody th{position:sticky;left:0}"
    ".tp .setups td:nth-child(2),.tp .setups th:nth-child(2){text-align:left}"
    ".tp .setups thead th{white-space:normal;min-width:3.5em}"
    ".tp .matrix{font-size:11px}.tp .matrix td,.tp .matrix thead th{padding:2px 4px}"
    ".tp th[aria-sort=ascending] button::after{content:' \\2191'}"
    ".tp th[aria-sort=descending] button::after{content:' \\2193'}"
)
_WIDE = (
    "@media screen and (min-width:1000px){.tp .beside{display:grid;gap:32px;align-items:start;"
    "grid-template-columns:minmax(0,1fr) 430px}"
    ".tp .beside .figures{grid-template-columns:1fr;margin-top:24px}}"
)
_NARROW = (
    "@media (max-width:640px){.tp .strip{max-height:2.9em;overflow:hidden}"
    ".tp main{padding:4px 10px 32px}.tp .lead{font-size:16px}"
    ".tp th,.tp td{padding-right:6px;font-size:12px}"
    ".tp figure th,.tp figure td{font-size:11px;padding-right:4px}"
    ".tp .forest th,.tp .forest td{font-size:11.5px;padding-right:5px}"
    ".tp .forest th{overflow-wrap:anywhere}.tp .halves td,.tp .halves th{white-space:normal}"
    ".tp .forest td:nth-child(5),.tp .forest th:nth-child(5){display:none}"
    ".tp .forest td:nth-child(6),.tp .forest th:nth-child(6){width:64px;min-width:64px}"
    ".tp .forest td:nth-child(6) svg{width:62px}"
    ".tp .forest td:nth-child(6) path{transform:scaleX(.516)}"
    ".tp dl{grid-template-columns:1fr;gap:0}.tp dd{margin-bottom:8px}"
    ".tp dl.key{grid-template-columns:repeat(3,1fr)}.tp .key dd{margin:0}}"
)
_PRINT = (
    "@media print{.tp{font-size:10pt;print-color-adjust:exact}.tp main{padding:0}"
    ".tp .figures{grid-template-columns:1fr 1fr}.tp #open-all,.tp .tip{display:none}"
    ".tp h2,.tp h3,.tp h4,.tp summary{break-after:avoid}"
    ".tp tr,.tp figure,.tp dl div,.tp .halves{break-inside:avoid}"
    ".tp .scroll{overflow:visible}.tp table{font-size:8pt}"
    ".tp .scroll table{min-width:0;width:100%}"
    ".tp .setups th,.tp .setups td{padding-right:4px;font-size:7pt}"
    ".tp .setups td:nth-child(7),.tp .setups th:nth-child(7){width:66px;min-width:66px}"
    ".tp .setups td:nth-child(7) svg{width:62px}"
    ".tp .setups td:nth-child(7) path{transform:scaleX(.516)}}"
)


def report_style(said: str) -> str:
    """Return the style; ``said``, letters and figures alone, is at the head of printed pages."""
    return (
        f"{_PAGE}{_FIGURES}{_TABLES}"
        f"{_drawn('td', ' path')}{{marker-mid:url(#mn)}}"
        ".tp td .u.u.u{marker-mid:url(#mu)}.tp td .d.d.d{marker-mid:url(#md)}"
        ".tp td .x.x.x.x{marker-mid:none;fill:none}.tc g text{fill:inherit}"
        ".tp .legend svg{width:min(100%,420px)}"
        f"{_colours(LIGHT)}@media screen and (prefers-color-scheme:dark){{{_colours(DARK)}}}"
        f"{_WIDE}{_NARROW}"
        f'@page{{size:A4;margin:16mm 12mm;@top-left{{content:"{said}";font:9pt sans-serif}}'
        '@top-right{content:counter(page) " / " counter(pages);font:9pt sans-serif}}'
        f"{_PRINT}"
    )
