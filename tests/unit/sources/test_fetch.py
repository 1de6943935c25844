"""Public sources over HTTP: what is whole becomes figures, what is not never does."""

from __future__ import annotations

import http.server
import json
import re
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
import yaml

from spi_core.sources.fetch import nomis, web
from spi_core.sources.fetch.web import FetchError
from tests.support.editions import ROOT, WARDS, read, write
from tests.support.fetching import World, redraw
from tests.support.publishers import HEAD, LSOAS, Reply, registry, sources


def test_what_has_not_changed_is_not_sent_again_nor_written(world: World) -> None:
    world.fetch("health")
    before = world.rows("health")
    again = world.fetch("health")
    assert (again.counts["new"], again.counts["same"]) == (0, 48)
    record = json.loads((world.edition / "sources" / "health.fetched.json").read_text("utf-8"))
    assert record["requests"][0]["cached"]
    assert world.rows("health") == before
    assert not (world.edition / "imports").exists()
    world.publisher.observations[-1]["value"] = "1"  # turnout
    for r in world.publisher.figures("absence")[:3]:
        r["value"] = "7.5"
    third = world.fetch("health")
    assert (third.counts["revised"], third.counts["same"]) == (3, 45)
    [kept] = (world.edition / "imports" / "replaced").iterdir()
    assert len(read(kept)) == 3


def test_a_spoiled_cache_is_asked_for_anew(world: World) -> None:
    world.fetch("rent")
    for body in world.registry.parent.glob(".cache/fetch/*.body"):
        body.write_bytes(b"Code,Ward\n")
    assert world.fetch("rent").counts["same"] == 16


# one publisher after another


def test_nomis_is_paged_and_its_total_checked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nomis, "MOST", 7)
    world.publisher.nomis_most = 7
    assert world.fetch("crowding").counts["new"] == 16
    offsets = [p for p in world.publisher.asked if "RecordOffset" in p]
    assert len(offsets) == 5  # of 32 rows


def test_nomis_cut_in_silence_is_paged_too(world: World) -> None:
    """The server gives fewer rows than were asked for and says nothing."""
    world.publisher.nomis_most = 10
    assert world.fetch("crowding").counts["new"] == 16


def _nomis_without_total(path: str, reply: Reply) -> Reply:
    return replace(reply, body=str(reply.body).replace("RECORD_COUNT", "RECORDS"))


def _nomis_ends(path: str, reply: Reply) -> Reply:
    return replace(reply, body=str(reply.body).replace(",32\r\n", ",40\r\n"))


def _nomis_repeats(path: str, reply: Reply) -> Reply:
    return replace(reply, body=str(reply.body).replace(",1,32\r\n", ",0,32\r\n"))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_nomis_without_total, "does not tell how many rows"),
        (_nomis_ends, "RECORD_COUNT"),
        (_nomis_repeats, "RECORD_OFFSET"),
    ],
)
def test_a_nomis_answer_that_is_not_whole(world: World, spoil: Any, said: str) -> None:
    world.publisher.change = spoil
    assert said in world.refused("crowding")


def test_fingertips_parts_and_suppressed_figures(world: World) -> None:
    def hide(path: str, reply: Reply) -> Reply:
        frame = pd.read_csv(
            pd.io.common.StringIO(str(reply.body)), dtype=str, keep_default_na=False
        )
        first = frame.index[(frame["Area Code"] == WARDS[0]) & (frame["Indicator ID"] == "90002")]
        frame.loc[first, ["Value", "Value note"]] = ["", "Value suppressed for disclosure control"]
        return replace(reply, body=frame.to_csv(index=False))

    world.publisher.change = hide
    found = world.fetch("health")
    assert "48 rows of parts of areas' people" in "\n".join(found.lines)
    status = {r["status"] for r in world.rows("health") if r["area_code"] == WARDS[0]
              and r["indicator_id"] == "absence"}  # fmt: skip
    assert status == {"suppressed"}
    world.say("health", request={"indicators": [90001, 4], "area_type_id": 8})
    assert "no row of 4 for areas of type 8" in world.refused("health")


def test_a_datastore_file_that_is_elsewhere_or_unknown(world: World) -> None:
    world.say("rent", request={"dataset": "ward-figures", "resource": "Notes"})
    assert "leads to https://elsewhere.example/n.pdf" in world.refused("rent")
    world.say("rent", request={"dataset": "ward-figures", "resource": "Rents"})
    assert "Rent (a1), Turnout (a2)" in world.refused("rent")


