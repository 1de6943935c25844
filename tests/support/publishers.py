"""A server on loopback that speaks the publishers' protocols, and can be made to misbehave."""

from __future__ import annotations

import csv
import io
import json
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml

from spi_core.files import digest
from tests.support.editions import PERIODS, WARDS, Row, read, rewrite, write

Query = dict[str, str]
HEAD = "<!DOCTYPE html><html><body>Service unavailable</body></html>"
#: As the bulk files have them.
STREET = ("Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location",
          "LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context")  # fmt: skip
MONTHS = [f"{year}-{month:02}" for year in (2013, 2014) for month in range(1, 13)]
#: Two small areas in each ward.
LSOAS = {f"E01000{100 + 2 * k + n}": ward for k, ward in enumerate(WARDS) for n in (0, 1)}
DISTRICT = "Testing"


@dataclass
class Reply:
    """What the server answers."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "text/csv"
    cut: int = 0  # bytes that are announced and never sent
    wait: float = 0.0
    told: bool = True  # whether it tells its length
    etag: bool = True
    endless: bool = False  # the body again and again
    pause: float = 0.0  # between one body and the next


def table(rows: Sequence[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@dataclass
class Publisher:
    """All publishers in one: what they have, what they do wrong, and who asked."""

    observations: list[Row] = field(default_factory=list)
    nomis_most: int = 25_000
    arcgis_most: int = 2_000
    street: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    layers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    change: Callable[[str, Reply], Reply] = lambda path, reply: reply
    first: list[Reply] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    base: str = ""

    def answer(self, path: str, query: Query) -> Reply:
        if self.first:
            return self.first.pop(0)
        for start, speak in (
            ("/nomis/dataset/", self.nomis),
            ("/arcgis/", self.arcgis),
            ("/police/data/archive/", self.police),
            ("/fingertips/all_data/csv/by_indicator_id", self.fingertips),
            ("/datastore/", self.datastore),
        ):
            if path.startswith(start):
                return self.change(path, speak(path, query))
        return Reply("no such thing", 404, kind="text/plain")

    def figures(self, *names: str) -> list[Row]:
        return [r for r in self.observations if r["indicator_id"] in names]

    def nomis(self, path: str, query: Query) -> Reply:
        rows = [
            {"DATE": r["period_label"], "GEOGRAPHY_CODE": r["area_code"], "CELL": cell,
             "CELL_NAME": name, "OBS_VALUE": r[name], "OBS_STATUS": "A"}
            for r in self.figures(query["cell"])
            for cell, name in ((0, "denominator"), (1, "numerator"))
        ]  # fmt: skip
        start = int(query.get("RecordOffset", 0))
        end = start + min(int(query.get("RecordLimit", self.nomis_most)), self.nomis_most)
        return Reply(table([
            {**row, "RECORD_OFFSET": n, "RECORD_COUNT": len(rows)}
            for n, row in enumerate(rows) if start <= n < end
        ] or [{"RECORD_OFFSET": "", "RECORD_COUNT": ""}]))  # fmt: skip

    def arcgis(self, path: str, query: Query) -> Reply:
        name = path.split("/")[2]
        if name not in self.layers:
            said: Any = {"error": {"code": 400, "message": "Invalid URL", "details": []}}
            return Reply(json.dumps(said), kind="application/json")
        found = self.layers[name]
        if query.get("returnCountOnly") == "true":
            return Reply(json.dumps({"count": len(found)}), kind="application/json")
        start = int(query.get("resultOffset", 0))
        end = start + min(int(query.get("resultRecordCount", 9999)), self.arcgis_most)
        said = {"features": found[start:end]}
        if end < len(found):
            said["exceededTransferLimit"] = True
        return Reply(json.dumps(said), kind="application/json")

    def police(self, path: str, query: Query) -> Reply:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for month, rows in self.street.items():
                archive.writestr(f"{month}/{month}-testshire-street.csv", table(rows))
                archive.writestr(f"{month}/{month}-testshire-outcomes.csv", "Crime ID\r\n")
        return Reply(out.getvalue(), kind="application/zip")

    def fingertips(self, path: str, query: Query) -> Reply:
        ids = {"90001": "exam_points", "90002": "absence", "90003": "library_loans"}
        rows = [
            {"Indicator ID": i, "Indicator Name": name, "Parent Code": "E92000001",
             "Area Code": r["area_code"], "Area Type": "Ward", "Sex": "Persons", "Age": "All ages",
             "Category Type": part, "Category": part and "Most deprived",
             "Time period": r["period_label"], "Value": r["value"], "Count": "", "Denominator": "",
             "Value note": ""}
            for i, name in ids.items() if i in query["indicator_ids"].split(",")
            for r in self.figures(name) for part in ("", "Deprivation")
        ]  # fmt: skip
        return Reply(table(rows))

    def datastore(self, path: str, query: Query) -> Reply:
        if path == "/datastore/api/dataset/ward-figures":
            said = {"title": "Ward figures", "licence": "uk-ogl", "resources": {
                "a1": {"title": "Rent", "format": "csv", "url": f"{self.base}/datastore/rent.csv"},
                "a2": {"title": "Turnout", "format": "csv",
                       "url": f"{self.base}/datastore/turnout.csv"},
                "a3": {"title": "Notes", "format": "pdf", "url": "https://elsewhere.example/n.pdf"},
            }}  # fmt: skip
            return Reply(json.dumps(said), kind="application/json")
        name = path.rsplit("/", 1)[-1].partition(".")[0]
        wide = {ward: {"Code": ward, "Ward": "x"} for ward in WARDS}
        for r in self.figures(name):
            wide[r["area_code"]][f"Year {r['period_label']}"] = r["value"]
        return Reply(table(list(wide.values())))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    publisher: Publisher

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.publisher.asked.append(self.path)
        reply = self.publisher.answer(parts.path, dict(parse_qsl(parts.query)))
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        etag = f'"{digest(body)[:16]}"'
        time.sleep(reply.wait)
        if reply.status == 200 and reply.etag and self.headers.get("If-None-Match") == etag:
            self.send_response(304)
            self.end_headers()
            return
        self.send_response(reply.status)
        headers = {"Content-Type": reply.kind, **reply.headers}
        if reply.etag:
            headers["ETag"] = etag
        if reply.told:
            headers["Content-Length"] = str(len(body) + reply.cut)
        else:
            headers["Connection"] = "close"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(ConnectionError):  # a client that lost patience
            self.wfile.write(body)
            while reply.endless:
                time.sleep(reply.pause)
                self.wfile.write(body)
        if reply.cut or not reply.told:
            self.close_connection = True


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a reader who leaves: what is endless is not read to its end."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(publisher: Publisher) -> Iterator[Publisher]:
    """Serve on loopback, at a port of the system's choice."""
    handler = type("Handler", (_Handler,), {"publisher": publisher})
    with _Server(("127.0.0.1", 0), handler) as server:
        publisher.base = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield publisher
        server.shutdown()


