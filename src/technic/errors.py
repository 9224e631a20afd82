"""Every error Technic raises on purpose, in one tree.

TechnicError
├── UsageError                what was asked for cannot be done as asked (exit code 2)
│   ├── ParameterError        a parameter has a value that is not allowed
│   ├── InputFileError        a file that was named cannot be read as what it should be
│   ├── RuleUnavailableError  a rule was asked for and its column is not there
│   └── MissingExtraError     an optional dependency is not installed
├── FetchError                a provider could not give bars for one symbol (exit code 1)
├── StoreError                the bar store cannot be read or written (exit code 1)
├── RunnerError               where the scan was to run cannot run it (exit code 1)
└── NothingToScanError        no symbol is left to scan, and why (exit code 1)

Errors cross process borders, so every field goes positionally to ``super().__init__`` and the
text is built in ``__str__``: that is what makes them pickle.
"""

from __future__ import annotations

__all__ = [
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
]


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
        text = f"{self.parameter} is {self.value!r}, allowed: {self.allowed}"
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
        return f"{text}; {self.hint}" if self.hint else text


class RuleUnavailableError(UsageError):
    """A rule was asked for and the data it needs is not there; it never skips itself."""

    def __init__(self, rule: str, missing: str, hint: str = "") -> None:
        super().__init__(rule, missing, hint)
        self.rule, self.missing, self.hint = rule, missing, hint

    def __str__(self) -> str:
        text = f"rule {self.rule!r} needs {self.missing}, which is not there"
        return f"{text}; {self.hint}" if self.hint else text


class MissingExtraError(UsageError):
    """An optional dependency is not installed; the message has the command that installs it."""

    def __init__(self, feature: str, package: str, extra: str) -> None:
        super().__init__(feature, package, extra)
        self.feature, self.package, self.extra = feature, package, extra

    def __str__(self) -> str:
        return (
            f"{self.feature} needs {self.package}; install it with: "
            f"pip install 'technic[{self.extra}]'"
        )


class FetchError(TechnicError):
    """A provider could not give bars for one symbol; ``reason`` is a short code (``no_data``)."""

    def __init__(self, provider: str, symbol: str, reason: str, detail: str = "") -> None:
        super().__init__(provider, symbol, reason, detail)
        self.provider, self.symbol, self.reason, self.detail = provider, symbol, reason, detail

    def __str__(self) -> str:
        text = f"{self.provider} has no bars for {self.symbol}: {self.reason}"
        return f"{text} ({self.detail})" if self.detail else text


class NothingToScanError(TechnicError):
    """No symbol is left to scan; an empty table would look as if nothing qualified."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason, hint)
        self.reason, self.hint = reason, hint

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
        return f"{text}; {self.hint}" if self.hint else text


class RunnerError(TechnicError):
    """The runner that was asked for could not start, or lost the scan; nothing was ranked."""

    def __init__(self, runner: str, reason: str, hint: str = "") -> None:
        super().__init__(runner, reason, hint)
        self.runner, self.reason, self.hint = runner, reason, hint

    def __str__(self) -> str:
        text = f"runner {self.runner}: {self.reason}"
        return f"{text}; {self.hint}" if self.hint else text
