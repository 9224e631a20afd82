"""Options of the scan language: conditions, setups, columns on demand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from technic.cli.options.completions import Offers, column_values, setup_values
from technic.errors import ParameterError
from technic.text.amounts import amount_of
from technic.text.commas import split_at_commas

if TYPE_CHECKING:
    from technic.settings import Settings
    from technic.setups.setup import Setup

__all__ = ["LanguageOptions", "language_config", "parameter_values", "user_folders"]

LANGUAGE = "Scan language"


def _option(name: str, help_: str, metavar: str, offers: Offers | None = None) -> Any:
    return typer.Option(
        name, help=help_, metavar=metavar, rich_help_panel=LANGUAGE, autocompletion=offers
    )


@dataclass(frozen=True, slots=True)
class LanguageOptions:
    """What is asked for in the scan language."""

    where: Annotated[
        str | None,
        _option(
            "--where",
            "Keep symbols for which this is true, e.g. 'close > sma(close, 50)'.",
            "CONDITION",
        ),
    ] = None
    setup: Annotated[
        list[str] | None,
        _option(
            "--setup",
            "Keep symbols that meet one of these setups; see setups.",
            "NAMES",
            setup_values,
        ),
    ] = None
    set_: Annotated[
        list[str] | None,
        _option("--set", "Another value for a setup's parameter; repeat.", "NAME=VALUE"),
    ] = None
    setups_folder: Annotated[
        Path | None,
        _option(
            "--setups-folder",
            "Folder of your scan files; without it the setups in TECHNIC_HOME.",
            "DIR",
        ),
    ] = None
    columns: Annotated[
        list[str] | None,
        _option(
            "--columns",
            "Show these columns: names, or 'NAME = EXPRESSION'; +A,B adds them to those shown. "
            "technic columns lists names.",
            "COLUMNS",
            column_values,
        ),
    ] = None
    max_history: Annotated[
        int | None,
        _option(
            "--max-history",
            "Load up to so many sessions so that averages settle; without it what the scan needs.",
            "N",
        ),
    ] = None


def language_config(options: LanguageOptions, settings: Settings) -> dict[str, Any]:
    """Return the fields of a ScanConfig that the options give."""
    given: dict[str, Any] = {"where": options.where, "max_history": options.max_history}
    if options.columns:
        given["columns"] = tuple(part for text in options.columns for part in split_at_commas(text))
        if not given["columns"]:
            raise ParameterError("columns", "", "names, or 'NAME = EXPRESSION'")
    if options.setup:
        given["setups"] = _setups(options, settings)
    elif options.set_:
        raise ParameterError("set", ", ".join(options.set_), "nothing without --setup")
    return {name: value for name, value in given.items() if value is not None}


def user_folders(folder: Path | None, settings: Settings) -> tuple[Path, ...]:
    """Return where a user's own scan files are: the folder named, else the one at home if any."""
    if folder is not None:
        return (folder,)
    home = settings.home / "setups"
    return (home,) if home.is_dir() else ()


def _setups(options: LanguageOptions, settings: Settings) -> tuple[Setup, ...]:
    from technic.setups import load_setups

    names = [name.strip() for text in options.setup or () for name in text.split(",")]
    found = load_setups(*names, folders=user_folders(options.setups_folder, settings))
    values = parameter_values(options.set_)
    known = {one.name for setup in found for one in setup.parameters}
    for name in values:
        if name not in known:
            allowed = ", ".join(sorted(known)) or "nothing: these setups have no parameters"
            raise ParameterError("set", name, allowed)
    return tuple(
        setup.with_parameters({n: v for n, v in values.items() if n in setup.values})
        for setup in found
    )


def parameter_values(texts: list[str] | None) -> dict[str, float]:
    """Return the values that ``NAME=VALUE`` gives to parameters; ParameterError for one twice."""
    given = [_assignment(text) for text in texts or ()]
    values = dict(given)
    if len(values) < len(given):
        raise ParameterError("set", ", ".join(texts or ()), "each parameter once")
    return values


def _assignment(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        given = amount_of(value)
    except ValueError:
        given = float("nan")
    if not equals or given != given:
        raise ParameterError("set", text, "NAME=NUMBER, such as min_rs=80")
    return name.strip(), given
