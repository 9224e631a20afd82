"""Tab in bash, zsh and fish completes commands and options, and leaves files to the shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from technic.cli.options.completions import setup_values

PATIENCE = 300.0
ASKED = {
    "bash": {"COMP_WORDS": "technic sc", "COMP_CWORD": "1"},
    "zsh": {"_TYPER_COMPLETE_ARGS": "technic sc"},
    "fish": {"_TYPER_COMPLETE_ARGS": "technic sc", "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
}
"""What the script of each shell asks with."""
TYPED = {
    "bash": "source <(_TECHNIC_COMPLETE=source_bash technic)\n"
    "COMP_WORDS=(technic scan --min-ra) COMP_CWORD=2\n"
    "_technic_completion technic\n"
    'echo "${COMPREPLY[@]}"\n',
    "zsh": "compdef() { }\n"
    '_arguments() { print -r -- "$@" }\n'
    "source <(_TECHNIC_COMPLETE=source_zsh technic)\n"
    "words=(technic scan --min-ra) CURRENT=3\n"
    "_technic_completion\n",
    "fish": '_TECHNIC_COMPLETE=source_fish technic | source\ncomplete -C "technic scan --min-ra"\n',
}
"""What a user's shell does at the Tab key after ``technic scan --min-ra``."""


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A search path on which ``technic`` is this one."""
    command = tmp_path / "technic"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m technic "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return f"{tmp_path}{os.pathsep}{os.environ['PATH']}"


def answered(command: list[str], **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command that only says what could come next."""
    return subprocess.run(
        command,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


@pytest.mark.parametrize("shell", ASKED)
def test_each_shell_is_told_the_commands_that_begin_so(shell: str):
    """In its own form; no command is run."""
    asked = ASKED[shell] | {"_TECHNIC_COMPLETE": f"complete_{shell}"}
    done = answered([sys.executable, "-m", "technic"], **asked)
    assert done.returncode == 0, done.stderr
    assert "scan" in done.stdout
    assert "sync" not in done.stdout


@pytest.mark.parametrize("shell", TYPED)
def test_the_tab_key_of_a_shell_completes_an_option(shell: str, path: str, tmp_path: Path):
    """The shell itself reads the script that ``technic`` hands out."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"there is no {shell}")
    script = tmp_path / "typed"
    script.write_text(TYPED[shell], encoding="utf-8")
    done = answered([program, str(script)], PATH=path, HOME=str(tmp_path))
    assert "--min-rating" in done.stdout, done.stderr
    assert "--min-rs" not in done.stdout


@pytest.mark.parametrize("shell", ASKED)
@pytest.mark.parametrize(
    ("option", "typed", "offered", "other"),
    [
        ("--setup", "vc", "vcp", "nr7"),
        ("--setup", "nr7,trend_t", "nr7,trend_template", "nr7,vcp"),
        ("--columns", "+gap,rsi", "+gap,rsi_14", "+gap,atr_14"),
        ("--columns", "percentra", "percentrank(", "percentile("),
        ("--sort", "rel_v", "rel_volume", "rating"),
        ("--sort", "rs:de", "rs:desc", "rs:asc"),
    ],
)
def test_each_shell_is_told_the_values_of_an_option(
    shell: str, option: str, typed: str, offered: str, other: str
):
    """Setups, columns and functions that begin so, behind a comma or a plus too."""
    line = f"technic scan {option} {typed}"
    asked = {
        "bash": {"COMP_WORDS": line, "COMP_CWORD": "3"},
        "zsh": {"_TYPER_COMPLETE_ARGS": line},
        "fish": {"_TYPER_COMPLETE_ARGS": line, "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
    }[shell]
    done = answered(
        [sys.executable, "-m", "technic"], **asked, _TECHNIC_COMPLETE=f"complete_{shell}"
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.replace("\\", "")
    assert offered in said
    assert other not in said


def test_own_setups_are_offered_and_broken_settings_offer_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Whatever is wrong, the command itself says it: a Tab key has no place for errors."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "setups").mkdir()
    (tmp_path / "setups" / "vcp_of_mine.toml").write_text(
        'meaning = "Mine."\n[conditions]\nup = "close > open"\n'
    )
    (tmp_path / "setups" / "a_broken_one.toml").write_text("no toml")
    assert ("vcp_of_mine", "Mine.") in setup_values("vcp")
    (tmp_path / "technic.toml").write_text("no toml")
    assert setup_values("vcp") == []


def test_a_question_nobody_understands_runs_no_command():
    """A shell that asks otherwise gets an error, not a scan."""
    done = answered([sys.executable, "-m", "technic", "scan"], _TECHNIC_COMPLETE="nonsense")
    assert done.returncode == 1
    assert not done.stdout
