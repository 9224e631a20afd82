"""A scan file from its parts: the text that ``parse_setup`` reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["scan_file_text"]


def scan_file_text(content: Mapping[str, Any]) -> str:
    """Return ``content`` as TOML: texts, numbers, lists of texts, and tables of these below."""
    lines = [f"{name} = {_value(value)}" for name, value in content.items() if _plain(value)]
    for name, table in content.items():
        if not _plain(table) and table:
            lines += ["", f"[{name}]"]
            lines += [f"{key} = {_value(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def _plain(value: object) -> bool:
    return not isinstance(value, Mapping)


def _value(value: object) -> str:
    """Return a value as TOML; a text with what JSON escapes, which TOML reads the same way."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
