"""A publisher that means harm, or a stranger in its place: a fault, within bounds, no file left."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from spi_core.errors import InputError
from spi_core.sources.fetch import police
from spi_core.sources.fetch.table import MOST, read_table
from spi_core.sources.fetch.web import Web
from tests.support.fetching import World
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


def test_a_table_of_too_many_rows_or_headings_is_not_read_on() -> None:
    with pytest.raises(InputError, match="it has more than 2,000,000 rows"):
        read_table(b"a\n" + b"1\n" * (MOST + 1), "x")
    heads = ",".join(map(str, range(100_000)))  # each looked for among all would take a minute
    assert read_table(f"{heads}\n".encode(), "x").shape == (0, 100_000)


def test_the_bombs_are_larger_than_the_bounds() -> None:
    assert len(bomb()) < LARGE / 500
    assert police.MOST < LARGE
    assert MEMORY < LARGE