def test_crimes_are_counted_once_and_zeros_too(world: World) -> None:
    world.publisher.street["2014-03"] = [
        r for r in world.publisher.street["2014-03"] if LSOAS.get(r["LSOA code"]) != WARDS[0]
    ]
    found = world.fetch("crime")
    assert "23 crimes that are listed twice" in "\n".join(found.lines)
    count = {(r["indicator_id"], r["area_code"], r["period"]): r["numerator"]
             for r in world.rows("crime")}  # fmt: skip
    for r in world.publisher.figures("burglary", "robbery"):
        less = 0
        if (r["area_code"], r["period"]) == (WARDS[0], "current"):
            less = sum(n % 12 == 2 for n in range(int(r["numerator"])))
        now = float(count[r["indicator_id"], r["area_code"], r["period"]])
        assert now == int(r["numerator"]) - less


def _some_blank(share: float) -> Callable[[World], None]:
    def spoil(world: World) -> None:
        for month, rows in world.publisher.street.items():
            mine = [r for r in rows if r["Crime type"] == "Burglary" and month > "2014"]
            for r in mine[: round(share * len(mine))]:
                r |= {"LSOA code": "", "LSOA name": ""}

    return spoil


def _month_gone(world: World) -> None:
    del world.publisher.street["2014-07"]


@pytest.mark.parametrize(
    ("spoil", "said", "left"),
    [
        (_some_blank(0.10), "% of", {"burglary": 8, "robbery": 16}),
        (_some_blank(0.02), "", {"burglary": 16, "robbery": 16}),
        (_month_gone, "nothing of 2014-07", {"burglary": 8, "robbery": 8}),
    ],
)
def test_incomplete_crimes_are_no_figure(world: World, spoil: Any, said: str, left: Any) -> None:
    spoil(world)
    found = world.fetch("crime")
    told = [line for line in found.lines if line.startswith("incomplete")]
    assert (said in "\n".join(told)) if said else not told
    there = pd.Series([r["indicator_id"] for r in world.rows("crime")]).value_counts()
    assert there.to_dict() == left


def _other_lsoas(world: World) -> None:
    for r in world.publisher.street["2014-05"][:3]:
        r["LSOA code"] = "E01033333"


def _other_heading(world: World) -> None:
    rows = world.publisher.street["2014-05"]
    world.publisher.street["2014-05"] = [
        {("LSOA21 code" if k == "LSOA code" else k): v for k, v in r.items()} for r in rows
    ]


def _other_category(world: World) -> None:
    for rows in world.publisher.street.values():
        for r in rows:
            r["Crime type"] = r["Crime type"].replace("Robbery", "Robbery and mugging")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_other_lsoas, "that the lookup does not know"),
        (_other_heading, "lacks LSOA code"),
        (_other_category, "'Robbery' is in no row"),
    ],
)
def test_crimes_that_are_told_otherwise(world: World, spoil: Any, said: str) -> None:
    spoil(world)
    assert said in world.refused("crime")


def test_a_month_is_read_by_the_areas_of_its_time(world: World) -> None:
    """From June 2014 on a new code stands for an old one."""
    first = next(iter(LSOAS))
    for month, rows in world.publisher.street.items():
        for r in rows if month >= "2014-06" else ():
            r["LSOA code"] = r["LSOA code"].replace(first, "E01033333")
    links = read(world.edition / "sources" / "lsoa11.csv")
    links[0]["from_code"] = "E01033333"
    write(world.edition / "sources" / "lsoa21.csv", links)
    request = sources()["crime"]["request"]
    request["lookups"].append({"from": "2014-06", "file": "sources/lsoa21.csv"})
    world.say("crime", request=request)
    assert world.fetch("crime").counts["new"] == 32


# whatever the publisher


def _page(path: str, reply: Reply) -> Reply:
    return Reply(HEAD, kind="text/html")


def _page_as_csv(path: str, reply: Reply) -> Reply:
    return Reply("\n " + HEAD)


def _empty(path: str, reply: Reply) -> Reply:
    return Reply("")


def _binary(path: str, reply: Reply) -> Reply:
    return replace(reply, body=bytes(range(256)))


def _moved(path: str, reply: Reply) -> Reply:
    return Reply("", 302, {"Location": "https://login.example/"})


def _gone(path: str, reply: Reply) -> Reply:
    return Reply("gone", 404)


