"""Keys: made once, shown once, kept as a hash, looked up by a prefix, compared in constant time."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import Engine, Row, select, update
from sqlalchemy.exc import OperationalError

from technic.errors import ParameterError
from technic.service.database.connect import hold, reading
from technic.service.database.tables import KEYS
from technic.service.held.known_callers import Held
from technic.wording.counts import count_of

__all__ = ["Key", "KeyTable", "Scope", "first_key", "hashed", "reaches"]

Scope = Literal["read", "run", "admin"]
"""Each may do what the one before it may: look; run scans; sync, upload, see all jobs."""
SCOPES: tuple[Scope, ...] = get_args(Scope)
_MARK = "technic_"
_PREFIX = 8
_SECRET_BYTES = 32
_LONGEST = 200
_TOLD = re.compile(rf"[0-9a-f]{{{_PREFIX}}}:[0-9a-f]{{64}}")
_NAME = 100
_ADD_LOCK = 0x7EC401E
_USED_EVERY_S = 60.0
"""The time of a key's last use is written this often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key without its secret."""

    prefix: str
    name: str
    scope: Scope
    created_at: float
    used_at: float | None = None
    revoked_at: float | None = None


def reaches(scope: Scope, needed: Scope) -> bool:
    """Tell whether a key of ``scope`` may do what needs ``needed``."""
    return SCOPES.index(scope) >= SCOPES.index(needed)


def hashed(secret: str) -> str:
    """Return the SHA-256 of a secret of 32 random bytes, which needs no salt."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class KeyTable:
    """The keys of a database; ``clock``: seconds since 1970.

    ``held``: who was let in of late, by the hash of key or cookie, with the token of a session.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float]) -> None:
        self._engine, self._clock = engine, clock
        self.held: Held[tuple[Key, str]] = Held(clock)

    def add(self, name: str, scope: str) -> tuple[Key, str]:
        """Make a key; return it, and the text that is shown this once."""
        if not name.strip() or len(name) > _NAME or not name.isprintable():
            raise ParameterError("name", name, f"a name of up to {count_of(_NAME, 'character')}")
        if scope not in SCOPES:
            raise ParameterError("scope", scope, ", ".join(SCOPES))
        with self._engine.begin() as connection:
            hold(connection, _ADD_LOCK)  # else two could both find the name free
            taken = select(KEYS.c.name).where(KEYS.c.name == name, KEYS.c.revoked_at.is_(None))
            if connection.execute(taken).first() is not None:
                hint = "technic keys list shows them, technic keys revoke ends one"
                raise ParameterError("name", name, "a name that no key has", hint)
            prefix, text = _new_key()
            now = self._clock()
            values = {"prefix": prefix, "name": name, "scope": scope, "created_at": now}
            connection.execute(KEYS.insert().values(hash=hashed(text), **values))
        return Key(prefix=prefix, name=name, scope=scope, created_at=now), text

    def admit(self, told: str) -> Key | None:
        """Make the admin's key of which only the hash is told; None where the table has it.

        ``told``: what ``first_key`` gave. A key that was revoked stays so.
        """
        prefix, _, known = told.strip().partition(":")
        if not _TOLD.fullmatch(told.strip()):
            hint = "technic keys first prints it; a key itself does not belong there"
            raise ParameterError("TECHNIC_SERVICE_FIRST_KEY", "***", "PREFIX:SHA-256", hint)
        with self._engine.begin() as connection:
            hold(connection, _ADD_LOCK)
            if connection.execute(select(KEYS.c.prefix).where(KEYS.c.prefix == prefix)).first():
                return None
            key = Key(
                prefix=prefix, name=f"first-{prefix}", scope="admin", created_at=self._clock()
            )
            values = {"name": key.name, "scope": key.scope, "created_at": key.created_at}
            connection.execute(KEYS.insert().values(prefix=prefix, hash=known, **values))
        return key

    def all(self) -> list[Key]:
        """Return all keys, the oldest first, revoked ones too."""
        with reading(self._engine) as connection:
            return [
                _key(row) for row in connection.execute(select(KEYS).order_by(KEYS.c.created_at))
            ]

    def revoke(self, name: str) -> Key:
        """End the key of this name or prefix; ParameterError where there is none."""
        live = [
            key for key in self.all() if key.revoked_at is None and name in (key.name, key.prefix)
        ]
        if not live:
            raise ParameterError("name", name, "the name of a key", "technic keys list shows them")
        with self._engine.begin() as connection:
            change = update(KEYS).where(KEYS.c.prefix == live[0].prefix)
            connection.execute(change.values(revoked_at=self._clock()))
        self.held.clear()
        return live[0]

    def find_held(self, text: str) -> Key | None:
        """Return the key that is written so where it was found some seconds ago; reads no table."""
        found = self.held.get(hashed(text)) if len(text) <= _LONGEST else None
        return None if found is None else found[0]

    def find(self, text: str) -> Key | None:
        """Return the live key that is written so; None for any other text."""
        if (
            not text.startswith(_MARK)
            or len(text) > _LONGEST
            or not (text.isascii() and text.isprintable())
        ):
            return None
        prefix = text[len(_MARK) :].partition("_")[0]
        if not (prefix.isascii() and prefix.isalnum()):
            return None
        era = self.held.era
        with reading(self._engine) as connection:
            row = connection.execute(select(KEYS).where(KEYS.c.prefix == prefix)).first()
        known = row.hash if row is not None else "0" * 64
        same = hmac.compare_digest(known, hashed(text))
        if row is None or not same or row.revoked_at is not None:
            return None
        now = self._clock()
        if row.used_at is None or now - row.used_at > _USED_EVERY_S:
            change = update(KEYS).where(KEYS.c.prefix == prefix).values(used_at=now)
            # who may come in is not kept out since the time of it cannot be written
            with contextlib.suppress(OperationalError), self._engine.begin() as connection:
                connection.execute(change)
        self.held.put(hashed(text), (_key(row), ""), era)
        return _key(row)

    def of(self, prefix: str) -> Key | None:
        """Return the live key with this prefix."""
        with reading(self._engine) as connection:
            query = select(KEYS).where(KEYS.c.prefix == prefix, KEYS.c.revoked_at.is_(None))
            row = connection.execute(query).first()
        return None if row is None else _key(row)


def first_key() -> tuple[str, str]:
    """Return a new key, and what ``TECHNIC_SERVICE_FIRST_KEY`` tells a service of it: its hash."""
    prefix, text = _new_key()
    return text, f"{prefix}:{hashed(text)}"


def _new_key() -> tuple[str, str]:
    prefix = secrets.token_hex(_PREFIX // 2)
    return prefix, f"{_MARK}{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"


def _key(row: Row[Any]) -> Key:
    return Key(
        prefix=row.prefix,
        name=row.name,
        scope=row.scope,
        created_at=row.created_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
