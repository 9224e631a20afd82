"""Every error Technic raises on purpose, in one tree.

TechnicError
├── UsageError                what was asked for cannot be done as asked (exit code 2)
│   ├── ParameterError        a parameter has a value that is not allowed
│   ├── InputFileError        a file that was named cannot be read as what it should be
│   ├── RuleUnavailableError  a rule was asked for and its column is not there
│   ├── ExpressionError       an expression of the scan language does not say anything
│   └── MissingExtraError     an optional dependency is not installed
├── FetchError                a provider could not give bars for one symbol (exit code 1)
├── DirectoryError            the exchanges' directory of symbols cannot be had (exit code 1)
├── FactsError                facts about companies cannot be had from their sources (exit code 1)
├── StoreError                the bar store cannot be read or written (exit code 1)
├── DatabaseError             the service's database cannot be reached or used (exit code 1)
├── WatchesError              the file of watches cannot be read or written (exit code 1)
├── RunnerError               where the scan was to run cannot run it (exit code 1)
└── NothingToScanError        no symbol is left to scan, and why (exit code 1)

Errors cross process borders, so every field goes positionally to ``super().__init__`` and the
text is built in ``__str__``: that is what makes them pickle.
"""

from __future__ import annotations

from technic.text.outside import LINE, clean
from technic.version import DISTRIBUTION
from technic.wording.install import EXTRAS, extra_packages, install_command

__all__ = [
    "DatabaseError",
    "DirectoryError",
    "ExpressionError",
    "FactsError",
    "FetchError",
    "InputFileError",
    "MissingExtraError",
    "NothingToScanError",
    "ParameterError",
    "RuleUnavailableError",
    "RunnerError",
    "StoreError",
    "TechnicError",
    "UsageError",
    "WatchesError",
]

_VALUE_SHOWN = 200
"""Characters of a value that a message shows: enough to know it by."""


class TechnicError(Exception):
    """Base of all errors that Technic raises on purpose; ``exit_code`` is the CLI's."""

    exit_code = 1


class UsageError(TechnicError):
    """What was asked for cannot be done as asked; the message says what to change."""

    exit_code = 2


class ParameterError(UsageError):
    """A parameter has a value that is not allowed."""

    def __init__(self, parameter: str, value: object, allowed: str, hint: str = "") -> None:
        super().__init__(parameter, value, allowed, hint)
        self.parameter, self.value, self.allowed, self.hint = parameter, value, allowed, hint

    def __str__(self) -> str:
        value = repr(self.value).replace("\n", " ")
        if len(value) > _VALUE_SHOWN:
            value = f"{value[:_VALUE_SHOWN]}…"
        text = f"{self.parameter} is {value}, allowed: {self.allowed}"
        return f"{text}; {self.hint}" if self.hint else text


class InputFileError(UsageError):
    """A file cannot be read as what it should be; names row and column where they are known.

    ``row`` counts as people count lines of the file: the header is row 1.
    """

    def __init__(
        self,
        path: str,
        reason: str,
        row: int | None = None,
        column: str | None = None,
        hint: str = "",
    ) -> None:
        super().__init__(path, reason, row, column, hint)
        self.path, self.reason, self.row, self.column, self.hint = path, reason, row, column, hint

    def __str__(self) -> str:
        place = self.path
        if self.row is not None:
            place += f", row {self.row}"
        if self.column is not None:
            place += f", column {self.column!r}"
        text = f"{place}: {self.reason}"
        return clean(f"{text}; {self.hint}" if self.hint else text, LINE)


class RuleUnavailableError(UsageError):
    """A rule was asked for and the data it needs is not there; it never skips itself."""

    def __init__(self, rule: str, missing: str, hint: str = "") -> None:
        super().__init__(rule, missing, hint)
        self.rule, self.missing, self.hint = rule, missing, hint

    def __str__(self) -> str:
        text = f"rule {self.rule!r} needs {self.missing}, which is not there"
        return f"{text}; {self.hint}" if self.hint else text


