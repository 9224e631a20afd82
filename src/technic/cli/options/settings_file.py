"""Every key of technic.toml with what it means: for a file to begin with, and for its page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from technic.cli.options.file_defaults import SCAN_OPTIONS, STUDY_OPTIONS, FileOption
from technic.cli.options.study_options import STUDY
from technic.settings import SCAN_KEYS, STUDY_KEYS, settings_keys

__all__ = ["SettingHelp", "setting_help", "settings_file"]

GENERAL = "Data, account, vendors"
_EXAMPLES = {
    "provider": '"files"',
    "data": '"~/prices.parquet"',
    "universe": '"~/listings.csv"',
    "benchmark": '"SPY"',
    "columns_map": '"date=Datum,close=Schluss"',
    "date_format": '"%d.%m.%Y"',
    "account_size": "50_000",
    "risk_pct": "1",
    "panel_memory": "4",
    "runner": '"threads"',
    "profile": '"swing"',
    "watchlist": '"~/watchlist.txt"',
    "problem_symbols": '"~/problems.txt"',
    "setups_folder": '"~/setups"',
    "symbols": '["AAPL", "MSFT"]',
    "sector": '["Technology", "Energy"]',
    "min_market_cap": '"2B"',
    "min_price": "10",
    "min_rating": "60",
    "min_rs": "80",
    "min_dollar_volume": '"20M"',
    "min_days_to_earnings": "5",
    "signal": '["strong_long", "long"]',
    "where": "'close > sma(close, 50)'",
    "setup": '["trend_template"]',
    "columns": '"+gap,atr_14"',
    "sort": '"rs:desc,change:desc"',
    "limit": "40",
    "horizon": "10",
    "life": "3",
    "hold": "10",
    "delisting_return": "-0.3",
}
_OF_THE_COMMAND = {
    "sort": ("Run", "Order of the rows; a setup that is typed has its own."),
    "limit": ("Run", "Most rows of a table on the screen, 0 for all."),
}
_BEGINNING = """\
# Settings of Technic. Lines that begin with # are not in force.
# TECHNIC_* variables win over this file, and options of a command over both.
# The same file in the current folder wins over the one in TECHNIC_HOME.
"""
_PROFILES = """\
# Profiles: technic scan --profile swing takes these lines instead of those above.
# Each may have every key.

# [profiles.swing]
# setup = ["pullback_20", "vcp"]
# min_price = 10
# min_dollar_volume = "20M"
# columns = "+gap,atr_14"
# sort = "rs:desc"
# account_size = 50_000
"""


@dataclass(frozen=True, slots=True)
class SettingHelp:
    """A key of technic.toml: under which heading it stands, an example, what it means."""

    name: str
    group: str
    example: str
    says: str

    @property
    def option(self) -> str:
        """The option that it is the default of, where it has one."""
        return f"--{self.name.replace('_', '-')}"


def setting_help() -> Iterator[SettingHelp]:
    """Yield every key, those of all commands first, those of the table [study] last."""
    for name, field in settings_keys().items():
        yield SettingHelp(name, GENERAL, _EXAMPLES.get(name, '"..."'), field.metadata["says"])
    for name in SCAN_KEYS:
        if name in _OF_THE_COMMAND:
            group, says = _OF_THE_COMMAND[name]
        else:
            group, says = _declared(SCAN_OPTIONS[name])
        yield SettingHelp(name, group, _EXAMPLES.get(name) or _likely(SCAN_OPTIONS[name]), says)
    for name in STUDY_KEYS:
        group, says = _declared(STUDY_OPTIONS[name])
        yield SettingHelp(name, group, _EXAMPLES[name], says)


def _declared(option: FileOption) -> tuple[str, str]:
    """Return under which heading an option is listed, and what it says."""
    return option.info.rich_help_panel, " ".join(option.info.help.split())


def _likely(option: FileOption) -> str:
    """Return a value of the right kind for a key that has no example of its own."""
    kinds = str(option.kind)
    if "bool" in kinds:
        return "true"
    if "float" in kinds or "int" in kinds:
        return "0"
    return '["..."]' if "list" in kinds else '"..."'


def settings_file() -> str:
    """Return a technic.toml that explains every key and sets none."""
    parts, group = [_BEGINNING], ""
    for one in setting_help():
        if one.group != group:
            group = one.group
            parts.append(f"\n# --- {group} ---\n")
            if group == STUDY:
                parts.append("# [study]\n")
        says = textwrap.fill(one.says, 96, initial_indent="# ", subsequent_indent="# ")
        parts.append(f"{says}\n# {one.name} = {one.example}\n")
    return "".join([*parts, "\n", _PROFILES])