def registry(publisher: Publisher, path: Path, **about: Any) -> Path:
    """Write a registry that leads to the server alone, without patience."""
    each = {"licence": "Open Government Licence v3.0", "patience": 0.01, "timeout": 0.5} | about
    found = {
        name: {"base": f"{publisher.base}/{name}/", **each}
        for name in ("nomis", "arcgis", "police", "fingertips", "datastore")
    }
    path.write_text(yaml.safe_dump(found), "utf-8")
    return path


def periods(**how: Any) -> dict[str, Any]:
    found = {}
    for period, (label, start, end) in PERIODS.items():
        times = {key: [text.format(label) for text in value] if key == "is" else value
                 for key, value in how.items()}  # fmt: skip
        found[period] = {"label": label, "start": start, "end": end, **times}
    return found


def sources() -> dict[str, dict[str, Any]]:
    """Say how the five publishers fill the small edition: every figure of every indicator."""
    year, counts = periods(**{"is": ["{}"]}), {}
    for name in ("crowding", "cold_homes"):
        counts[name.replace("_", "-")] = {
            "source": "nomis", "title": "Census counts", "level": "ward", "periods": year,
            "request": {"dataset": "NM_1_1", "query": {"cell": name, "geography": "TYPE1"}},
            "figures": [{"indicator": name, "numerator": {"where": {"CELL": 1}},
                         "denominator": {"where": {"CELL": 0}}}],
        }  # fmt: skip
    crimes = {"burglary": "Burglary", "robbery": "Robbery"}
    crime = {
        "source": "police", "title": "Street-level crime", "level": "ward", "make": "sum",
        "periods": periods(months="%Y-%m"),
        "request": {"force": "testshire", "district": DISTRICT, "archives": ["2014-12"],
                    "lookups": [{"from": "2011-01", "file": "sources/lsoa11.csv"}]},
        "figures": [{"indicator": i, "numerator": {"where": {"Crime type": t}},
                     "denominator": "population"} for i, t in crimes.items()],
    }  # fmt: skip
    health = {
        "source": "fingertips", "title": "Profiles", "level": "ward", "periods": year,
        "request": {"indicators": [90001, 90002, 90003], "area_type_id": 8},
        "figures": [{"indicator": name, "value": {"where": {"Indicator ID": i}}}
                    for name, i in (("exam_points", 90001), ("absence", 90002),
                                    ("library_loans", 90003))],
    }  # fmt: skip
    london = {
        name: {
            "source": "datastore", "title": f"Ward figures, {name}", "level": "ward",
            "request": {"dataset": "ward-figures", "resource": name.capitalize()},
            "columns": {"area": "Code", "period": "/^Year /", "value": "value"},
            "periods": periods(**{"is": ["Year {}"]}),
            "figures": [{"indicator": name, "value": {}}],
        }
        for name in ("rent", "turnout")
    }  # fmt: skip
    return {**counts, "crime": crime, "health": health, **london}


