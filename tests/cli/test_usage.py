"""Wrong usage, bad input and accidents: one sentence, the right exit code, no traceback."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pandas as pd
import pytest
import typer
from rich.text import Text

from technic.cli.app import COMMANDS, command_line, listed
from technic.cli.commands import scan as scan_module
from technic.cli.entry import run
from technic.scan import block_rows as scan_block

ROOT = Path(__file__).resolve().parents[2]


def assert_one_sentence(ran, code: int, text: str) -> None:
    """Nothing on stdout, one line on stderr that names the matter."""
    assert ran.code == code
    assert ran.out == ""
    assert ran.err.startswith("technic: ")
    assert ran.err.count("\n") == 1
    assert "Traceback" not in ran.err
    assert text in ran.err


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["scan", "--nonsense"], "No such option: --nonsense"),
        (["scan", "stray"], "unexpected extra argument"),
        (["scan", "--limit", "-1"], "--limit"),
        (["scan", "--limit", "many"], "--limit"),
        (["scan", "--format", "pdf"], "'pdf' is not one of"),
        (["scan", "--format", "xlsx"], "--out scan.xlsx"),
        (["scan", "--format", "parquet"], "--out scan.parquet"),
        (["scan", "--out", "scan.pdf"], "--format"),
        (["scan", "--out", "nowhere/scan.csv"], "mkdir -p nowhere"),
        (["scan", "--out", "."], "a folder of that name"),
        (["scan", "--ledger", "ledger.txt"], ".csv or .parquet"),
        (["scan", "--min-market-cap", "2X"], "'2X' is no amount"),
        (["scan", "--min-price", "nan"], "--min-price is nan"),
        (["scan", "--max-price", "-1"], "--max-price is -1.0"),
        (["scan", "--min-price", "9", "--max-price", "5"], "at least min_price"),
        (["scan", "--signal", "buy"], "--signal is 'buy'"),
        (["scan", "--include", "stocks"], "include is 'stocks'"),
        (["scan", "--include", "fund", "--exclude", "fund"], "exclude is 'fund'"),
        (["scan", "--exclude-pattern", "("], "a regular expression"),
        (["scan", "--symbols", ","], "symbols is ','"),
        (["scan", "--style", "yolo"], "style is 'yolo'"),
        (["scan", "--risk-pct", "0"], "--risk-pct is 0"),
        (["scan", "--price-floor", "inf"], "--price-floor is inf"),
        (["scan", "--skip-gate", "nonsense"], "--skip-gate is"),
        (["scan", "--bars", "0"], "--bars is 0"),
        (["scan", "--min-success", "101"], "--min-success is 101"),
        (["scan", "--sort", ":desc"], "--sort is ':desc'"),
        (["scan", "--provider", "nonsense"], "allowed: demo"),
        (["scan", "--provider", "files"], "--data PATH"),
        (["scan", "--data", "missing.csv"], "missing.csv"),
        (["scan", "--as-of", "yesterday"], "YYYY-MM-DD"),
        (["scan", "--as-of", "2024-07-04"], "nearest: 2024-07-03 or 2024-07-05"),
        (["scan", "--as-of", "2199-01-02"], "--as-of"),
        (["scan", "--watchlist", "missing.txt"], "missing.txt"),
        (["scan", "--universe", "missing.csv"], "missing.csv"),
        (["show"], "Missing argument"),
        (["show", " "], "one symbol"),
        (["explain", "AAPL", "--format", "csv"], "'csv' is not one of"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(
    technic, monkeypatch, tmp_path, arguments, text
):
    """Whatever is wrong, stderr names it in one line and stdout stays empty."""
    monkeypatch.chdir(tmp_path)
    assert_one_sentence(technic(*arguments), 2, text)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("header.csv", b"symbol,date,open,high,low,close,volume\n"),
        ("columns.csv", b"a,b\n1,2\n"),
        ("latin.csv", "symbol,date,open\nCAFÉ,2024-01-02,1\n".encode("latin-1")),
        ("broken.parquet", b"PAR1 but not really"),
    ],
    ids=["empty", "without rows", "other columns", "other encoding", "other kind"],
)
def test_bad_price_files_are_one_sentence(technic, tmp_path, name, content):
    """Empty, without rows, other columns, other encoding, not what the ending says."""
    path = tmp_path / name
    path.write_bytes(content)
    ran = technic("scan", "--data", path)
    assert ran.code in (1, 2)
    assert_one_sentence(ran, ran.code, name)


def test_sorting_by_a_column_that_is_not_there_names_the_columns(scan):
    """The table's columns are listed."""
    assert_one_sentence(scan("--sort", "alpha"), 2, "technic columns lists them")


