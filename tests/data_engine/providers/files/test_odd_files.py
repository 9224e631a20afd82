"""Files under odd names, of odd shapes: read as they are, or one sentence says what they are."""

import gzip
import io
import os
import pickle
import tarfile
from pathlib import Path

import pytest

from support.price_files import assert_read, bars, text
from technic.data_engine.providers.files.provider import FilesProvider
from technic.errors import InputFileError
from technic.tables.table_file import TableFile

POLYGON = {"date": "t", "symbol": "T", "open": "o", "high": "h", "low": "l", "close": "c",
           "volume": "v"}  # fmt: skip


def refusal(path):
    """Return what is said of a file that is refused."""
    with pytest.raises(InputFileError) as caught:
        FilesProvider(path)
    return str(caught.value)


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
@pytest.mark.parametrize("in_folder", [True, False])
def test_a_name_that_is_no_text_is_a_name(tmp_path, ending, in_folder):
    """Linux lets any bytes stand in names, as old archives bring them along."""
    folder = Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9"))
    folder.mkdir()
    path = folder / f"AAA.{ending}"
    with path.open("wb") as stream:
        if ending == "parquet":
            bars().to_parquet(stream)
        else:
            data = text().encode()
            stream.write(gzip.compress(data) if ending == "csv.gz" else data)
    assert_read(folder if in_folder else path)


@pytest.mark.parametrize("ending", ["gz", "bz2", "zst"])
def test_a_file_that_is_only_called_packed_is_read(tmp_path, ending):
    """Browsers unpack what they download and keep the name."""
    path = tmp_path / f"AAA.csv.{ending}"
    path.write_text(text(bars().assign(symbol="AAA")))
    assert_read(path)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("order", [list(POLYGON.values()), ["T", "v", "o", "c", "h", "l", "t"]])
def test_polygon_s_time_and_ticker_differ_by_their_case(tmp_path, suffix, order):
    """``t`` and ``T`` of its whole-market day."""
    frame = bars().assign(symbol="AAA").rename(columns=POLYGON)[order]
    path = tmp_path / f"x.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    assert_read(path)


@pytest.mark.parametrize("mark", ["^", ":", "~", "!"])
def test_what_parts_columns_is_named_where_it_is_none_of_the_usual(tmp_path, mark):
    """Nothing is said of columns' names, which are there."""
    path = tmp_path / "AAA.csv"
    path.write_text(text().replace(",", mark))
    said = refusal(path)
    assert f"has one column: '{mark}' parts its columns; save it as CSV" in said


@pytest.mark.parametrize("packed", [True, False])
def test_archives_of_tar_and_pickles_are_called_by_name(tmp_path, packed):
    """As zip files of several tables are."""
    inside = io.BytesIO()
    with tarfile.open(fileobj=inside, mode="w") as archive:
        member = tarfile.TarInfo("AAA.csv")
        member.size = len(text())
        archive.addfile(member, io.BytesIO(text().encode()))
    tar, pkl = tmp_path / "AAA.tar.gz", tmp_path / "AAA.pkl"
    tar.write_bytes(gzip.compress(inside.getvalue()) if packed else inside.getvalue())
    pkl.write_bytes(pickle.dumps(bars()))
    assert "is a tar archive; save it as CSV" in refusal(tar)
    assert "is a pickle of Python; save it as CSV" in refusal(pkl)


@pytest.mark.parametrize("address", ["https://host.test/AAA.csv", "s3://bucket/AAA.csv"])
def test_an_address_is_no_file(address):
    """It is to be downloaded."""
    assert "is an address, not a file; download it" in refusal(Path(address))


@pytest.mark.parametrize(
    "names",
    [
        "Дата,Тикер,Открытие,Максимум,Минимум,Закрытие,Объём",
        "Datum,Symbool,Openen,Hoog,Laag,Slot,Volume",
        "Data,Ativo,Abertura,Máxima,Mínima,Fechamento,Volume",
        "날짜,종목,시가,고가,저가,종가,거래량",
    ],
)
def test_columns_of_more_languages_are_known(tmp_path, names):
    """As exports in Russian, Dutch, Portuguese and Korean name them."""
    frame = bars()
    frame.insert(1, "symbol", "AAA")
    frame.columns = names.split(",")
    path = tmp_path / "x.csv"
    path.write_text(text(frame), encoding="utf-8")
    assert_read(path)


def test_a_small_file_is_read_once(tmp_path):
    """A folder of thousands of them takes half the time; what was read is what is scanned."""
    path = tmp_path / "AAA.csv"
    path.write_text(text())
    file = TableFile.open(path)
    path.unlink()
    assert len(file.read({"date": "date"})) == len(bars())