class ExpressionError(UsageError):
    """An expression cannot be understood; ``place`` is where in ``text`` (start, end), if known.

    ``str`` is one sentence: what is wrong, where, what to write. ``pointer`` shows the place.
    ``parameter``: what was given the expression, "" where nobody says.
    """

    def __init__(
        self,
        text: str,
        place: tuple[int, int] | None,
        reason: str,
        hint: str = "",
        parameter: str = "",
    ) -> None:
        super().__init__(text, place, reason, hint, parameter)
        self.text, self.place, self.reason, self.hint = text, place, reason, hint
        self.parameter = parameter

    def __str__(self) -> str:
        text = f"{self.parameter}: {self.reason}" if self.parameter else self.reason
        if self.place is not None:
            line, column, _ = self._located(self.place[0])
            text += f", at line {line}, column {column}" if line > 1 else f", at column {column}"
        return f"{text}; {self.hint}" if self.hint else text

    def pointer(self) -> str:
        """Return the line of the text that holds the place, and carets under it; empty if that is.

        Of a long line only the part around the place; what cannot be printed shows as ``?``.
        """
        if self.place is None:
            return ""
        start, end = self.place
        _, column, line = self._located(start)
        if not line.strip():
            return ""
        first = max(0, column - 1 - _SHOWN // 2)
        shown = "".join(c if c.isprintable() else "?" for c in line[first : first + _SHOWN])
        indent = column - 1 - first
        carets = max(1, min(end - start, len(shown) - indent))
        return f"{shown}\n{' ' * indent}{'^' * carets}"

    def _located(self, start: int) -> tuple[int, int, str]:
        """Return line and column, both from 1, and the text of the line."""
        line = self.text.count("\n", 0, start)
        begins = self.text.rfind("\n", 0, start) + 1
        return line + 1, start - begins + 1, self.text[begins:].split("\n", 1)[0]


_SHOWN = 100


class MissingExtraError(UsageError):
    """An optional dependency is not installed; the message has the command that installs it.

    ``feature``: what needs it; ``extra``: the one that brings ``package``, a key of ``EXTRAS``.
    """

    def __init__(self, feature: str, package: str, extra: str) -> None:
        super().__init__(feature, package, extra)
        self.feature, self.package, self.extra = feature, package, extra

    def __str__(self) -> str:
        packages = extra_packages(DISTRIBUTION, self.extra) or (self.package,)
        needs = f"{self.feature} needs {self.package} of the extra {self.extra}"
        what = f"which is for {EXTRAS[self.extra]}"
        return f"{needs}, {what}; install it with: {install_command(packages)}"

    @classmethod
    def of(cls, feature: str, extra: str, error: ModuleNotFoundError) -> MissingExtraError:
        """Return the error of a failed import; raises ``error`` where a module of ours is gone."""
        package = (error.name or extra).partition(".")[0]
        if package == "technic":
            raise error
        return cls(feature, package, extra)


class FetchError(TechnicError):
    """A provider could not give bars for one symbol; ``reason`` is a short code (``no_data``)."""

    def __init__(self, provider: str, symbol: str, reason: str, detail: str = "") -> None:
        super().__init__(provider, symbol, reason, detail)
        self.provider, self.symbol, self.reason, self.detail = provider, symbol, reason, detail

    def __str__(self) -> str:
        text = f"{self.provider} has no bars for {self.symbol}: {self.reason}"
        return clean(f"{text} ({self.detail})" if self.detail else text, LINE)


class FactsError(TechnicError):
    """Facts about companies cannot be had from their sources; what is stored already stays."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return clean(f"facts cannot be had: {self.detail}; what is stored already stays", LINE)


class DirectoryError(TechnicError):
    """The exchanges' directory of symbols cannot be had whole; what was kept before stays."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        text = f"the directory of symbols was not kept: {self.detail}"
        return clean(f"{text}; what was kept before is unchanged", LINE)


class NothingToScanError(TechnicError):
    """No symbol is left to scan; an empty table would look as if nothing qualified.

    ``entries``: what became of each symbol, as (symbol, outcome, detail), where a scan of ``as_of``
    got so far.
    """

    def __init__(
        self,
        reason: str,
        hint: str = "",
        entries: tuple[tuple[str, str, str], ...] = (),
        as_of: str = "",
    ) -> None:
        super().__init__(reason, hint, entries, as_of)
        self.reason, self.hint, self.entries, self.as_of = reason, hint, entries, as_of

    def __str__(self) -> str:
        text = f"nothing to scan: {self.reason}"
        return f"{text}; {self.hint}" if self.hint else text


class StoreError(TechnicError):
    """The bar store at ``url`` cannot be read or written; credentials are never in the text."""

    def __init__(self, url: str, reason: str, hint: str = "") -> None:
        super().__init__(url, reason, hint)
        self.url, self.reason, self.hint = url, reason, hint

    def __str__(self) -> str:
        text = f"store {self.url}: {self.reason}"
        return clean(f"{text}; {self.hint}" if self.hint else text, LINE)


class DatabaseError(TechnicError):
    """The database of the service cannot be used; ``url`` holds no password."""

    def __init__(self, url: str, reason: str, hint: str = "") -> None:
        super().__init__(url, reason, hint)
        self.url, self.reason, self.hint = url, reason, hint

    def __str__(self) -> str:
        text = f"database {self.url}: {self.reason}"
        return clean(f"{text}; {self.hint}" if self.hint else text, LINE)


class WatchesError(TechnicError):
    """The file of watches cannot be read or written; where it lies is not told."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason, hint)
        self.reason, self.hint = reason, hint

    def __str__(self) -> str:
        return clean(f"watches cannot be read or kept: {self.reason}; {self.hint}", LINE)


class RunnerError(TechnicError):
    """The runner that was asked for could not start, or lost the scan; nothing was ranked."""

    def __init__(self, runner: str, reason: str, hint: str = "") -> None:
        super().__init__(runner, reason, hint)
        self.runner, self.reason, self.hint = runner, reason, hint

    def __str__(self) -> str:
        text = f"runner {self.runner}: {self.reason}"
        return f"{text}; {self.hint}" if self.hint else text