def with_sources(edition: Path) -> Publisher:
    """Take the figures out of an edition, into the hands of the publishers; leave the mappings."""
    path = edition / "observations" / "all.csv"
    publisher = Publisher(observations=read(path))
    path.unlink()
    for name, said in sources().items():
        source(edition, name, said)
    links = [{"from_code": c, "to_code": w, "weight": "1", "basis": "nests"}
             for c, w in LSOAS.items()]  # fmt: skip
    write(edition / "sources" / "lsoa11.csv", links)
    frequency = {"update_frequency": "annual"}
    rewrite(edition / "indicators.csv", lambda rows: [r | frequency for r in rows])
    publisher.street = crimes(publisher.figures("burglary", "robbery"))
    return publisher


def source(edition: Path, name: str, said: dict[str, Any]) -> None:
    path = edition / "sources" / f"{name}.yml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(said, sort_keys=False), "utf-8")


def crimes(counts: list[Row]) -> dict[str, list[dict[str, str]]]:
    """Spread yearly counts over months and small areas; others lie elsewhere, one is told twice."""
    months: dict[str, list[dict[str, str]]] = {month: [] for month in MONTHS}
    small = {ward: [c for c, w in LSOAS.items() if w == ward] for ward in WARDS}
    for r in counts:
        for n in range(int(r["numerator"])):
            month = f"{r['period_label']}-{1 + n % 12:02}"
            code = small[r["area_code"]][n % 2]
            about = (month, code, f"{DISTRICT} 001A", r["indicator_id"].capitalize())
            months[month].append(crime(f"{r['area_code']}{r['indicator_id']}{month}{n}", *about))
    for month, rows in months.items():
        rows += [crime(f"{month}e{n}", month, "E01009999", "Other 001A", "Drugs") for n in range(9)]
        rows.append(dict(rows[0]))
    return months


def crime(name: str, month: str, code: str, place: str, kind: str) -> dict[str, str]:
    cells = {"Crime ID": name, "Month": month, "LSOA code": code, "LSOA name": place,
             "Crime type": kind}  # fmt: skip
    return dict.fromkeys(STREET, "") | cells
