"""A stand-in for the Quarto command: it records how it was called and does as it is told."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

__all__ = ["TOO_LONG", "calls", "install"]

#: Typst that promises a page and has two, until it is set smaller.
TOO_LONG = """#set document(title: "A")
// At most 1 pages: what is set with fit() gives way until there are no more.
#let fit(size) = size * float(sys.inputs.at("fit", default: "1"))
#set page(height: 48mm, margin: 10mm)
#set text(font: "Inter", size: fit(20mm), lang: "en")
#set par(leading: 0mm)
A \\
A
"""

_SCRIPT = """#!{python}
import json, os, pathlib, sys, time, uuid

here = pathlib.Path(__file__).parent
if sys.argv[1:] == ["--version"]:
    print((here / "version").read_text())
    sys.exit(0)

cwd = pathlib.Path.cwd()
options = dict(zip(sys.argv[3::2], sys.argv[4::2]))
source = cwd / sys.argv[2]
names = ("SPI_TABLES", "SPI_ROOT", "QUARTO_PYTHON", "MPLBACKEND", "SOURCE_DATE_EPOCH")
record = {{
    "argv": sys.argv[1:],
    "process": os.getpid(),
    "cwd": str(cwd),
    "environment": {{name: os.environ.get(name) for name in names}},
    "files": sorted(p.relative_to(cwd).as_posix() for p in cwd.rglob("*") if p.is_file()),
    "project": (cwd / "_quarto.yml").read_text(encoding="utf-8"),
    "page": source.read_text(encoding="utf-8"),
}}
(here / f"call-{{time.time_ns()}}-{{uuid.uuid4().hex}}.json").write_text(json.dumps(record))

mode = json.loads((here / "mode.json").read_text())
print(mode.get("says", ""), file=sys.stderr, flush=True)
time.sleep(mode.get("sleeps", 0))
if mode.get("fails"):
    sys.exit(mode["fails"])
suffix = {{"typst": "pdf"}}.get(options["--to"], options["--to"])
out = cwd / "_rendered" / pathlib.Path(sys.argv[2]).with_suffix("." + suffix)
if mode.get("writes", True):
    out.parent.mkdir(parents=True, exist_ok=True)
    text = mode.get("page") or f"<style>.wide-only</style>{{options['--to']}} of {{record['page']}}"
    out.write_text(text, encoding="utf-8")
if options["--to"] == "typst" and "keep-typ: true" in record["project"]:
    source.with_suffix(".typ").write_text(mode.get("typst", ""), encoding="utf-8")
"""


def install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, version: str = "1.9.38", **mode: object
) -> Path:
    """Put a fake ``quarto`` first on the search path.

    ``says`` (on standard error), ``fails`` (exit code), ``sleeps`` (seconds), ``writes`` (bool),
    ``page`` (what it writes in place of the source), ``typst`` (what it keeps of a PDF).
    """
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "quarto"
    script.write_text(_SCRIPT.format(python=sys.executable), encoding="utf-8")
    script.chmod(0o755)
    (folder / "version").write_text(version, encoding="utf-8")
    (folder / "mode.json").write_text(json.dumps(mode), encoding="utf-8")
    monkeypatch.setenv("QUARTO_PATH", str(script))
    return folder


def calls(folder: Path) -> list[dict[str, object]]:
    """Return what the fake recorded, in the order of the calls."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob("call-*.json"))]
