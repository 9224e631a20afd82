"""The folder of a saved result: which files it holds, written whole, read with suspicion.

``scan.json`` is written last and has the hash of every other file, so that a save that was cut
short is no save, and a file that was changed afterwards is known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
import pyarrow as pa

from technic.errors import InputFileError, ParameterError
from technic.text.columns import clean_column
from technic.text.outside import LINE
from technic.version import __version__

__all__ = ["FORMAT", "FRAMES", "SCAN", "StoredFolder", "read_folder", "write_folder"]

FORMAT = 2
"""Version of the folder's layout.

Since 2 the listings and the bars' hashes are also those of symbols that are only compared with.
"""
OLDEST_FORMAT = 1
"""The first that can be read; what is newer or no number is refused."""
SCAN = "scan.json"
FRAMES = ("table", "filtered", "ledger", "universe", "bars")
"""Each is ``NAME.parquet``: the table, the values of scored symbols that a filter left out, the
ledger, the listings, and a hash of each symbol's bars."""
NOTE = b"technic"
"""Key of the note in a Parquet file's metadata."""
AGAIN = "scan again with --save"


@dataclass(frozen=True, slots=True, eq=False)
class StoredFolder:
    """What a folder holds, as it is there now.

    ``notes``: what each Parquet file says of itself. ``altered``: files that are not the ones that
    were saved.
    """

    frames: Mapping[str, pd.DataFrame]
    document: Mapping[str, Any]
    notes: Mapping[str, Mapping[str, Any]]
    altered: tuple[str, ...]


def write_folder(
    folder: Path,
    frames: Mapping[str, pd.DataFrame],
    document: Mapping[str, Any],
    note: Mapping[str, Any],
) -> None:
    """Write ``frames`` (with ``note`` inside each) and ``document``; makes the folder.

    Raises ParameterError where a file of that name is, OSError when it cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise ParameterError("save", str(folder), "a folder", "a file of that name is there")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SCAN).unlink(missing_ok=True)
    hashes = {}
    for name in FRAMES:
        content = _parquet(frames[name], note)
        _write(folder / _file(name), content)
        hashes[_file(name)] = _hash(content)
    whole = {"format": FORMAT, **document, "files": hashes}
    text = json.dumps(whole, indent=2, allow_nan=False) + "\n"
    _write(folder / SCAN, text.encode())


def read_folder(folder: Path) -> StoredFolder:
    """Read all of it; InputFileError for what is missing, cut short, or of another format."""
    document = _read_document(folder)
    hashes = document.get("files")
    if not isinstance(hashes, dict):
        raise InputFileError(str(folder / SCAN), "has no 'files'", hint=AGAIN)
    frames, notes, altered = {}, {}, []
    for name in FRAMES:
        path = folder / _file(name)
        content = _read_bytes(path)
        frames[name], notes[name] = _read_frame(path, content)
        if hashes.get(path.name) != _hash(content):
            altered.append(path.name)
    return StoredFolder(frames, document, notes, tuple(altered))


def _read_document(folder: Path) -> dict[str, Any]:
    path = folder / SCAN
    try:
        if not folder.is_dir():
            what = "is a file, not a folder" if folder.exists() else "is not there"
            raise InputFileError(str(folder), what, hint="technic scan --save DIR makes one")
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_constant)
    except FileNotFoundError:
        hint = f"it is no saved result, or its saving was cut short; {AGAIN}"
        raise InputFileError(str(folder), f"holds no {SCAN}", hint=hint) from None
    except OSError as error:
        raise InputFileError(str(path), error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, NaN, a name with a null
        raise InputFileError(str(path), f"is no JSON as it was saved: {error}") from error
    if not isinstance(content, dict):
        raise InputFileError(str(path), "holds no JSON object", hint=AGAIN)
    _check_format(path, content.get("format"))
    return content


def _check_format(path: Path, version: Any) -> None:
    whole = isinstance(version, int) and not isinstance(version, bool)
    if whole and OLDEST_FORMAT <= version <= FORMAT:
        return
    reads = f"this Technic ({__version__}) reads formats {OLDEST_FORMAT} to {FORMAT}"
    if version is None:
        what = "names no format: it was saved before results could be run again"
        raise InputFileError(str(path), f"{what}; {reads}", hint=AGAIN)
    hint = "upgrade Technic" if whole and version > FORMAT else AGAIN
    raise InputFileError(str(path), f"has format {version!r:.40}; {reads}", hint=hint)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputFileError(str(path), "is missing", hint=AGAIN) from None
    except OSError as error:
        raise InputFileError(str(path), error.strerror or str(error)) from error


def _read_frame(path: Path, content: bytes) -> tuple[pd.DataFrame, Mapping[str, Any]]:
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(pa.BufferReader(content))
        frame: pd.DataFrame = table.to_pandas()
        note = json.loads((table.schema.metadata or {}).get(NOTE, b"{}"))
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        what = f"cannot be read as the Parquet file that was saved ({first})"
        raise InputFileError(str(path), what, hint=AGAIN) from error
    if "symbol" not in frame.columns:
        raise InputFileError(str(path), "has no column 'symbol'", hint=AGAIN)
    twice = frame["symbol"][frame["symbol"].duplicated()]
    if len(twice):
        raise InputFileError(str(path), f"names {twice.iloc[0]!r:.40} twice", hint=AGAIN)
    for name in frame.columns:
        if frame[name].dtype.kind == "O":
            texts = frame[name].to_numpy(object)
            if (cleaned := clean_column(texts, LINE)) is not texts:
                frame[name] = cleaned
    return frame, note if isinstance(note, dict) else {}


def _parquet(frame: pd.DataFrame, note: Mapping[str, Any]) -> bytes:
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    metadata = {**(table.schema.metadata or {}), NOTE: json.dumps(dict(note)).encode()}
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(metadata), sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _write(path: Path, content: bytes) -> None:
    """Write beside ``path`` and rename, so that nobody reads half a file."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _hash(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def _file(name: str) -> str:
    return f"{name}.parquet"


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