@pytest.mark.parametrize(
    ("name", "spoil", "said"),
    [
        *(
            (n, _page, "is a page for people: '<!DOCTYPE html>")
            for n in ("crime", "health", "rent")
        ),
        ("crowding", _page_as_csv, "is a page for people"),
        ("health", _empty, "is empty"),
        ("rent", _binary, "is no JSON"),
        ("crime", _binary, "is no archive"),
        ("crime", _moved, "leads to https://login.example/"),
        ("crowding", _gone, "answers 404"),
    ],
)
def test_something_else_than_data(world: World, name: str, spoil: Any, said: str) -> None:
    world.publisher.change = spoil
    assert said in world.refused(name)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply("wait", 429, {"Retry-After": "0"}), "answers 429"),
        (Reply("broken", 500), "answers 500"),
        (Reply("Code,Ward\r\n", cut=1000), "ReadError|peer closed|incomplete"),
        (Reply("Code,Ward\r\n", wait=1.0), "timed out|ReadTimeout"),
    ],
)
def test_patience_has_an_end(world: World, reply: Reply, said: str) -> None:
    patient = 5 if reply.wait else 2
    world.publisher.first = [reply] * patient
    if reply.wait:
        registry(world.publisher, world.registry, timeout=0.05)
        assert re.search(said, world.refused("rent", FetchError))
        return
    assert world.fetch("rent").counts["new"] == 16  # the third attempt
    world.publisher.first = [reply] * 5
    assert re.search(said, world.refused("rent", FetchError))


def test_a_publisher_that_asks_to_wait_for_an_hour(world: World) -> None:
    world.publisher.first = [Reply("", 503, {"Retry-After": "3600"})]
    assert "asks to wait 3600 seconds" in world.refused("rent", FetchError)


def test_requests_keep_their_distance(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    registry(world.publisher, world.registry, pause=7)
    waited: list[float] = []
    monkeypatch.setattr(web.time, "sleep", waited.append)
    world.fetch("rent")
    assert len([seconds for seconds in waited if 6 < seconds <= 7]) == 1


def test_an_endless_answer(world: World) -> None:
    registry(world.publisher, world.registry, most=0.0001)
    assert "is larger than 0.0001 MB" in world.refused("rent")
    registry(world.publisher, world.registry, longest=-1)
    assert "is not through in time" in world.refused("rent", FetchError)


def _cut_line(path: str, reply: Reply) -> Reply:
    return replace(reply, body=str(reply.body)[:-8])


def _cut_row(path: str, reply: Reply) -> Reply:
    return replace(reply, body=str(reply.body)[:-20] + "\r\n")


def _cut_untold(path: str, reply: Reply) -> Reply:
    """The last figure is a number still, and nobody tells the length."""
    return replace(reply, body=str(reply.body).rstrip()[:-1], told=False)


def _fewer(path: str, reply: Reply) -> Reply:
    return replace(reply, body="\r\n".join(str(reply.body).split("\r\n")[:-3]) + "\r\n")


def _renamed(path: str, reply: Reply) -> Reply:
    return replace(reply, body=str(reply.body).replace("Code,", "Ward code,"))


def _years_renamed(path: str, reply: Reply) -> Reply:
    return replace(reply, body=str(reply.body).replace("Year 20", "20"))


def _blank(path: str, reply: Reply) -> Reply:
    return replace(reply, body=str(reply.body).replace(WARDS[2], ""))


def _old(path: str, reply: Reply) -> Reply:
    return replace(reply, body=str(reply.body).replace("E050001", "E050000"))


def _twice(path: str, reply: Reply) -> Reply:
    return replace(reply, body=str(reply.body) + str(reply.body).split("\r\n")[3] + "\r\n")


def _words(path: str, reply: Reply) -> Reply:
    return replace(reply, body=str(reply.body).replace(",x,", ",x,see note "))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_cut_line, "may be cut"),
        (_cut_row, "rows of another length"),
        (_cut_untold, "may be cut"),
        (_fewer, "lacks 2 of 8 wards"),
        (_renamed, "lacks Code; it has Ward code, Ward"),
        (_years_renamed, "has no heading like ^Year"),
        (_blank, "has no area"),
        (_old, "has none of the 8 wards of 2022"),
        (_twice, "has 2 rows for"),
        (_words, "'see note"),
    ],
)
def test_a_table_that_is_not_as_it_was(world: World, spoil: Any, said: str) -> None:
    def change(path: str, reply: Reply) -> Reply:
        return spoil(path, reply) if path.endswith(".csv") else reply

    world.publisher.change = change
    assert said in world.refused("rent")


