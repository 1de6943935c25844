"""What is sent to a cluster, and what is said when there is none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from spi_core.errors import InputError
from spi_core.publish.render.job import RenderJob
from spi_core.publish.workers.scheduler import make_on_cluster, pack, unpack
from spi_core.store import write_tables
from tests.support.tables import table


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "_quarto.yml": "lang: en-GB\n",
        "_brand.yml": "typography: {fonts: [{files: [{path: fonts/a.otf}]}]}\n",
        "fonts/a.otf": "font",
        "notebooks/one.qmd": "{{< include _part.qmd >}}\n",
        "notebooks/_part.qmd": "Part.\n",
        "notebooks/map.svg": "<svg/>",
        "notebooks/other.qmd": "Not asked for.\n",
        "data/tiny/secret.csv": "not for the cluster",
        "reports/tiny/impact/x.json": "{}",
        "reports/tiny/wards/a.pdf": "a document",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    tables = {"scores": table("scores")}
    write_tables(tmp_path / "reports" / "tiny" / "tables", tables, {"edition": {}})
    return tmp_path


def test_a_worker_gets_what_the_documents_read_and_no_more(root: Path, tmp_path: Path) -> None:
    job = RenderJob(root / "notebooks" / "one.qmd", root / "out")
    packed = pack(root, root / "reports" / "tiny" / "tables", [job])
    there = tmp_path / "there"
    unpack(packed, there)
    assert sorted(p.relative_to(there).as_posix() for p in there.rglob("*") if p.is_file()) == [
        "project/_brand.yml",
        "project/_quarto.yml",
        "project/fonts/a.otf",
        "project/notebooks/_part.qmd",
        "project/notebooks/map.svg",
        "project/notebooks/one.qmd",
        "reports/impact/x.json",
        "reports/tables/build.json",
        "reports/tables/scores.parquet",
    ]
    sent = (there / "reports/tables/scores.parquet").read_bytes()
    assert sent == (root / "reports/tiny/tables/scores.parquet").read_bytes()
    assert pack(root, root / "reports" / "tiny" / "tables", [job]) == packed


def test_without_dask_the_message_says_what_to_install(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setitem(sys.modules, "distributed.comm.addressing", None)  # loaded by other tests
    job = RenderJob(root / "notebooks" / "one.qmd", root / "out")
    with pytest.raises(InputError, match=r"--scheduler: 'tcp://x:1' needs Dask.*spi-core\[clus"):
        make_on_cluster("tcp://x:1", [job], lambda index, made: None)