def test_a_rule_whose_column_is_missing_is_an_error(technic, prices):
    """Without listings there is no sector, so asking for one cannot be done."""
    assert_one_sentence(technic("scan", "--data", prices, "--sector", "Energy"), 2, "sector")


def test_a_setting_nobody_knows_is_an_error(technic, monkeypatch, tmp_path):
    """A typing mistake in technic.toml does not pass for a setting."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "technic.toml").write_text('provder = "demo"\n', encoding="utf-8")
    assert_one_sentence(technic("scan"), 2, "provder")


def test_an_unexpected_error_keeps_its_traceback_in_a_log(technic, monkeypatch, tmp_path):
    """One sentence says where it is; the file has it."""
    monkeypatch.setenv("TECHNIC_HOME", str(tmp_path))
    monkeypatch.setattr("technic.cli.run.run_scan", fail)
    assert_one_sentence(technic("scan"), 1, "unexpected ZeroDivisionError: by design")
    (log,) = (tmp_path / "logs").iterdir()
    assert "Traceback" in log.read_text(encoding="utf-8")


def test_debug_shows_the_traceback(technic, monkeypatch):
    """And still ends with the sentence."""
    monkeypatch.setattr("technic.cli.run.run_scan", fail)
    monkeypatch.setattr("logging.basicConfig", lambda **_: None)
    ran = technic("scan", "--debug")
    assert ran.code == 1
    assert "Traceback" in ran.err
    assert ran.err.splitlines()[-1] == "technic: unexpected ZeroDivisionError: by design"


def test_a_symbol_that_raises_is_a_sentence_and_an_entry(scan, monkeypatch, tmp_path):
    """Its traceback is for --debug; --quiet says nothing; the others are ranked."""
    evaluate = scan_block.evaluate

    def poisoned(panel, rows, *args):
        if "CHAR" in panel.symbols:
            raise ZeroDivisionError("poison")
        return evaluate(panel, rows, *args)

    monkeypatch.setattr(scan_block, "evaluate", poisoned)
    ran = scan("--ledger", tmp_path / "ledger.csv")
    assert ran.code == 0
    assert "Traceback" not in ran.err
    sentence = "technic: scanning CHAR raised: ZeroDivisionError: poison"
    assert ran.err.splitlines().count(sentence) == 1
    assert "CHAR,error.ZeroDivisionError,poison" in (tmp_path / "ledger.csv").read_text()
    assert scan("--quiet").err == ""


def fail(*_: object, **__: object) -> None:
    """Stand in for a scan with a bug in it."""
    raise ZeroDivisionError("by design")


def test_an_interrupt_is_exit_code_130(technic, monkeypatch):
    """Control-C is no error with a traceback."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("technic.cli.run.run_scan", interrupt)
    assert_one_sentence(technic("scan"), 130, "interrupted")


def test_a_reader_that_leaves_early_is_no_error(prices):
    """``technic scan --format json | head -c 1`` ends quietly."""
    code = "from technic.cli import main; main()"
    arguments = ["scan", "--data", str(prices), "--format", "json"]
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read().decode()
        assert process.wait() == 0
    assert "Traceback" not in errors
    assert "Broken" not in errors