def test_areas_may_lack_where_the_mapping_says_so(world: World) -> None:
    world.publisher.change = lambda p, r: _fewer(p, r) if p.endswith(".csv") else r
    world.say("rent", may_lack=True)
    assert world.fetch("rent").counts["missing"] == 4


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"source": "nowhere"}, "source: 'nowhere' is not in the registry"),
        ({"periods": {"next": sources()["rent"]["periods"]["current"]}}, "'next' is not of the"),
        ({"figures": [{"indicator": "rents", "value": {}}]}, "'rents' is not of the edition"),
        ({"figures": [{"indicator": "rent"}]}, "is not allowed; allowed: value, or numerator"),
        ({"level": "parish"}, "level: 'parish' is not of the edition"),
        ({"request": {"dataset": "x"}}, "request: 'resource' is a required property"),
        ({"make": "most"}, "'most' is not allowed; allowed: one, sum, mean"),
        (
            {"columns": {"area": "Code", "period": "/[/", "value": "v"}},
            "is not allowed; allowed: a heading, or a pattern",
        ),
        ({"hurry": 1}, "hurry"),
    ],
)
def test_a_mapping_is_checked_at_the_door(world: World, said: dict[str, Any], fault: str) -> None:
    world.say("rent", **said)
    assert fault in world.refused("rent")


def test_the_registry_names_every_protocol_with_its_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPI_SOURCES", raising=False)
    found = web.registry()
    assert {*found} == {"nomis", "arcgis", "police", "fingertips", "datastore"}
    assert all(about["base"].startswith("https://") and about["home"] for about in found.values())


# boundaries


@pytest.fixture
def redrawn(world: World) -> World:
    return redraw(world)


def _lost(world: World) -> None:
    world.publisher.layers["LSOA_WD23"].pop()


def _undrawn(world: World) -> None:
    world.publisher.layers["WD23"].pop()


def _unnamed(world: World) -> None:
    world.publisher.layers["WD23"][3]["properties"].pop("WD23NM")


def _doubled(world: World) -> None:
    layer = world.publisher.layers["WD23"]
    layer[3] = layer[2]


def _no_service(world: World) -> None:
    del world.publisher.layers["WD23"]


def _ends_early(world: World) -> None:
    def change(path: str, reply: Reply) -> Reply:
        said = json.loads(reply.body)
        return replace(reply, body=json.dumps(said | {"features": []}))

    world.publisher.change = change


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_lost, "lacks lsoas of the edition"),
        (_undrawn, "lacks areas of the lookup"),
        (_unnamed, "has features without WD23NM"),
        (_doubled, "some twice"),
        (_no_service, "answers with an error: {'code': 400"),
        (_ends_early, "ends after 0 of 9 features"),
    ],
)
def test_wards_that_are_not_whole(
    redrawn: World, spoil: Any, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(redrawn)
    before = redrawn.written()
    assert redrawn.spi("fetch", "wards", "tiny") == 2
    assert said in capsys.readouterr().err
    assert redrawn.written() == before


# the guide


def test_the_mappings_of_the_guide_are_sound() -> None:
    text = (ROOT / "docs" / "sources.md").read_text("utf-8")
    schema = json.loads((ROOT / "spi_core/sources/fetch/mapping.schema.json").read_text("utf-8"))
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        said = json.loads(json.dumps(yaml.safe_load(block), default=str))
        jsonschema.validate(said, schema)
        request = {**schema["$defs"][said["source"]], "$defs": schema["$defs"]}
        jsonschema.validate(said["request"], request)


def test_the_recipe_of_a_refresh_runs_commands_that_there_are() -> None:
    [block] = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "docs" / "refresh.md").read_text("utf-8"), re.DOTALL
    )
    steps = yaml.safe_load(block)["jobs"]["refresh"]["steps"]
    commands = [c for s in steps for c in re.findall(r"^spi (\S+)", s.get("run", ""), re.MULTILINE)]
    assert commands == ["fetch", "check", "all"]


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl to make a certificate with")
def test_a_publisher_whose_certificate_nobody_vouches_for_is_asked_nothing(tmp_path: Path) -> None:
    key, known = tmp_path / "key.pem", tmp_path / "known.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(known)]
    subprocess.run(made, check=True, capture_output=True)
    asked: list[str] = []

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(known, key)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        about = {"base": f"https://127.0.0.1:{server.server_address[1]}/"}
        with pytest.raises(FetchError, match=r"is not who it says: .*self-signed.* nothing was"):
            web.Web(about, tmp_path / "cache").get("figures.csv", kind="csv")
        server.shutdown()
    assert asked == []
