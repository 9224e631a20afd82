"""Settings as people read them: each value, and where it was set."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from technic.settings import SettingValue
from technic.text.outside import LINE, clean

__all__ = ["setting_lines"]


def setting_lines(values: list[SettingValue]) -> Iterator[Text]:
    """Yield a line for each setting that is set."""
    widest = max(len(one.name) for one in values)
    for one in values:
        value = ", ".join(map(str, one.value)) if isinstance(one.value, list) else str(one.value)
        yield Text.assemble(
            (one.name.ljust(widest), "bold"), f"  {clean(value, LINE)}", (f"  {one.origin}", "dim")
        )
