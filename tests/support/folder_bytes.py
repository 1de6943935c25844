"""Everything that a folder of reports says: archives, streams, tables, what pages embed."""

from __future__ import annotations

import base64
import gzip
import html
import io
import re
import sqlite3
import struct
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pikepdf
import pyarrow as pa
import pyarrow.parquet as pq
import pypdf

__all__ = ["contents", "numbers_in"]

_EMBEDDED = re.compile(rb"(?:base64,|\"image/png\": ?\")([A-Za-z0-9+/=\\n\s]{40,})")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its name, hidden ones too."""
    found = [p for p in sorted(folder.rglob("*")) if p.is_file()]
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def layers(content: bytes) -> Iterator[bytes]:
    """The bytes themselves, then whatever they hold when unpacked."""
    yield content
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from layers(archive.read(name))
    elif content[:2] == b"\x1f\x8b":
        yield from layers(gzip.decompress(content))
    elif len(content) > 12 and content[:4] == content[-4:] == b"PAR1":  # whole, not cut by a kill
        table = pq.read_table(pa.BufferReader(content))
        yield str(table.schema.metadata).encode()
        yield table.to_pandas().to_csv().encode()
    elif content[:15] == b"SQLite format 3":
        with closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(content)
            listed = base.execute("select name from sqlite_master where type = 'table'").fetchall()
            for name in (n for (n,) in listed if not n.startswith("rtree_")):
                yield repr(base.execute(f'select * from "{name}"').fetchall()).encode()
    elif content[:4] == b"%PDF":
        yield from _pdf(content)
    else:
        for found in _EMBEDDED.finditer(content):
            packed = found[1].replace(b"\\n", b"").split()
            yield from layers(base64.b64decode(b"".join(packed) + b"=="))
        if b"&#" in content or b"&amp;" in content:
            yield html.unescape(content.decode("utf-8", "replace")).encode()


def _pdf(content: bytes) -> Iterator[bytes]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream):
                yield item.read_bytes()
            else:
                yield bytes(item.unparse())
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        yield page.extract_text().encode()


def _pattern(number: float) -> re.Pattern[bytes]:
    """Match a number written out: a count with any separator, a rate from its fifth figure on."""
    if number == int(number):
        grouped = f"{int(number):,}".replace(",", r"(?:,|\s|\xa0|\xc2\xa0|\xe2\x80[\x80-\xaf])?")
        text = rf"(?<![\w.]){grouped}(?:\.0+)?(?!\.?\w)"
    else:
        text = rf"(?<![\w.]){re.escape(f'{number:.6f}'[:6])}"
    return re.compile(text.encode("latin-1"))


def numbers_in(folder: Path, *numbers: float) -> dict[str, list[float]]:
    """Which of the numbers stand in which files, as text or as they lie in memory."""
    found: dict[str, list[float]] = {}
    for name, content in contents(folder).items():
        for number in numbers:
            pattern, raw = _pattern(number), struct.pack("<d", number)
            if any(pattern.search(layer) or raw in layer for layer in layers(content)):
                found.setdefault(name, []).append(number)
    return found
