"""A scan as Parquet: the table with all its columns and their types."""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq

from technic.export.rendered import Rendered
from technic.result.scan_result import ScanResult

__all__ = ["render"]


def render(result: ScanResult, limit: int | None = None) -> Rendered:
    """Return the table; the schema's metadata has what it is and as of when."""
    table = pa.Table.from_pandas(result.rows(limit), preserve_index=False)
    about = {"headline": result.headline(), "as_of": result.as_of}
    data = {"data_to": result.data.last_session, "simulated": result.data.simulated}
    note = json.dumps({**about, **data})
    metadata = {**(table.schema.metadata or {}), b"technic": note.encode()}
    file = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(metadata), file)
    return Rendered(file.getvalue())
