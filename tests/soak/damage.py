"""Damage to the files of a store: found and named, repaired, and asked again, nothing else lost."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from soak.store_child import ASKED, DAYS, fill
from soak.trials import Trial, contents, unsound
from technic.data_engine.interfaces.records import Dividends, Splits
from technic.data_engine.store import BarStore
from technic.testing import make_bars

__all__ = ["damaged_files", "flipped_bits"]

SYMBOLS = [f"S{i:03d}" for i in range(60)]


def ask_again(store: BarStore) -> None:
    """Do what the next sync does: ask what is missing, which brings the same answers as ever."""
    covered = store.coverage().sessions
    for seed, part in enumerate(np.array_split(DAYS, 8)):
        if np.isin(part, covered).all():
            continue
        store.write_days(make_bars(SYMBOLS, part, seed), part, ASKED)
    _add_actions(store)


def _add_actions(store: BarStore) -> None:
    day, value = DAYS[2:3], np.array([2.0])
    store.write_splits(Splits(np.array(["S001"], object), day, value), DAYS[0], DAYS[-1], ASKED)
    store.write_dividends(
        Dividends(np.array(["S002"], object), day, value), DAYS[0], DAYS[-1], ASKED
    )
    store.record_problem("GONE", "unknown_symbol", ASKED)


def files(folder: Path) -> list[str]:
    """Return every file that has a byte, by its path in the store."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    return sorted(str(path.relative_to(folder)) for path in found)


def _sound(folder: Path) -> Path:
    sound = folder / "sound"
    fill(sound)
    _add_actions(BarStore.open(str(sound)))
    return sound


def flipped_bits(times: int, folder: Path) -> Iterator[Trial]:
    """Flip one bit of one file that often, the files in turn, the places at random."""
    sound, draw = _sound(folder), random.Random(16)
    names = files(sound)
    draw.shuffle(names)
    store = BarStore.open_unchecked(str(sound))
    for nth in range(times):
        name = names[nth % len(names)]
        path = sound / name
        right = path.read_bytes()
        wrong = bytearray(right)
        at = draw.randrange(len(right))
        wrong[at] ^= 1 << draw.randrange(8)
        path.write_bytes(wrong)
        named = any(name in text for text in store.verify())
        path.write_bytes(right)
        yield Trial("a flipped bit", f"{name}, byte {at}", "" if named else "not found")


def _empty(path: Path, _: random.Random) -> None:
    path.write_bytes(b"")


def _nulls(path: Path, _: random.Random) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def _cut(path: Path, draw: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: draw.randrange(1, len(content))])


def _longer(path: Path, draw: random.Random) -> None:
    path.write_bytes(path.read_bytes() + draw.randbytes(100))


def _noise(path: Path, draw: random.Random) -> None:
    path.write_bytes(draw.randbytes(path.stat().st_size))


def _missing(path: Path, _: random.Random) -> None:
    path.unlink()


def _other(path: Path, draw: random.Random) -> None:
    others = [one for one in path.parent.glob(f"*{path.suffix}") if one != path]
    if others:
        shutil.copy(draw.choice(sorted(others)), path)
    else:
        path.write_bytes(path.read_bytes()[::-1])


def _folder(path: Path, _: random.Random) -> None:
    path.unlink()
    path.mkdir()


def _link(path: Path, _: random.Random) -> None:
    path.unlink()
    path.symlink_to(path.parent / "away" / path.name)


KINDS: dict[str, Callable[[Path, random.Random], None]] = {
    "emptied": _empty,
    "filled with NUL": _nulls,
    "cut": _cut,
    "longer": _longer,
    "overwritten": _noise,
    "missing": _missing,
    "another's content": _other,
    "a folder": _folder,
    "a link to nothing": _link,
}


def damaged_files(step: int, folder: Path) -> Iterator[Trial]:
    """Damage each ``step``-th of all files in each of nine ways, then two at once."""
    sound, draw = _sound(folder), random.Random(15)
    store = BarStore.open(str(sound))
    wanted, covered = contents(store), store.coverage()
    names = [name for name in files(sound) if not name.endswith(".lock")]
    tried = [(kind, [name]) for kind in KINDS for name in names]
    tried += [(kind, draw.sample(names, 2)) for kind in KINDS for _ in range(4)]
    for kind, broken in tried[::step]:
        copy = Path(shutil.copytree(sound, folder / "copy"))
        for name in broken:
            KINDS[kind](copy / name, draw)
        problem = _mended(copy)
        if not problem:
            again = BarStore.open(str(copy))
            if contents(again) != wanted:
                problem = "other bars after the next sync"
            elif again.coverage() != covered:
                problem = "other coverage after the next sync"
            elif again.splits().ratio.tolist() != [2.0]:
                problem = "splits are lost"
        yield Trial("a damaged file of a store", f"{kind}: {', '.join(broken)}", problem)
        shutil.rmtree(copy)


def _mended(folder: Path) -> str:
    store = BarStore.open_unchecked(str(folder))
    if not store.verify():
        return "not found"
    store.repair()
    if problem := unsound(store):
        return f"not repaired: {problem}"
    held = store.read(None, DAYS[0], DAYS[-1])
    if not np.isin(store.coverage().sessions, np.unique(held.session)).all():
        return "days are claimed that are not there"
    ask_again(store)
    return unsound(store)
