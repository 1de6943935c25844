"""Check that inputs, tables and documents are still those that were recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from spi_core.edition.fingerprint import code_version, input_hashes
from spi_core.errors import SpiError
from spi_core.files import digest, file_digest
from spi_core.publish.keep.hashes import Hashes, listing_digest
from spi_core.publish.keep.manifest import NAME, Manifest
from spi_core.store import ABOUT, LISTING


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as recorded.

    Parameters
    ----------
    kind : {'input', 'table', 'document', 'file', 'source', 'code'}
        What it is: a table is any file of the build, a file one of another command.
    name : str
        File name within the edition's data or reports; of a source within the project.
    what : str
        How it differs, as a clause.
    """

    kind: str
    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.what}" if self.name else f"{self.kind}: {self.what}"


def verify(root: Path, inputs: Path | None, folder: Path) -> list[Difference]:
    """Recompute every hash of an edition and name what differs.

    Parameters
    ----------
    root : Path
        The project's folder.
    inputs : Path or None
        ``data/<edition>``; None where only the reports are at hand.
    folder : Path
        ``reports/<edition>``.

    Returns
    -------
    list of Difference
        Empty when everything is as recorded: inputs and sources too, where :func:`knows_inputs`.

    Raises
    ------
    SpiError
        If nothing has been recorded.
    """
    manifest = Manifest(folder)
    if not manifest.build:
        raise SpiError(f"{folder}: nothing is recorded here; run 'spi all EDITION' first")
    hashes = Hashes(root, folder)
    return [
        *(_inputs(manifest, inputs) if inputs and "inputs" in manifest.build else ()),
        *_code(manifest),
        *_files(manifest),
        *(_sources(manifest, hashes) if inputs else ()),  # else the root is not the project's
        *_older(manifest, hashes),
        *_unknown(manifest),
    ]


def knows_inputs(folder: Path) -> bool:
    """Tell whether the hashes of the inputs are at hand: they do not go with the public folder.

    Parameters
    ----------
    folder : Path
        ``reports/<edition>``.
    """
    return "inputs" in Manifest(folder).build


def _inputs(manifest: Manifest, folder: Path) -> Iterator[Difference]:
    recorded, now = manifest.build["inputs"], input_hashes(folder)
    for name in sorted({*recorded, *now}):
        if name not in now:
            yield Difference("input", name, "missing; the build has read it")
        elif name not in recorded:
            yield Difference("input", name, "new since the build")
        elif now[name] != recorded[name]:
            yield Difference("input", name, "changed since the build")


def _code(manifest: Manifest) -> Iterator[Difference]:
    documents = manifest.documents.values()
    parts = list(manifest.others.values())
    made = {"build": [manifest.build], "documents": list(documents), "other files": parts}
    for what, records in made.items():
        if any(record["code"] != code_version() for record in records):
            yield Difference("code", "", f"spi or a library has changed since the {what}")


def _files(manifest: Manifest) -> Iterator[Difference]:
    documents = {name: record["sha256"] for name, record in manifest.documents.items()}
    others = {
        name: known for part in manifest.others.values() for name, known in part["files"].items()
    }
    kinds: dict[str, Mapping[str, str]] = {
        "table": manifest.build["files"],
        "document": documents,
        "file": others,
    }
    if file_digest(manifest.path) != digest(manifest.published):
        yield Difference("file", NAME, "edited since it was made")
    for kind, files in kinds.items():
        for name, known in sorted(files.items()):
            now = file_digest(manifest.folder / name)
            if now != known:
                yield Difference(
                    kind, name, "missing" if now is None else "edited since it was made"
                )


def _sources(manifest: Manifest, hashes: Hashes) -> Iterator[Difference]:
    """Name changed sources, each once."""
    changed = {
        name
        for record in (*manifest.documents.values(), *manifest.others.values())
        for name, known in record.get("sources", {}).items()
        if hashes.source(name) != known
    }
    for name in sorted(changed):
        yield Difference("source", name, "changed since documents were rendered")


def _older(manifest: Manifest, hashes: Hashes) -> Iterator[Difference]:
    """Name documents that rest on figures of an earlier build."""
    # an edited table is named already; another build shows in the record of the build
    built = dict(manifest.build["files"])
    for part in manifest.others.values():
        built |= part["files"]  # a brief reads whether there is an explorer to point to
    for name, record in sorted(manifest.documents.items()):
        older = [n for n in record["reads"] if _other_build(n, record["reads"][n], built, hashes)]
        if older:
            read = ", ".join(n.replace(ABOUT, "build.json ") for n in older[:3])
            yield Difference("document", name, f"rests on another build ({read})")


def _other_build(name: str, known: str | None, built: Mapping[str, str], hashes: Hashes) -> bool:
    if name == LISTING:
        return (
            listing_digest(
                file for file in built if file.startswith("tables/") and file.endswith(".parquet")
            )
            != known
        )
    if name.startswith(ABOUT):
        # build.json itself is checked as a file: when it is edited that is said once
        whole = built.get("tables/build.json") == file_digest(hashes.folder / "tables/build.json")
        return whole and hashes.read(name) != known
    file = name if "/" in name or "." in name else f"tables/{name}.parquet"
    return built.get(file) != known


def _unknown(manifest: Manifest) -> Iterator[Difference]:
    known = {NAME, *manifest.build["files"], *manifest.documents}
    known |= {name for part in manifest.others.values() for name in part["files"]}
    for path in sorted(manifest.folder.rglob("*")):
        name = path.relative_to(manifest.folder).as_posix()
        if path.is_file() and name not in known:
            yield Difference("file", name, "unknown: no command has recorded it")
