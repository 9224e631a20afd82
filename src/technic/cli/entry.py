"""``main``: runs a command and turns whatever it raises into one sentence and an exit code."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import gc
import logging
import os
import sys
import textwrap
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer

from technic.cli.app import COMMANDS, command_line, listed
from technic.cli.options.profile import profile_in_force
from technic.cli.signals import end_like_ctrl_c
from technic.errors import ExpressionError, ParameterError, TechnicError
from technic.text.outside import LINE
from technic.text.redact import redacted, said

__all__ = ["main", "run"]

OPTION_OF_FIELD = {
    "min_rs_rating": "min_rs",
    "min_success_pct": "min_success",
    "countries": "country",
    "industries": "industry",
    "exclude_industries": "exclude_industry",
    "symbol_patterns": "exclude_pattern",
    "skip": "skip_gate",
    "first": "from",
    "last": "to",
}
"""Options whose name is not that of the field that they set, nor its singular."""
INTERRUPTED = 130
WRONG_USAGE = 2
COMPLETING = "_TECHNIC_COMPLETE"
"""What a shell sets that asks for completions."""
# Typer exports BadParameter but not its base, the error of all wrong usage.
UsageError = typer.BadParameter.__mro__[1]


def main() -> None:
    """Run ``technic`` with the arguments of the process and exit."""
    end_like_ctrl_c()
    code = run(sys.argv[1:])
    gc.freeze()  # or Python would look through all that is left once more before it ends
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; never raises but for exit requests.

    0: done. 1: nothing could be scanned, or something failed. 2: wrong usage or bad input.
    130: interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8 shows ? for marks
    debug = "--debug" in arguments
    if debug:
        logging.basicConfig(level=logging.DEBUG, handlers=[_debug_handler()])
    handler = logging.NullHandler() if debug or "--quiet" in arguments else _one_line_handler()
    logging.getLogger("technic").addHandler(handler)
    try:
        return _invoke(list(arguments))
    except BrokenPipeError:
        _silence_stdout()
        return 0
    except (KeyboardInterrupt, typer.Abort):
        _say("interrupted")
        return INTERRUPTED
    except OSError as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            return INTERRUPTED  # the terminal is gone, and with it whom to tell
        return _explain(error, debug)
    except Exception as error:  # noqa: BLE001 - the command line's one error boundary
        return _explain(_by_option(error, arguments), debug)
    finally:
        logging.getLogger("technic").removeHandler(handler)


class _Debugging(logging.Formatter):
    """A record with its traceback; each line clean, without keys."""

    def format(self, record: logging.LogRecord) -> str:
        return _shown_lines(super().format(record))


def _debug_handler() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Debugging(logging.BASIC_FORMAT))
    return handler


class _OneLine(logging.Formatter):
    """A record as a sentence; of an exception its class and text, the traceback is for --debug."""

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            text += f": {type(error).__name__}: {error}"
        return f"technic: {_one_line(text)}"


def _one_line_handler() -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_OneLine())
    return handler


def _invoke(arguments: list[str]) -> int:
    command = typer.main.get_command(_asked(arguments))
    if COMPLETING in os.environ:
        command.main(arguments, "technic")  # a shell asks what could come next; it exits
    try:
        with profile_in_force(arguments), command.make_context("technic", arguments) as context:
            command.invoke(context)
    except typer.Exit as request:
        code = request.exit_code
    else:
        code = 0
    sys.stdout.flush()
    return code


def _asked(arguments: list[str]) -> typer.Typer:
    """Return the command line with as much as these arguments may need."""
    if COMPLETING not in os.environ:
        if arguments and arguments[0] in COMMANDS:
            return command_line(arguments[:1])
        if set(arguments) <= {"--help", "-h", "--version"}:
            return listed()
    return command_line()


def _explain(error: Exception, debug: bool) -> int:
    """Say in one sentence what went wrong; return the exit code."""
    if isinstance(error, UsageError):
        _say(f"{_one_line(_usage_text(error))}; --help lists what there is")
        return WRONG_USAGE
    if debug:
        print(_shown_lines("".join(traceback.format_exception(error))), file=sys.stderr)
    if isinstance(error, TechnicError):
        _say(_one_line(str(error)))
        if isinstance(error, ExpressionError) and (pointer := error.pointer()):
            print(textwrap.indent(pointer, "  "), file=sys.stderr)
        return error.exit_code
    text = f"unexpected {type(error).__name__}: {_one_line(str(error))}"
    if not debug:
        text += f"; {_keep_traceback(error)}"
    _say(text)
    return 1


def _by_option(error: Exception, arguments: Sequence[str]) -> Exception:
    """Return an error that names the option which was given, where it is about one."""
    if not isinstance(error, ParameterError | ExpressionError):
        return error
    given = {word.partition("=")[0] for word in arguments if word.startswith("--")}
    plain = OPTION_OF_FIELD.get(error.parameter, error.parameter).replace("_", "-")
    options = [name for name in (f"--{plain}", f"--{plain.removesuffix('s')}") if name in given]
    if not options:
        return error
    named = copy.copy(error)
    named.parameter = options[0]
    return named


def _usage_text(error: Exception) -> str:
    """The message with the parameter it is about, which str() of Typer's errors leaves out."""
    text = str(error.format_message()) if hasattr(error, "format_message") else str(error)
    return text.replace("Value error, ", "").rstrip(" .")


def _keep_traceback(error: Exception) -> str:
    """Write the traceback into the log folder; return where it is, for the sentence."""
    home = Path(os.environ.get("TECHNIC_HOME") or Path.home() / ".technic").expanduser()
    path = home / "logs" / f"error-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = _shown_lines("".join(traceback.format_exception(error)))
        path.write_text(lines + "\n", encoding="utf-8")
    except OSError:
        return "--debug shows the traceback"
    return f"the traceback is in {path}"


def _one_line(text: str) -> str:
    return said(text, _secrets(), LINE)


def _shown_lines(text: str) -> str:
    """Return lines that are clean and without keys, their indentation kept."""
    secrets = _secrets()
    return "\n".join(
        line[: len(line) - len(line.lstrip(" "))] + said(line, secrets, LINE)
        for line in redacted(text, secrets).split("\n")
    ).rstrip()


def _secrets() -> tuple[str, ...]:
    """The user's keys, to be kept out of what is shown; where settings are broken, those set."""
    from technic.settings import load_settings

    try:
        settings = load_settings(os.environ, Path.cwd())
    except (TechnicError, OSError):
        ending = ("_KEY", "_SECRET")
        return tuple(value for name, value in os.environ.items() if name.endswith(ending))
    return settings.secrets


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # a terminal that is gone
        print(f"technic: {text}", file=sys.stderr)


def _silence_stdout() -> None:
    """Point stdout at nothing, so that its flush at exit does not complain again."""
    try:
        descriptor = sys.stdout.fileno()
    except (OSError, ValueError):
        return  # not a real file: a test's buffer
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, descriptor)
    os.close(sink)