def test_help_and_version_work_and_load_nothing_heavy():
    """``technic --help`` neither imports pandas nor pyarrow."""
    code = (
        "import sys; from technic.cli.entry import run; codes = [run(['--help']), "
        "run(['scan', '--help']), run(['--version']), run([])]; "
        "heavy = {'pandas', 'pyarrow', 'numpy', 'exchange_calendars'} & set(sys.modules); "
        "sys.exit(f'{codes} {heavy}' if any(codes) or heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in ("scan", "show", "explain", "plan", "sync", "marketsim", "data", "doctor"):
        assert command in done.stdout


def all_commands(group):
    """Every command, those of sub-commands too."""
    subs = [sub.typer_instance for sub in group.registered_groups]
    return [*group.registered_commands, *(one for sub in subs for one in all_commands(sub))]


def test_a_command_is_listed_as_it_says_itself_and_imported_alone():
    """In their order; a line that asks for one of them waits for no other."""
    whole, short = (typer.main.get_command(app) for app in (command_line(), listed()))
    for name, command in whole.commands.items():
        assert command.help.split("\n\n")[0].replace("\n", " ") == COMMANDS[name][1], name
    assert list(whole.commands) == list(short.commands) == list(COMMANDS)
    code = (
        "import sys; from technic.cli.entry import run; run(['columns', '--help']); "
        "print(sorted(m for m in sys.modules if m.startswith('technic.cli.commands.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "['technic.cli.commands.words']"


@pytest.mark.parametrize("typed", ["scna", "--hlep", "--version scan"])
def test_what_is_no_command_is_told_with_all_there_are(technic, typed):
    """The nearest one is named; nothing of it is run."""
    ran = technic(*typed.split())
    if typed == "--version scan":
        assert ran.out.startswith("technic ")
    else:
        assert_one_sentence(ran, 2, "scan" if typed == "scna" else "--help")


def test_a_plain_scan_loads_only_what_it_uses(prices):
    """What plans, fetches or parses is no part of a scan of one's own prices."""
    code = (
        "import sys; from technic.cli.entry import run; "
        f"code = run(['scan', '--data', {str(prices)!r}]); "
        "unused = {'scipy', 'aiohttp', 'asyncio', 'ssl', 'pydantic', 'deltalake', 'ray'}; "
        "unused |= {'technic.language.analysis', 'technic.language.syntax.parse', 'numba'}; "
        "unused |= {'msgspec'}; "
        "sys.exit(str(unused & set(sys.modules)) if unused & set(sys.modules) else code)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_a_scan_of_a_file_of_numbers_needs_no_functions_of_arrow(prices, tmp_path):
    """Three hundred of them, which are made anew in each process; text needs them."""
    frame = pd.read_csv(prices, parse_dates=["date"])
    frame.to_parquet(tmp_path / "prices.parquet")
    line = ["scan", "--data", str(tmp_path / "prices.parquet")]
    code = (
        f"import sys; from technic.cli.entry import run; code = run({line!r}); "
        "sys.exit(code or 'pyarrow.compute' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_who_asks_for_no_frame_does_not_wait_for_pandas(prices, tmp_path):
    """Tables, CSV, JSON and one symbol are made of arrays, whatever the prices are kept in."""
    data, parquet = ["--data", str(prices)], tmp_path / "prices.parquet"
    pd.read_csv(prices).to_parquet(parquet)
    lines = [
        ["scan", *data],
        ["scan", *data, "--format", "csv"],
        ["scan", *data, "--format", "json"],
        ["scan", *data, "--format", "md"],
        ["scan", *data, "--format", "tradingview"],
        ["scan", "--data", str(parquet), "--where", "close > sma(close, 50)", "--sort", "symbol"],
        ["scan", "--provider", "demo", "--sort", "sector,-close", "--columns", "company,rsi_14"],
        ["show", "HOTE", *data],
        ["explain", "ALFA", *data, "--format", "json"],
    ]
    code = (
        "import sys; from technic.cli.entry import run\n"
        f"for line in {lines!r}:\n"
        "    code = run(line)\n"
        "    if code or 'pandas' in sys.modules: sys.exit(f'{line} {code}')"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_python_m_technic_is_the_command():
    """For those whose scripts folder is not on the path."""
    command = [sys.executable, "-m", "technic", "--version"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("technic ")


@pytest.mark.parametrize("command", all_commands(command_line()), ids=lambda command: command.name)
def test_every_command_and_every_option_has_help(command):
    """Nothing is left to be guessed."""
    assert command.callback.__doc__
    for parameter in inspect.signature(command.callback).parameters.values():
        info = get_args(parameter.annotation)[1]
        assert info.help, parameter.name
        assert info.help.strip()[-1] in ".)", info.help


def test_every_scan_format_is_one_that_the_exports_know():
    """The choices of --format are the table, a line, and the formats of the exports."""
    from technic.export import FORMATS

    assert set(get_args(scan_module.Format)) == {"table", "line", *FORMATS}


def test_run_answers_a_code_and_does_not_exit(capsys):
    """What runs a command line in a program gets a number."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("technic ")


def options_of(group: typer.Typer) -> Iterator[typer.models.ParameterInfo]:
    """Yield every option and argument of every command."""
    for command in group.registered_commands:
        assert command.callback is not None
        for parameter in inspect.signature(command.callback).parameters.values():
            yield get_args(parameter.annotation)[1]
    for sub in group.registered_groups:
        assert sub.typer_instance is not None
        yield from options_of(sub.typer_instance)


def test_no_word_of_a_help_text_is_lost() -> None:
    """What stands in brackets would be taken for a style of the terminal, and left out."""
    said = [info.help for info in options_of(command_line()) if info.help]
    assert len(said) > 200
    assert [text for text in said if Text.from_markup(text).plain != text] == []
