"""Targets of apprise: some hundred services behind one call, imported when the first is used."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import ModuleType

from technic.errors import MissingExtraError
from technic.watches.messages.message import Message

__all__ = ["known_address", "send_with_apprise"]

_TALKERS = ("apprise", "urllib3", "requests", "requests_oauthlib")
"""Loggers that repeat addresses, with all that is secret in them."""
_FAULTS = (OSError, ValueError, TypeError, LookupError, AttributeError, RuntimeError)
"""What plug-ins, of which there are over a hundred, may raise instead of returning False."""


def known_address(url: str) -> bool:
    """Tell whether apprise can read an address; MissingExtraError where it is not installed."""
    with _silent():
        return bool(_apprise().Apprise().add(url))


def send_with_apprise(url: str, message: Message, picture: str | None) -> str | None:
    """Send a message in one call; return why it failed, None where it went out.

    ``picture``: an SVG, sent along where the service takes files.
    """
    apprise = _apprise()
    with _silent() as said:
        sender = apprise.Apprise()
        if not sender.add(url):
            return "apprise cannot read this address"
        takes = picture is not None and bool(getattr(sender[0], "attachment_support", False))
        with _file(picture if takes else None) as file:
            try:
                done = sender.notify(
                    title=message.short,
                    body=message.long,
                    body_format=apprise.NotifyFormat.TEXT,
                    notify_type=apprise.NotifyType.WARNING
                    if message.trouble
                    else apprise.NotifyType.INFO,
                    attach=None if file is None else str(file),
                )
            except _FAULTS as error:
                return f"{type(error).__name__}: {error}"
    return None if done else "; ".join(said[-3:]) or "apprise could not send it"


@contextmanager
def _file(picture: str | None) -> Iterator[Path | None]:
    """Write a picture where apprise can read it, for as long as it does."""
    with nullcontext() if picture is None else tempfile.TemporaryDirectory() as folder:
        if folder is None or picture is None:
            yield None
            return
        file = Path(folder) / "chart.svg"
        file.write_text(picture, encoding="utf-8")
        yield file


def _apprise() -> ModuleType:
    try:
        with _silent():
            import apprise
    except ImportError:
        raise MissingExtraError("sending messages", "apprise", "alerts") from None
    return apprise


class _Collector(logging.Handler):
    """Keeps what is logged, for the reason of a failure."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self._said.append(record.getMessage())


@contextmanager
def _silent() -> Iterator[list[str]]:
    """Keep what the libraries log out of every log; yields what apprise complains of."""
    said: list[str] = []
    collector = _Collector(said)
    loggers = [logging.getLogger(name) for name in _TALKERS]
    before = [one.propagate for one in loggers]
    for one in loggers:
        one.propagate = False
        one.addHandler(collector)
    try:
        with warnings.catch_warnings():
            # apprise loads all its plug-ins, some of which use what Python is about to drop
            warnings.simplefilter("ignore", DeprecationWarning)
            yield said
    finally:
        for one, propagate in zip(loggers, before, strict=True):
            one.propagate = propagate
            one.removeHandler(collector)
