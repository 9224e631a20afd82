"""Requests for ``s3://bucket/key``: read with pyarrow's S3 client; all fallback go on to sockets.

The client signs requests, keeps connections and retries nothing here: fetching does.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from technic.data_engine.interfaces.ceilings import MAX_ANSWER_BYTES, shown_bytes
from technic.data_engine.interfaces.requests import BadAnswerError, UnavailableError
from technic.data_engine.interfaces.transport import HttpRequest, HttpResponse, Transport

__all__ = ["FLAT_FILES_URL", "S3Access", "S3Transport"]

FLAT_FILES_URL = "https://files.massive.com"
CONNECT_TIMEOUT_S = 10.0
REQUEST_TIMEOUT_S = 60.0
REFUSED = ("ACCESS_DENIED", "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH", "403")


@dataclass(frozen=True, slots=True)
class S3Access:
    """Where an S3-compatible service is and the keys to it, which are never shown."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    endpoint: str = FLAT_FILES_URL


@dataclass(slots=True)
class S3Transport:
    """Answers ``s3://`` with status 200, 403 or 404; the body is the object as it is stored."""

    access: S3Access
    fallback: Transport
    _files: Any = field(default=None, repr=False)

    async def __aenter__(self) -> Self:
        import pyarrow.fs as fs

        scheme, host, *_ = urlsplit(self.access.endpoint)
        self._files = fs.S3FileSystem(
            access_key=self.access.key,
            secret_key=self.access.secret,
            endpoint_override=host,
            scheme=scheme,
            region="us-east-1",
            connect_timeout=CONNECT_TIMEOUT_S,
            request_timeout=REQUEST_TIMEOUT_S,
            retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=1),
        )
        await self.fallback.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.fallback.__aexit__(kind, error, trace)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request; an S3 object is read in a thread."""
        if not request.url.startswith("s3://"):
            return await self.fallback.send(request)
        return await asyncio.to_thread(self._read, request)

    def _read(self, request: HttpRequest) -> HttpResponse:
        path = request.url.removeprefix("s3://")
        try:
            with self._files.open_input_stream(path, compression=None) as stream:
                body = stream.read(MAX_ANSWER_BYTES + 1)
                if len(body) > MAX_ANSWER_BYTES:
                    most = shown_bytes(MAX_ANSWER_BYTES)
                    raise BadAnswerError(f"{request.shown}: more than {most}")
                return HttpResponse(200, {}, body)
        except FileNotFoundError:
            return HttpResponse(404, {}, b"")
        except OSError as error:
            text = str(error)
            if any(word in text.upper() for word in REFUSED):
                return HttpResponse(403, {}, b"")
            raise UnavailableError(f"{request.shown}: {type(error).__name__}") from error
