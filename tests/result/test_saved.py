"""A saved result is read back whole, or refused in one sentence that names the file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from support.made_up_market import SESSIONS, SYMBOLS, scan
from technic import FilterRules, ScanConfig, ScanResult
from technic.errors import InputFileError, ParameterError
from technic.result.folder import FORMAT, FRAMES
from technic.result.saved import load_saved
from technic.scan.config_json import config_to_json
from technic.testing import make_bars

CONFIG = ScanConfig(filters=FilterRules(min_rating=50), sort="symbol")


@pytest.fixture(scope="module")
def result() -> ScanResult:
    """Thirty symbols, of which a filter takes some."""
    return scan(make_bars(SYMBOLS, SESSIONS), CONFIG)


@pytest.fixture
def folder(result: ScanResult, tmp_path: Path) -> Path:
    """The result, saved."""
    return result.save(tmp_path / "saved")


def edit(folder: Path, **changes: object) -> None:
    """Replace keys of scan.json; None removes one."""
    path = folder / "scan.json"
    content = json.loads(path.read_text(encoding="utf-8")) | changes
    kept = {name: value for name, value in content.items() if value is not None}
    path.write_text(json.dumps(kept), encoding="utf-8")


def test_what_was_saved_is_read_back(result: ScanResult, folder: Path):
    """Table, ledger, listings, config and origin, every bit of every number."""
    saved = load_saved(folder)
    assert list(saved.table.columns) == list(result.table.columns)
    for name in result.table.columns:
        column = result.table[name]
        if column.dtype.kind == "f":
            np.testing.assert_array_equal(saved.table[name], column)
        else:
            assert saved.table[name].tolist() == column.tolist()
    assert saved.ledger.symbols == result.ledger.symbols
    assert saved.ledger.outcome.tolist() == result.ledger.outcome.tolist()
    assert saved.ledger.detail.tolist() == result.ledger.detail.tolist()
    assert saved.universe.symbols == tuple(SYMBOLS)
    assert saved.universe.source == "made-up bars"
    assert saved.config == CONFIG
    assert saved.config_of_table == saved.config_json == config_to_json(CONFIG)
    assert (saved.as_of, saved.data) == (result.as_of, result.data)
    assert saved.regime == asdict(result.regime)
    assert saved.altered == ()
    assert "SIMULATED" in saved.headline()
    assert saved.data_version == {"kind": "unknown", "provider": "fake"}


def test_symbols_that_a_filter_took_keep_their_values(result: ScanResult, folder: Path):
    """Table and filtered symbols together are all that were scored."""
    saved = load_saved(folder)
    kept, filtered = list(saved.table["symbol"]), list(saved.filtered["symbol"])
    assert 0 < len(kept) < 30
    assert sorted([*kept, *filtered]) == sorted(result.scored)
    assert all(result.ledger.of(symbol)[0] == "filter.min_rating" for symbol in filtered)
    at = {symbol: i for i, symbol in enumerate(result.scored)}
    for name in ("tech_rating", "close", "score_trend"):
        expected = [result.columns[name][at[symbol]] for symbol in filtered]
        assert saved.filtered[name].tolist() == expected
    for i, symbol in enumerate(filtered):
        assert saved.filtered["signal"].iloc[i] == result.explain(symbol).signal


def test_the_bars_that_were_scanned_are_named(folder: Path):
    """A hash for each symbol, the days it had, and no other symbol."""
    bars = load_saved(folder).bars
    assert list(bars["symbol"]) == SYMBOLS
    assert set(bars["last"]) == {"2024-03-08"}
    assert bars["hash"].str.fullmatch("[0-9a-f]{32}").all()
    assert bars["hash"].nunique() == 30


def test_saving_twice_replaces_and_leaves_nothing_beside(result: ScanResult, folder: Path):
    """Each file once; an older save is gone."""
    (folder / "scan.json").write_text("old", encoding="utf-8")
    result.save(folder)
    assert load_saved(folder).altered == ()
    names = {"scan.json", *(f"{name}.parquet" for name in FRAMES)}
    assert {path.name for path in folder.iterdir()} == names


def test_a_save_that_is_cut_short_is_no_save(result, folder, monkeypatch):
    """The document comes last: without it nobody takes old and new files for one result."""
    written = []

    def full(path: Path, content: bytes) -> None:
        written.append(path.name)
        if len(written) == 3:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("technic.result.folder._write", full)
    with pytest.raises(OSError, match="No space"):
        result.save(folder)
    with pytest.raises(InputFileError, match="its saving was cut short"):
        load_saved(folder)


def test_a_file_that_was_changed_is_known(folder: Path):
    """Also where it still can be read."""
    path = folder / "ledger.parquet"
    frame = pd.read_parquet(path)
    frame.to_parquet(path, index=False)
    assert load_saved(folder).altered == ("ledger.parquet",)


def test_a_table_that_was_written_by_another_program_has_no_config(folder: Path):
    """The note is in the file's metadata, which others drop."""
    path = folder / "table.parquet"
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    saved = load_saved(folder)
    assert (saved.config_of_table, saved.altered) == (None, ("table.parquet",))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": None}, r"names no format.*; this Technic .* reads formats 1 to 2; scan again"),
        ({"format": FORMAT + 1}, r"has format 3; .* reads formats 1 to 2; upgrade Technic"),
        ({"format": 0}, "has format 0; .*; scan again with --save"),
        ({"format": "1"}, "has format '1'"),
        ({"format": True}, "has format True"),
        ({"files": None}, "has no 'files'"),
        ({"config": None}, "'config' is missing"),
        ({"config": 5}, "'config' is 5"),
        ({"config": {"colour": 1}}, "config has an unknown key 'colour'"),
        ({"config": {"bars": 0}}, "config: bars is 0"),
        ({"as_of": 20240308}, "'as_of' is 20240308"),
        ({"data": {}}, "'data' is not as it was saved"),
        ({"data": {"provider": "x"}}, "'data' is not as it was saved"),
        (
            {"data": {"provider": "a", "last_session": "", "simulated": 1, "price_basis": ""}},
            "'data.simulated' is 1",
        ),
        ({"data_version": []}, r"'data_version' is \[\]"),
        ({"code": None}, "'code' is missing"),
        ({"universe": None}, "'universe' is missing"),
        ({"ranks": None}, "'ranks' is missing"),
        ({"ranks": {}}, "'ranks' is not as it was saved"),
        ({"ranks": {"size": "many"}}, "'ranks.size' is 'many'"),
    ],
    ids=str,
)
def test_a_document_that_was_edited_is_refused(folder: Path, change, message: str):
    """With the file and the key; another format says which one is read."""
    edit(folder, **change)
    with pytest.raises(InputFileError, match=message) as caught:
        load_saved(folder)
    assert "scan.json" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '{"a": NaN}', "null", "\udcff", "[" * 100_000], ids=range(7)
)
def test_a_document_that_is_no_json_at_all_is_refused(folder: Path, text: str):
    """Not UTF-8, cut short, NaN, nested beyond reason."""
    content = text.encode("utf-8", "surrogateescape")
    (folder / "scan.json").write_bytes(content)
    with pytest.raises(InputFileError, match="scan.json"):
        load_saved(folder)


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_json_does_not_have_is_refused(folder: Path, constant: str):
    """Python would read it, nobody else; what is saved has null instead."""
    path = folder / "scan.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"format": 2', f'"odd": {constant}, "format": 2'), "utf-8")
    with pytest.raises(InputFileError, match=f"{constant} is no JSON"):
        load_saved(folder)


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("how", ["missing", "empty", "half", "zeros", "folder", "no symbol"])
def test_a_damaged_table_is_refused(folder: Path, name: str, how: str):
    """Missing, cut short, overwritten, or something else: one sentence with its name."""
    path = folder / f"{name}.parquet"
    content = path.read_bytes()
    if how == "no symbol":
        pd.read_parquet(path).rename(columns={"symbol": "name"}).to_parquet(path)
    else:
        path.unlink()
        made = {"empty": b"", "half": content[: len(content) // 2], "zeros": bytes(len(content))}
        if how == "folder":
            path.mkdir()
        elif how != "missing":
            path.write_bytes(made[how])
    with pytest.raises(InputFileError, match=f"{name}.parquet") as caught:
        load_saved(folder)
    assert "\n" not in str(caught.value)


def test_a_symbol_that_a_file_names_twice_is_refused(folder: Path):
    """Nobody could say whose row counts."""
    path = folder / "table.parquet"
    frame = pd.read_parquet(path)
    pd.concat([frame, frame.head(1)]).to_parquet(path, index=False)
    with pytest.raises(InputFileError, match=f"names '{frame['symbol'].iloc[0]}' twice"):
        load_saved(folder)


@pytest.mark.parametrize(
    "path", ["", " ", "no/such/folder", "x" * 5000, "a/" * 3000, "null\0byte", None, 5]
)
def test_what_is_no_folder_is_refused(path: object, tmp_path: Path, monkeypatch):
    """Missing, with a name too long for any disk, or no name at all."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises((InputFileError, ParameterError)):
        load_saved(path)


def test_a_folder_of_something_else_and_a_file_are_refused(tmp_path: Path):
    """The hint says how a saved result is made."""
    with pytest.raises(InputFileError, match="holds no scan.json"):
        load_saved(tmp_path)
    file = tmp_path / "file"
    file.write_text("x", encoding="utf-8")
    with pytest.raises(InputFileError, match="is a file, not a folder"):
        load_saved(file)
    with pytest.raises(ParameterError, match="save is"):
        scan(make_bars(SYMBOLS[:2], SESSIONS)).save(file)


def test_an_empty_result_can_be_saved_and_read(tmp_path: Path):
    """Nothing qualifies: the table has no rows, the ledger all symbols."""
    config = ScanConfig(filters=FilterRules(min_price=1e9))
    saved = load_saved(scan(make_bars(SYMBOLS[:4], SESSIONS), config).save(tmp_path / "none"))
    assert (len(saved.table), len(saved.filtered), len(saved.ledger)) == (0, 4, 4)
    gated = ScanConfig(gate=CONFIG.gate.__class__(price_floor=1e9))
    saved = load_saved(scan(make_bars(SYMBOLS[:4], SESSIONS), gated).save(tmp_path / "gated"))
    assert (len(saved.table), len(saved.filtered)) == (0, 0)


def test_no_key_is_saved(folder: Path, result: ScanResult, tmp_path: Path, monkeypatch):
    """Settings hold secrets; a saved result holds the config, which has none."""
    monkeypatch.setenv("TECHNIC_POLYGON_KEY", "very-secret")
    again = scan(make_bars(SYMBOLS[:2], SESSIONS)).save(tmp_path / "again")
    for path in again.iterdir():
        assert b"very-secret" not in path.read_bytes()
