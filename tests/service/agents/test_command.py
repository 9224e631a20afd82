"""The command that an answer names is one that the command line takes."""

from __future__ import annotations

import functools
import shlex
from typing import Any

import pytest
import typer

from technic.cli.app import command_line
from technic.scan.flat_config import FLAT_KEYS
from technic.service.agents.command import NO_OPTION, command_of
from technic.service.agents.question import Question

ASKED: dict[str, Any] = {
    "where": "close > sma(close, 50) and sector == 'Energy'",
    "setup": ["vcp", "nr7"],
    "sort": "rs_rating:desc",
    "columns": ["rsi_14", "far = close / sma(close, 50)"],
    "symbols": ["S01", "BRK.B"],
    "min_price": 5,
    "min_dollar_volume": 1e6,
    "min_rating": 60.0,
    "min_rs": 70,
    "sector": ["Energy"],
    "as_of": "2024-03-08",
    "data": "small.csv",
}


@functools.cache  # the command line is long, and made anew each time
def options(name: str) -> set[str]:
    """Return the options of a command."""
    command = typer.main.get_command(command_line()).commands[name]  # type: ignore[attr-defined]
    return {option for one in command.params for option in one.opts}


def test_every_key_has_an_option_or_is_known_to_have_none() -> None:
    """So that no command is named that would be refused."""
    known = options("scan")
    for key in FLAT_KEYS:
        text = command_of("scan", {key: "1"})
        assert (text is None) == (key in NO_OPTION)
        assert text is None or shlex.split(text)[2] in known, key


@pytest.mark.parametrize("name", ["scan", "study"])
def test_the_keys_of_a_question_parse(name: str) -> None:
    """Quoted so that a shell gives them back as they were."""
    assert set(ASKED) == set(Question.model_fields)
    asked = ASKED if name == "scan" else {k: v for k, v in ASKED.items() if k in studied()}
    text = command_of(name, asked)
    assert text is not None
    words = shlex.split(text)
    command = typer.main.get_command(command_line()).commands[name]  # type: ignore[attr-defined]
    context = command.make_context(name, words[2:])
    assert context.params["where"] == ASKED["where"]
    assert list(context.params["setup"]) == ASKED["setup"]


def studied() -> set[str]:
    """Return the keys that a study takes too."""
    return {key for key in ASKED if f"--{key.replace('_', '-')}" in options("study")}


def test_a_long_question_is_not_repeated() -> None:
    """It would leave no room for the answer."""
    assert command_of("scan", {"where": "close > 1 and " * 100 + "close > 1"}) is None
