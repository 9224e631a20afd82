"""Signed webhooks: one POST of JSON, with a time and an HMAC that a receiver can check.

The header ``Technic-Signature`` is ``v1=`` and the HMAC-SHA-256, in hexadecimal digits, of the
header ``Technic-Timestamp`` (seconds since 1970), a dot, and the body; the key is the secret of the
address. A receiver compares it in constant time, and refuses a time that is minutes old.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import unquote, urlsplit

from technic.version import __version__

__all__ = ["post_webhook", "signature"]

TIMEOUT_S = 15.0
ANSWER_READ = 1_000


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return what the header ``Technic-Signature`` must be."""
    signed = str(timestamp).encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def post_webhook(url: str, content: dict[str, Any], now: float) -> str | None:
    """Send ``content``; return why it failed, None where the receiver took it (any 2xx).

    Redirects are not followed: what is signed goes where the user said, or nowhere.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    place = f"[{host}]" if ":" in host else host
    place += f":{parts.port}" if parts.port else ""
    scheme = parts.scheme.lower().removeprefix("webhook+")
    query = f"?{parts.query}" if parts.query else ""
    body = json.dumps(content, allow_nan=False, separators=(",", ":")).encode()
    stamp = int(now)
    request = urllib.request.Request(
        f"{scheme}://{place}{parts.path or '/'}{query}",
        data=body,
        method="POST",
        headers={
            "Content-Type": "application/json",
            "User-Agent": f"technic/{__version__}",
            "Technic-Message-Id": str(content["id"]),
            "Technic-Timestamp": str(stamp),
            "Technic-Signature": signature(unquote(parts.username or ""), stamp, body),
        },
    )
    try:
        with _opener().open(request, timeout=TIMEOUT_S) as answer:
            answer.read(ANSWER_READ)
            status = int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            status = error.code
    except urllib.error.URLError as error:
        return f"cannot be reached: {error.reason}"
    except (OSError, HTTPException, ValueError) as error:
        return f"cannot be reached: {type(error).__name__}: {error}"
    return None if 200 <= status < 300 else f"the receiver answered {status}"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Leaves an answer that leads elsewhere as it is."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        """Follow nothing."""


def _opener() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_NoRedirect)
