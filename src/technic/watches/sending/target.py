"""Targets: where messages go, and how an address is shown without what is secret in it.

A target is an address: ``webhook+https://SECRET@HOST/PATH`` is a signed webhook, all else is
apprise's. ``env:NAME`` names a variable of the environment that holds the address, so that it is
written into no file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from technic.errors import ParameterError
from technic.wording.counts import count_of

__all__ = ["Target", "parse_target", "secrets_of", "shown_target"]

WEBHOOKS = ("webhook+https", "webhook+http")
LEAST_SECRET = 16
MOST = 2_000
_REFERENCE = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]{0,99})")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,39})://", re.IGNORECASE)
_HIDDEN = re.compile(
    r"webhook\+https?://[^/?#@]*\*\*\*#[0-9a-f]{4}|[a-z][a-z0-9+.-]{0,39}://\*\*\*#[0-9a-f]{4}"
    r"|env:[A-Za-z_][A-Za-z0-9_]{0,99}"
)
"""What `shown_target` returns, and nothing that somebody could have for a key."""


@dataclass(frozen=True, slots=True)
class Target:
    """A target that can be sent to.

    ``url``: with its secrets; not shown. ``shown``: as it may be. ``webhook``: whether it is signed
    here, else apprise sends.
    """

    url: str
    shown: str
    webhook: bool

    def __repr__(self) -> str:
        return f"Target({self.shown!r})"


def parse_target(text: str, environ: Mapping[str, str]) -> Target:
    """Return the target that an address or ``env:NAME`` means.

    Raises ParameterError, without anything secret, for an address that is none, for a webhook
    without a secret, and for a variable that is not set.
    """
    named = _REFERENCE.fullmatch(text.strip())
    url = text.strip()
    if named is not None:
        url = environ.get(named[1], "").strip()
        if not url:
            raise ParameterError("to", text, "a variable that is set", f"set {named[1]}")
    shown = text.strip() if named is not None else shown_target(url)
    if len(url) > MOST or not _SCHEME.match(url) or not url.isprintable():
        allowed = "an address such as mailtos://..., webhook+https://SECRET@HOST/PATH, or env:NAME"
        raise ParameterError("to", shown, allowed)
    webhook = url.lower().startswith("webhook+")
    if webhook:
        _check_webhook(url, shown)
    return Target(url, shown, webhook)


def shown_target(text: str) -> str:
    """Return an address as it may be shown: its scheme, and four letters to tell it by.

    Of a webhook also the host. All else of an address may be a key: user, host, path and query are
    with one service or another.
    """
    if _HIDDEN.fullmatch(text):
        return text
    found = _SCHEME.match(text)
    if found is None:
        return "***"
    mark = hashlib.sha256(text.encode()).hexdigest()[:4]
    scheme = found[1].lower()
    host = (_split(text).hostname or "") if scheme in WEBHOOKS else ""
    return f"{scheme}://{host}***#{mark}"


def secrets_of(url: str) -> tuple[str, ...]:
    """Return all parts of an address that a message must not repeat."""
    return tuple(dict.fromkeys(part for part in _parts(url) if part))


def _parts(url: str) -> Iterator[str]:
    yield url
    parts = _split(url)
    yield from (parts.netloc, parts.path, parts.query, parts.fragment)
    yield from (unquote(one or "") for one in (parts.username, parts.password))
    yield from parts.path.split("/")
    yield from (value for _, value in parse_qsl(parts.query))
    if parts.scheme.lower() not in WEBHOOKS:
        yield parts.hostname or ""


def _split(url: str) -> SplitResult:
    try:
        found = urlsplit(url)
        _ = found.hostname, found.port
    except ValueError:
        return urlsplit("")
    return found


def _check_webhook(url: str, shown: str) -> None:
    parts = _split(url)
    if parts.scheme.lower() not in WEBHOOKS or not parts.hostname:
        raise ParameterError("to", shown, "webhook+https://SECRET@HOST/PATH")
    if len(unquote(parts.username or "")) < LEAST_SECRET or parts.password:
        least = count_of(LEAST_SECRET, "character")
        allowed = f"a webhook whose secret, before the @, has at least {least}"
        raise ParameterError("to", shown, allowed, "webhook+https://SECRET@HOST/PATH")
