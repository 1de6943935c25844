"""What each output rests on, as hashes: of published content in ``manifest.json``, all beside it.

A hash of an input lets whoever knows all of it but one count try counts against it: such hashes
stay outside the public folder, with what else only the next run needs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from spi_core.edition.fingerprint import code_version, input_hashes
from spi_core.files import digest, file_digest, private_folder, write_bytes
from spi_core.publish.keep.hashes import Hashes
from spi_core.publish.render.job import RenderJob

NAME = "manifest.json"
_FORMAT = 2
#: What of a record is not published.
_PRIVATE = {"inputs", "job", "sources"}


class Manifest:
    """The record of an edition's outputs.

    Parameters
    ----------
    folder : Path
        ``reports/<edition>``; the record in it is read, an unreadable one counts as none. Without
        the private one beside it only what is published is known.
    """

    def __init__(self, folder: Path) -> None:
        self.private = private_folder(folder) / "record.json"
        self.folder = folder.resolve()
        self.path = self.folder / NAME
        self._changed: dict[str, dict[str, Any] | None] = {}
        self._content = self._load()

    def _load(self) -> dict[str, Any]:
        published = _read(self.path)
        return (published and _read(self.private)) or published or {"format": _FORMAT}

    @property
    def build(self) -> Mapping[str, Any]:
        """The record of the build: ``inputs`` where known, ``code``, ``files``; or empty."""
        return dict(self._content.get("build", {}))

    @property
    def documents(self) -> Mapping[str, Mapping[str, Any]]:
        """The record of each document by its file name within the folder."""
        return dict(self._content.get("documents", {}))

    @property
    def others(self) -> Mapping[str, Mapping[str, Any]]:
        """The record of other commands by part, such as ``explorer``."""
        return dict(self._content.get("others", {}))

    @property
    def published(self) -> bytes:
        """What of the record may be known to all: the content of ``manifest.json``."""
        return _json(_without_private(self._content))

    def name(self, path: Path) -> str:
        """Name an output within the folder."""
        # the reports may lie elsewhere, behind a link
        return (path.parent.resolve() / path.name).relative_to(self.folder).as_posix()

    def is_built(self, inputs: Path) -> bool:
        """Tell whether the tables are those that a build would make now.

        Parameters
        ----------
        inputs : Path
            ``data/<edition>``.

        Returns
        -------
        bool
            True when inputs, code and every file of the build, and the record itself, are as
            recorded.
        """
        build = self.build
        return (
            build.get("code") == code_version()
            and build.get("inputs") == input_hashes(inputs)
            and all(file_digest(self.folder / n) == h for n, h in build["files"].items())
            and file_digest(self.path) == digest(self.published)
        )

    def record_build(self, inputs: Mapping[str, str], written: Iterable[Path]) -> None:
        """Record a build that has just been finished.

        Parameters
        ----------
        inputs : mapping of str to str
            Hashes of the inputs, taken before they were read.
        written : iterable of Path
            Files that it wrote; those outside the folder do not count.
        """
        inside = (p for p in written if p.resolve().is_relative_to(self.folder))
        names = sorted({self.name(p) for p in inside if p.is_file()})
        files = {name: file_digest(self.folder / name) for name in names}
        self._content = self._load()
        self._content["build"] = {"code": code_version(), "inputs": dict(inputs), "files": files}
        self._write()

    def is_part_current(self, part: str, hashes: Hashes) -> bool:
        """Tell whether what another command has made, such as the explorer, is up to date.

        Parameters
        ----------
        part : str
            Name of the command's part of the folder.
        hashes : Hashes
            The project's files.

        Returns
        -------
        bool
            True when code, fixed prose, build and every file are as recorded.
        """
        record = self.others.get(part)
        return (
            record is not None
            and record["code"] == code_version()
            and record.get("sources") == hashes.words()
            and record["reads"] == {name: hashes.read(name) for name in hashes.everything()}
            and all(file_digest(self.folder / n) == h for n, h in record["files"].items())
        )

    def record_part(self, part: str, written: Iterable[Path], hashes: Hashes) -> None:
        """Record what another command wrote, such as the explorer, so that it can be verified.

        Parameters
        ----------
        part : str
            Name of the command's part of the folder.
        written : iterable of Path
            Its files.
        hashes : Hashes
            The files as they were before it ran.
        """
        names = sorted({self.name(p) for p in written if p.is_file()})
        self._content = self._load()
        record = {
            "code": code_version(),
            "sources": hashes.words(),
            "reads": {name: hashes.read(name) for name in hashes.everything()},
            "files": {name: file_digest(self.folder / name) for name in names},
        }
        self._content["others"] = {**self._content.get("others", {}), part: record}
        self._write()

    def is_current(self, job: RenderJob, output: Path, hashes: Hashes) -> bool:
        """Tell whether a file is what rendering would make now.

        Parameters
        ----------
        output : Path
            One of its files.
        hashes : Hashes
            The project's files.

        Returns
        -------
        bool
            True when all that it rests on, and the file itself, are as recorded.
        """
        record = self.documents.get(self.name(output))
        return (
            record is not None
            and record.get("job") == hashes.job(job)
            and record["code"] == code_version()
            and record.get("sources") == hashes.sources(job)
            and all(hashes.read(name) == known for name, known in record["reads"].items())
            and file_digest(output) == record["sha256"]
        )

    def record_document(
        self, job: RenderJob, outputs: Iterable[Path], reads: Iterable[str], hashes: Hashes
    ) -> None:
        """Take note of a rendered document; :meth:`save` writes it down.

        Parameters
        ----------
        outputs : iterable of Path
            Files that were written.
        reads : iterable of str
            What it read from the build.
        hashes : Hashes
            The files as they were before it was rendered.
        """
        record = {
            "job": hashes.job(job),
            "code": code_version(),
            "sources": hashes.sources(job),
            "reads": {name: hashes.read(name) for name in sorted(reads)},
        }
        for path in outputs:
            self._changed[self.name(path)] = {**record, "sha256": file_digest(path)}

    def forget(self, name: str) -> None:
        """Drop the record of a document that is no more."""
        self._changed[name] = None

    def save(self) -> None:
        """Write the record: what others have recorded in the meantime stays."""
        if not self._changed:
            return
        self._content = self._load()
        documents = {**self._content.get("documents", {}), **self._changed}
        kept = {name: record for name, record in documents.items() if record is not None}
        self._content["documents"] = kept
        self._changed = {}
        self._write()

    def _write(self) -> None:
        write_bytes(self.private, _json(self._content))
        write_bytes(self.path, self.published)


def _read(path: Path) -> dict[str, Any] | None:
    with suppress(OSError, ValueError):
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict) and content.get("format") == _FORMAT:
            return content
    return None


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _without_private(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    return {key: _without_private(value) for key, value in node.items() if key not in _PRIVATE}
