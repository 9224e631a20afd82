"""Loops that numba compiles where it is installed (the extra ``fast``) and where that pays.

A loop is a plain function over arrays that calls ``step`` (or ``twin``, ``join``, ``first``), small
pure functions on values which numpy applies to whole rows: a formula stands once. Of other
functions they may call ``select`` alone. Compiled without
fast-math, contraction and threads, it does the very operations in the very order, so the bits are
numpy's; see ``tests/indicators/test_compiled.py``. NaN is NaN, whatever its sign.

Nothing is compiled or imported until the process has asked for so much that numba would have saved
what it costs: importing it and reading compiled code from the disk (``WORTH_LOADING``), or
compiling a loop for the first time on a machine (``WORTH_COMPILING``). What is compiled is kept in
the folder that NUMBA_CACHE_DIR names, else in the user's cache folder; where neither can be
written, and where numba is missing or broken, numpy goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from types import CodeType, FunctionType
from typing import Any, TypeAlias

from technic.panel.recipe_steps import select_number

__all__ = ["COMPILER", "WORTH_COMPILING", "WORTH_LOADING", "Compiler", "Loop", "assembled"]

WORTH_LOADING = 1_000_000_000
"""Nanoseconds that all loops would have saved, after which numba is imported.

That and the first loop from the disk take about as long (``python -m benchmarks.compiled_loops``):
who begins then never loses more than the import, however soon the work ends.
"""
WORTH_COMPILING = 1_000_000_000
"""Nanoseconds that one loop would have saved, after which it is compiled where none is kept."""

Loop: TypeAlias = Callable[..., None]
Steps: TypeAlias = Mapping[str, Callable[..., Any]]

logger = logging.getLogger(__name__)


class Compiler:
    """Says whether a loop runs compiled, and counts what it would have saved so far.

    ``loading``, ``compiling``: see ``WORTH_LOADING``, ``WORTH_COMPILING``. Threads may share one.
    """

    def __init__(self, loading: int = WORTH_LOADING, compiling: int = WORTH_COMPILING) -> None:
        self.loading, self.compiling = loading, compiling
        self._missed: dict[str, float] = {}
        self._begun: dict[str, Any] = {}
        self._made: dict[str, Loop | None] = {}
        self._lock = Lock()

    def loop(self, loop: Loop, types: str, steps: Steps, saved: float) -> Loop | None:
        """Return the loop compiled, None where numpy does the work.

        ``types``: a letter for each argument, "r" and "w" for C-ordered ``(rows, columns)`` that
        are read and written, "v" for a row, "i" and "f" for numbers. ``saved``: nanoseconds that
        the loop is faster than numpy in this work.
        """
        name = _name(loop, *steps.values(), select_number)
        if name in self._made:
            return self._made[name]
        with self._lock:
            self._missed[name] = self._missed.get(name, 0.0) + saved
            if sum(self._missed.values()) < self.loading or not _installed():
                return None
            if name not in self._made:
                if name not in self._begun:
                    self._begun[name] = _compiler(loop, name, steps)
                compiler = self._begun[name]
                if compiler is not None and self._missed[name] < self.compiling:
                    kept = Path(compiler.stats.cache_path).glob(f"*{name}*.nbi")
                    if not any(kept):
                        return None
                self._made[name] = None if compiler is None else _compiled(compiler, types)
            return self._made[name]


COMPILER = Compiler()
"""The one of this process."""


def assembled(loop: Loop, steps: Steps, name: str = "assembled") -> FunctionType:
    """Return the loop with its steps put in, uncompiled."""
    code = loop.__code__
    made = FunctionType(code, {"float": float, "min": min, "range": range, **steps}, name)
    made.__qualname__ = name
    made.__module__ = loop.__module__
    return made


@cache
def _installed() -> bool:
    return find_spec("numba") is not None


@cache
def _name(loop: Loop, *steps: Callable[..., Any]) -> str:
    """Name of a loop with its steps; another one as soon as any of them is written otherwise."""
    digest = blake2b(digest_size=8)
    for function in (loop, *steps):
        _add(digest.update, function.__code__)
    return f"{loop.__name__}_{digest.hexdigest()}"


def _add(update: Callable[[bytes], object], code: CodeType) -> None:
    update(code.co_code)
    update(repr((code.co_consts, code.co_names, code.co_varnames)).encode())


def _compiler(loop: Loop, name: str, steps: Steps) -> Any:
    """Return what compiles the loop or loads it; None where numba fails or nothing can be kept."""
    try:
        import numba

        from technic.panel.compiled_files import kept_files

        options = {"nogil": True, "error_model": "numpy", "fastmath": False}
        choice = {"select": numba.njit(**options)(select_number)}
        inner = {
            key: numba.njit(**options)(assembled(step, choice, key)) for key, step in steps.items()
        }
        made = numba.njit(**options)(assembled(loop, inner, name))
        made._cache = kept_files(made.py_func)
    except (ImportError, AttributeError, OSError, RuntimeError) as error:
        logger.info("loops are not compiled: %s", error)
        return None
    return made


def _compiled(compiler: Any, types: str) -> Loop | None:
    """Return the loop for arguments of some types; None where numba cannot compile it here."""
    from numba.core.errors import NumbaError

    try:
        compiler.compile(_signature(types))
        compiler.disable_compile()
    except (NumbaError, OSError, RuntimeError) as error:
        logger.info("%s is not compiled: %s", compiler.__name__, error)
        return None
    loop: Loop = compiler
    return loop


def _signature(types: str) -> tuple[Any, ...]:
    from numba import types as of

    kinds = {
        "r": of.Array(of.float64, 2, "C", readonly=True),
        "w": of.Array(of.float64, 2, "C"),
        "v": of.Array(of.float64, 1, "C"),
        "i": of.int64,
        "f": of.float64,
    }
    return tuple(kinds[letter] for letter in types)
