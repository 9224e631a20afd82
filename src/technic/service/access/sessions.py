"""Sessions of the pages: a cookie that stands for a key, for a while."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable

from sqlalchemy import Engine, select

from technic.service.access.keys import Key, KeyTable, hashed
from technic.service.database.connect import reading
from technic.service.database.tables import SESSIONS
from technic.service.held.known_callers import HELD_S

__all__ = ["SESSION_S", "SessionTable"]

SESSION_S = 12 * 3600.0
"""How long a log-in holds."""
_LONGEST = 200


class SessionTable:
    """The sessions of a database; ``clock``: seconds since 1970."""

    def __init__(self, engine: Engine, keys: KeyTable, clock: Callable[[], float]) -> None:
        self._engine, self._keys, self._clock = engine, keys, clock

    def begin(self, key: Key) -> tuple[str, str]:
        """Log a key in; return the cookie and the token that its forms have to carry."""
        cookie, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), self._clock()
        with self._engine.begin() as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.expires_at < now))
            values = {"prefix": key.prefix, "csrf": csrf, "expires_at": now + SESSION_S}
            connection.execute(SESSIONS.insert().values(hash=hashed(cookie), **values))
        return cookie, csrf

    def find(self, cookie: str) -> tuple[Key, str] | None:
        """Return the key of a session and its token; None where it is over, or the key revoked."""
        if not cookie or len(cookie) > _LONGEST:
            return None
        era = self._keys.held.era
        with reading(self._engine) as connection:
            query = select(SESSIONS).where(SESSIONS.c.hash == hashed(cookie))
            row = connection.execute(query).first()
        if row is None or row.expires_at < self._clock():
            return None
        key = self._keys.of(row.prefix)
        if key is None:
            return None
        if row.expires_at - self._clock() > HELD_S:
            self._keys.held.put(("session", hashed(cookie)), (key, str(row.csrf)), era)
        return key, str(row.csrf)

    def find_held(self, cookie: str) -> tuple[Key, str] | None:
        """Return the same where it was found some seconds ago; reads no table."""
        if not cookie or len(cookie) > _LONGEST:
            return None
        return self._keys.held.get(("session", hashed(cookie)))

    def end(self, cookie: str) -> None:
        """Log a session out."""
        with self._engine.begin() as connection:
            connection.execute(SESSIONS.delete().where(SESSIONS.c.hash == hashed(cookie)))
        self._keys.held.clear()


def same_token(left: str, right: str) -> bool:
    """Compare two tokens in constant time."""
    return hmac.compare_digest(left.encode("utf-8", "replace"), right.encode("utf-8", "replace"))
