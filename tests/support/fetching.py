"""An edition whose figures are at its publishers, and the server that plays them."""

from __future__ import annotations

import copy
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spi_core import cli
from spi_core.errors import InputError
from spi_core.sources.fetch import web
from spi_core.sources.fetch.mapping import About, read_about, read_mapping
from spi_core.sources.fetch.take import Fetched, take
from tests.support.editions import WARDS, Row, make_edition, read, write
from tests.support.publishers import (
    DISTRICT,
    LSOAS,
    Publisher,
    registry,
    served,
    source,
    sources,
    with_sources,
)

Template = tuple[Path, Publisher, About]


def make_template(folder: Path) -> Template:
    """Make the edition and its publishers once, for all tests to copy."""
    edition = make_edition(folder / "tiny")
    return edition, with_sources(edition), read_about(edition)


class World:
    """An edition, what it is fetched from, and what a fetch has done to it."""

    def __init__(self, folder: Path, template: Template) -> None:
        edition, publisher, about = template
        self.edition = shutil.copytree(edition, folder / "data" / "tiny")
        self.publisher, self.registry = copy.deepcopy(publisher), folder / "registry.yml"
        self.about = replace(about, folder=self.edition)

    def fetch(self, name: str) -> Fetched:
        publishers = web.registry()
        mapping = read_mapping(self.about, name, publishers)
        return take(mapping, mapping.publisher(publishers))

    def refused(self, name: str, kind: type[Exception] = InputError) -> str:
        """Fetch what is not fit: nothing may be written."""
        before = self.written()
        with pytest.raises(kind) as error:
            self.fetch(name)
        assert self.written() == before
        return str(error.value)

    def spi(self, *arguments: str) -> int:
        sys.argv = ["spi", *arguments]
        with pytest.raises(SystemExit) as left:
            cli.main()
        return int(left.value.code or 0)

    def written(self) -> dict[str, bytes]:
        found = [p for p in sorted(self.edition.rglob("*")) if p.is_file()]
        return {p.relative_to(self.edition).as_posix(): p.read_bytes() for p in found}

    def rows(self, name: str) -> list[Row]:
        return read(self.edition / "observations" / f"{name}.csv")

    def say(self, name: str, **said: Any) -> None:
        source(self.edition, name, sources()[name] | said)


@contextmanager
def alone(folder: Path, template: Template, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Serve a copy of the edition; no other address can be reached from this process."""
    (folder / "_quarto.yml").touch()
    made, connect = World(folder, template), socket.socket.connect

    def here(self: socket.socket, address: Any) -> None:
        assert address[0] == "127.0.0.1", f"{address} was asked"
        connect(self, address)

    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.setattr(socket.socket, "connect", here)
    monkeypatch.setenv("SPI_ROOT", str(folder))
    monkeypatch.setenv("SPI_SOURCES", str(made.registry))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with served(made.publisher):
        registry(made.publisher, made.registry)
        yield made


def _square(x: int, y: int, side: int) -> dict[str, Any]:
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


#: Nine wards in the place of eight.
NEW = tuple(f"E0501420{k}" for k in range(1, 10))


def redraw(world: World) -> World:
    """Redraw the wards: the ninth takes a small area from each of the last two."""
    lsoas = list(LSOAS)
    path = world.edition / "geography" / "areas.csv"
    small = [
        {"code": c, "name": f"{DISTRICT} {k:03}A", "level": "lsoa", "vintage": "2022",
         "parent_code": w, "population": str(1000 + 10 * k)}
        for k, (c, w) in enumerate(LSOAS.items())
    ]  # fmt: skip
    write(path, read(path) + small)
    lies = {c: NEW[WARDS.index(w)] for c, w in LSOAS.items()}
    lies |= {lsoas[13]: NEW[8], lsoas[15]: NEW[8]}
    world.publisher.layers = {
        "WD23": [{"type": "Feature", "properties": {"WD23CD": c, "WD23NM": f"New {c[-1]}"},
                  "geometry": _square(540000 + 1000 * k, 184000, 1000)} for k, c in enumerate(NEW)],
        "LSOA_WD23": [{"attributes": {"LSOA11CD": c, "WD23CD": w}} for c, w in lies.items()],
    }  # fmt: skip
    source(world.edition, "wards", {
        "source": "arcgis", "title": "Wards of 2023",
        "request": {"vintage": "2023",
                    "boundaries": {"service": "WD23", "code": "WD23CD", "name": "WD23NM"},
                    "lookup": {"service": "LSOA_WD23", "code": "LSOA11CD", "to": "WD23CD"}},
    })  # fmt: skip
    return world
