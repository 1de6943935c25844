"""A publisher that means harm, or a stranger in its place: a fault, within bounds, no file left."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import select
import socket
import threading
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from spi_core.errors import InputError
from spi_core.sources.fetch import police
from spi_core.sources.fetch.table import MOST, read_table
from spi_core.sources.fetch.web import PAGES, FetchError, Web
from tests.support.fetching import World, redraw
from tests.support.publishers import MONTHS, Reply, registry

LARGE = 300 * 10**6
#: What a fetch may take, in bytes; the bombs are larger.
MEMORY = 220 * 10**6


def bomb() -> bytes:
    """Zeros, as little as they can be packed."""
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(10**6)
    parts = [pack.compress(zeros) for _ in range(LARGE // len(zeros))]
    return b"".join([*parts, pack.flush()])


def archive(content: bytes = b"", repeat: int = 1, locked: bool = False) -> bytes:
    """Pack one month of police.uk; `locked` says that it takes a password."""
    out = io.BytesIO()
    name = f"{MONTHS[-1]}/{MONTHS[-1]}-testshire-street.csv"
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts, parts.open(name, "w") as part:
        for _ in range(repeat):
            part.write(content)
    made = bytearray(out.getvalue())
    if locked:
        made[6] |= 1
        made[made.index(b"PK\1\2") + 8] |= 1
    return bytes(made)


def leads(where: str) -> Reply:
    return Reply("", 302, {"Location": where})


def packed(body: bytes, how: str = "gzip") -> Reply:
    return Reply(body, headers={"Content-Encoding": how})


RENT = b"Code,Ward\r\n" + b"x,y\r\n" * 5000


@pytest.mark.parametrize(
    ("name", "reply", "said"),
    [
        ("rent", leads("http://127.0.0.2/rent.csv"), "leads to http://127.0.0.2/rent.csv"),
        ("rent", leads("file:///etc/passwd"), "leads to file://"),
        ("rent", leads("file://{host}/etc/passwd"), "leads to file://"),
        ("rent", leads("ftp://{host}/rent.csv"), "leads to ftp://"),
        ("rent", leads("http://["), "leads to"),
        ("rent", leads("/datastore/rent.csv"), "leads on 5 times"),
        ("rent", Reply(b"x,y\r\n" * 10_000, endless=True, told=False), "is larger than 5 MB"),
        ("rent", Reply(RENT, headers={"Content-Length": "31"}, told=False), "is no JSON"),
        ("health", Reply(RENT, headers={"Content-Length": "30"}, told=False), "may be cut"),
        ("rent", packed(b"bomb"), "is larger than 5 MB"),
        ("rent", packed(gzip.compress(b"bomb"), "gzip, gzip"), "'gzip, gzip'"),
        ("rent", packed(RENT, "br"), "is packed"),
        ("rent", packed(gzip.compress(RENT) + b"more"), "goes on after the end"),
        ("rent", Reply("[" * 200_000, kind="application/json"), "is no JSON"),
        ("crime", Reply(b"zip bomb", kind="application/zip"), "unpacks to more than 100 MB"),
        ("crime", Reply(archive(RENT, locked=True), kind="application/zip"), "broken archive"),
        ("crime", Reply(archive(RENT)[:-30], kind="application/zip"), "broken archive"),
    ],
)
def test_a_hostile_answer_is_a_fault_within_bounds(
    world: World, name: str, reply: Reply, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    registry(world.publisher, world.registry, most=5)
    if reply.body == b"bomb":
        reply = replace(reply, body=bomb())
    if reply.body == b"zip bomb":
        reply = replace(reply, body=archive(bytes(10**6), LARGE // 10**6))
    host = world.publisher.base.removeprefix("http://")
    place = {k: v.replace("{host}", host) for k, v in reply.headers.items()}
    world.publisher.change = lambda path, _: replace(reply, headers=place)
    before = world.written()
    tracemalloc.start()
    try:
        assert world.spi("fetch", name, "tiny") == 2
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert world.written() == before
    kept = [p.name for p in world.registry.parent.rglob(".cache/fetch/*")]
    assert all(name.endswith((".body", ".json")) for name in kept), kept


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (packed(gzip.compress(RENT)[:-20]), "breaks off"),
        (packed(RENT), "cannot be unpacked"),
        (Reply(RENT, headers={"Content-Length": "-5"}, told=False), "nothing was taken in"),
        (Reply("x\r\n", told=False, endless=True, pause=0.05), "is not through in time, 1 seconds"),
    ],
)
def test_an_answer_that_never_comes_through_is_told(
    world: World, reply: Reply, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    registry(world.publisher, world.registry, longest=1)
    world.publisher.change = lambda path, _: reply
    before = world.written()
    assert world.spi("fetch", "rent", "tiny") == 1
    assert said in capsys.readouterr().err
    assert world.written() == before


@pytest.mark.parametrize(
    ("base", "where", "followed"),
    [
        ("https://one.example/", "http://one.example/a", False),
        ("https://one.example/", "file://one.example/a", False),
        ("https://one.example/", "https://one.example/a", True),
        ("https://one.example/", "https://two.example/a", True),
        ("https://one.example/", "https://one.example:444/a", False),
        ("http://one.example/", "https://one.example/a", True),
    ],
)
def test_no_redirect_leaves_the_publisher_or_what_is_encrypted(
    tmp_path: Path, base: str, where: str, followed: bool
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        moved = httpx.Response(302, headers={"Location": where})
        return (
            moved
            if len(asked) == 1
            else httpx.Response(200, stream=httpx.ByteStream(b"a,b\n1,2\n"))
        )

    web = Web({"base": base, "licence": "", "hosts": ["two.example"]}, tmp_path)
    web.client = httpx.Client(transport=httpx.MockTransport(answer))
    if followed:
        assert web.table("a")["b"].tolist() == ["2"]
        assert asked[1:] == [where]
    else:
        with pytest.raises(InputError, match="leads to"):
            web.table("a")
        assert len(asked) == 1


def resource(url: Any) -> dict[str, Any]:
    return {"resources": {"a": {"title": "Rent", "url": url}}}


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ([], "is of another form: $: [] is not of type 'object'"),
        ({"resources": ["Rent"]}, "is of another form: $.resources[0]"),
        ({"resources": {"a": {"title": "Rent"}}}, "'url' is a required property"),
        (resource(None), "is of another form: $.resources.a.url"),
        (resource("http://[::1"), "is no address"),
        (resource("\x00"), "is no address"),
        (resource("x" * 70_000), "is no address"),
        ({"licence": "\ud800"}, "surrogates not allowed"),
        ({"licence": float("nan")}, "not JSON compliant"),
    ],
)
def test_a_description_of_another_form_is_a_fault(
    world: World, said: object, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.publisher.change = lambda path, _: Reply(json.dumps(said), kind="application/json")
    before = world.written()
    assert world.spi("fetch", "rent", "tiny") == 2
    assert fault in capsys.readouterr().err
    assert world.written() == before


SQUARE = [[0, 0], [1, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize(
    ("layer", "place", "value", "fault"),
    [
        ("WD23", ("properties",), None, "is of another form: $.features[0].properties"),
        (
            "WD23",
            ("properties", "WD23CD"),
            3,
            "is of another form: $.features[0].properties.WD23CD",
        ),
        ("WD23", ("properties", "WD23NM"), " ", "has features without WD23NM"),
        ("LSOA_WD23", ("attributes", "LSOA11CD"), ["E"], "$.features[0].attributes.LSOA11CD"),
        ("WD23", ("geometry",), "a square", "cannot be drawn"),
        ("WD23", ("geometry",), {"type": "Banana", "coordinates": [SQUARE]}, "cannot be drawn"),
        ("WD23", ("geometry",), {"type": "Polygon"}, "cannot be drawn"),
        ("WD23", ("geometry",), None, "WD23, column code: 'E05014201' has an invalid polygon"),
        ("WD23", ("geometry",), {"type": "Point", "coordinates": [1, 2]}, "drawn as Point"),
    ],
)
def test_areas_of_another_form_are_a_fault_and_change_nothing(
    world: World,
    layer: str,
    place: tuple[str, ...],
    value: object,
    fault: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    inner: Any = redraw(world).publisher.layers[layer][0]
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    before = world.written()
    assert world.spi("fetch", "wards", "tiny") == 2
    assert fault in capsys.readouterr().err
    assert world.written() == before


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("GEOGRAPHY_CODE,RECORD_COUNT\nx,5\n", "RECORD_OFFSET"),
        (f"RECORD_COUNT,RECORD_OFFSET\n{'9' * 5000},0\n", "RECORD_COUNT"),
    ],
)
def test_a_page_that_does_not_tell_its_place_is_a_fault(
    world: World, page: str, fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    world.publisher.change = lambda path, _: Reply(page)
    assert world.spi("fetch", "crowding", "tiny") == 2
    assert fault in capsys.readouterr().err


def test_pages_that_never_end_are_a_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = itertools.count()

    def one(path: str, _: Reply) -> Reply:
        return Reply(f"RECORD_COUNT,RECORD_OFFSET\n999999999,{next(pages)}\n")

    world.publisher.change = one
    monkeypatch.setattr("spi_core.sources.fetch.web.PAGES", 20)
    assert PAGES > 20
    assert "goes on after 20 answers" in world.refused("crowding")


def test_a_mark_that_no_header_can_hold_is_not_sent_back(world: World) -> None:
    marked = {"ETag": '"\xe9"', "Last-Modified": "\xe9"}
    world.publisher.change = lambda path, r: replace(r, headers=marked, etag=False)
    assert [world.spi("fetch", "rent", "tiny") for _ in range(2)] == [0, 0]


#: What a line can drip: a greeting again and again, a header, headers, a chunk's length, trailers.
START = b"HTTP/1.1 200 OK\r\n"
CHUNKS = START + b"Transfer-Encoding: chunked\r\n\r\n"
DRIPS = {
    "greetings": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "header": (START + b"X: ", b"a"),
    "headers": (START, b"X: a\r\n"),
    "length": (CHUNKS, b"0"),
    "trailers": (CHUNKS + b"1\r\na\r\n0\r\n", b"X: a\r\n"),
    "rest": (START + b"\r\na,b\n", b""),  # without a length: a line cut off must not end it
}


@pytest.fixture
def line() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.mark.parametrize("drip", DRIPS)
def test_a_line_that_drips_is_hung_up(tmp_path: Path, line: socket.socket, drip: str) -> None:
    first, more = DRIPS[drip]

    def speak() -> None:
        connection, _ = line.accept()
        with connection:
            connection.recv(65_536)
            try:
                connection.sendall(first)
                while select.select([connection], [], [], 0.05)[0] == []:
                    connection.sendall(more)
            except OSError:  # hung up
                return

    threading.Thread(target=speak, daemon=True).start()
    base = f"http://127.0.0.1:{line.getsockname()[1]}/"
    web = Web({"base": base, "licence": "", "longest": 0.5, "patience": 0}, tmp_path)
    with pytest.raises(FetchError, match="is not through in time"):
        web.get("a", kind="csv")
    assert list(tmp_path.iterdir()) == []


def test_a_table_of_too_many_rows_or_headings_is_not_read_on() -> None:
    with pytest.raises(InputError, match="it has more than 2,000,000 rows"):
        read_table(b"a\n" + b"1\n" * (MOST + 1), "x")
    heads = ",".join(map(str, range(100_000)))  # each looked for among all would take a minute
    assert read_table(f"{heads}\n".encode(), "x").shape == (0, 100_000)


def test_the_bombs_are_larger_than_the_bounds() -> None:
    assert len(bomb()) < LARGE / 500
    assert police.MOST < LARGE
    assert MEMORY < LARGE
