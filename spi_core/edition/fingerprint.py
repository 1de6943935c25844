"""What a result rests on, as hashes: the input files, the code, the libraries."""

from __future__ import annotations

import functools
import hashlib
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import spi_core
from spi_core.edition.settings import read_edition_file
from spi_core.errors import Fault, InputError
from spi_core.files import digest, refusals_as_faults
from spi_core.text.yaml_text import parse_yaml

#: Libraries whose version may change a figure, a chart or a page.
LIBRARIES = (
    *("geopandas", "ipython", "jupytext", "matplotlib", "numpy", "pandas"),
    *(
        "pyarrow",
        "pypandoc_binary",
        "python-calamine",
        "SALib",
        "scipy",
        "seaborn",
        "shapely",
        "statsmodels",
    ),
    "typst",
)
#: Folders of an edition that no build reads: the publishers' own files, what is asked of them, and
#: how extracts were taken in.
NOT_INPUTS = ("source/", "sources/", "imports/")
_BINARY = {".xlsx", ".gpkg", ".parquet"}


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    return content if path.suffix in _BINARY else content.replace(b"\r\n", b"\n")


def input_files(folder: Path) -> dict[str, Path]:
    """List the files of an edition that count: not the publishers' own, imports or hidden ones.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.

    Returns
    -------
    dict of str to Path
        By name within the folder.

    Raises
    ------
    InputError
        For names that are no text.
    """
    files = [p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(("~$", "."))]
    named = {p.relative_to(folder).as_posix(): p for p in files}
    strange = [name for name in named if name.encode(errors="replace").decode() != name]
    if strange:
        message, allowed = "has a name that is no text in UTF-8", "another name"
        raise InputError(
            Fault(str(folder / name), message, None, None, None, allowed) for name in strange
        )
    return {name: named[name] for name in sorted(named) if not name.startswith(NOT_INPUTS)}


@refusals_as_faults()
def input_hashes(folder: Path) -> dict[str, str]:
    """Hash each input of an edition.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``; the publishers' own files under ``source/`` are not inputs.

    Returns
    -------
    dict of str to str
        File name within the folder, also of the population's figures and of panels, to SHA-256.
        Line ends of text files do not count. Never to be published: whoever knows all of a file but
        one count can try counts against its hash.
    """
    named = read_edition_file(folder / "edition.yml")[0].get("index", {}).get("reference", {})
    shared = {named[key]: folder / named[key] for key in ("figures", "areas") if key in named}
    panels = folder / "series.yml"
    if panels.is_file():
        try:
            entries = parse_yaml(panels.name, panels.read_bytes())["series"]
            names = [entry[part] for entry in entries for part in ("values", "areas", "neighbours")]
            shared |= {name: folder / name for name in names}
        except (InputError, KeyError, TypeError):
            pass  # a fault that the door names
    files = input_files(folder) | {n: path for n, path in shared.items() if path.is_file()}
    return {name: digest(_content(path)) for name, path in files.items()}


@functools.cache
def code_version() -> str:
    """Hash this package's own files and the versions of what it rests on.

    Returns
    -------
    str
        SHA-256, hexadecimal: two runs with the same one compute and draw alike.

    Notes
    -----
    The whole package counts, theme and fonts included: which modules a document passes through is
    not worked out, so that no change of code is ever missed.
    """
    package = Path(spi_core.__file__).parent
    whole = hashlib.sha256(f"python {platform.python_version()}\n".encode())
    for name in LIBRARIES:
        whole.update(f"{name} {_version(name)}\n".encode())
    files = {
        p.relative_to(package).as_posix(): p
        for p in package.rglob("*")
        if p.is_file() and "__pycache__" not in p.parts and not p.name.startswith(".")
    }
    for name in sorted(files):
        whole.update(f"{name} {digest(files[name].read_bytes())}\n".encode())
    return whole.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
