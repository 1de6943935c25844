"""HTTP, once for all sources: patience, a cache on disk, and no page that is not what was asked.

Conditional requests and retries follow RFC 9110 (sections 13, 10.2.3 and 15.6).
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import httpx
import jsonschema
import pandas as pd

import spi_core
from spi_core.errors import Fault, InputError, SpiError, some
from spi_core.files import digest, file_digest, in_place, project_root, shown, write_bytes
from spi_core.sources.fetch.table import read_table
from spi_core.text.yaml_text import parse_yaml

Kind = Literal["csv", "json", "zip"]
TRIES, REDIRECTS = 5, 5
#: Seconds: the first wait before a request is repeated (it doubles), and the longest.
FIRST, LONGEST = 1.0, 60.0
#: Answers after which a later request may succeed.
AGAIN = (408, 425, 429, 500, 502, 503, 504)
SHOWN = 80
#: Largest answer in MB, for a publisher whose entry says nothing else; bytes unpacked at a time.
MOST, PIECE = 100, 1 << 20
#: Answers that one source may take: pages that never end are no table.
PAGES = 1000


class FetchError(SpiError):
    """A publisher that does not answer."""


class _LaterError(Exception):
    def __init__(self, why: str, wait: float = 0.0) -> None:
        super().__init__(why)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Answer:
    """What a publisher answered; ``path`` holds it, ``sha256`` is its hash.

    ``cached`` says that the publisher had nothing newer, ``whole`` that the answer told its length.
    """

    url: str
    path: str
    time: str
    etag: str
    modified: str
    sha256: str
    size: int
    whole: bool
    cached: bool = False

    @property
    def content(self) -> bytes:
        """What was answered."""
        return Path(self.path).read_bytes()

    def about(self) -> dict[str, Any]:
        """Say where it is from: all but the place in the cache."""
        return {k: v for k, v in asdict(self).items() if k not in ("path", "whole")}


def registry() -> dict[str, dict[str, Any]]:
    """Read the registry of publishers; ``SPI_SOURCES`` names another than our own."""
    named = os.environ.get("SPI_SOURCES")
    path = Path(named) if named else Path(str(resources.files(__package__) / "registry.yml"))
    try:
        found = parse_yaml(shown(path), path.read_bytes())
    except OSError as error:
        raise InputError([Fault(shown(path), f"cannot be read: {error.strerror}")]) from error
    if not isinstance(found, dict) or not all(
        isinstance(about, dict) and {"base", "licence"} <= set(about) for about in found.values()
    ):
        raise InputError([Fault(shown(path), "is no registry", allowed="base and licence of each")])
    return found


class Web:
    """Requests to one publisher, and to nobody else.

    Parameters
    ----------
    about : mapping
        Its entry of the registry; with ``open_end``, tables may end without a line end.
    cache : Path, optional
        Where answers are kept; ``.cache/fetch`` of the project without it.
    """

    def __init__(self, about: Mapping[str, Any], cache: Path | None = None) -> None:
        self.about, self.cache = about, cache or project_root() / ".cache" / "fetch"
        self.base = httpx.URL(str(about["base"]))
        self.hosts = {self.base.netloc.decode(), *about.get("hosts", [])}
        self.patience = float(about.get("patience", FIRST))
        self.longest, self.ends = float(about.get("longest", 900)), 0.0
        self.client = httpx.Client(
            timeout=httpx.Timeout(float(about.get("timeout", 30)), connect=10),
            headers={"User-Agent": f"spi-core/{spi_core.__version__}", "Accept-Encoding": "gzip"},
            limits=httpx.Limits(max_keepalive_connections=0),  # a line an answer, to hang up
        )
        self.last, self.answers = -1e9, list[Answer]()

    def get(self, path: str, parameters: Mapping[str, Any] | None = None, *, kind: Kind) -> Answer:
        """Ask for something.

        Parameters
        ----------
        path : str
            Below the publisher's base; a whole address of one of its hosts.
        parameters : mapping, optional
            Of the query.
        kind : {"csv", "json", "zip"}
            What is expected.

        Returns
        -------
        Answer
            From the cache, where the publisher says that it is still the same.

        Raises
        ------
        FetchError
            If there is no answer, whatever the patience.
        InputError
            If it is another one than was asked for.
        """
        try:
            url = self.base.join(path)
        except (httpx.InvalidURL, ValueError) as error:
            raise InputError([Fault(f"{self.base}", f"is no address: {error}")]) from None
        if len(self.answers) >= PAGES:
            raise InputError([Fault(f"{url}", f"goes on after {PAGES:,} answers")])
        url = url.copy_merge_params(dict(parameters)) if parameters else url
        place = self.cache / digest(str(url).encode())[:32]
        known, why = _known(place), ""
        for attempt in range(TRIES):
            try:
                answer = self._once(url, place, known, kind)
            except (_LaterError, httpx.TransportError) as error:
                self._refuse_late(url)
                why = str(error) or type(error).__name__
                if "CERTIFICATE_VERIFY_FAILED" in why:  # waiting does not mend it
                    raise FetchError(
                        f"{url}: is not who it says: {why}; nothing was asked"
                    ) from None
                wait = error.wait if isinstance(error, _LaterError) else 0.0
                if wait > LONGEST:
                    raise FetchError(f"{url}: {why}; asks to wait {wait:.0f} seconds") from None
                if attempt < TRIES - 1:
                    time.sleep(max(wait, min(self.patience * 2**attempt, LONGEST)))
            else:
                self.answers.append(answer)
                return answer
        raise FetchError(f"{url}: {why} ({TRIES} attempts); nothing was taken in, try again later")

    def json(
        self, path: str, parameters: Mapping[str, Any] | None = None, *, form: Mapping[str, Any]
    ) -> Any:
        """Ask for JSON; anything else, or another form than the schema's, is a fault."""
        answer = self.get(path, parameters, kind="json")
        try:
            found = json.loads(answer.content)
            json.dumps(found, ensure_ascii=False, allow_nan=False).encode()  # half a letter, NaN
            jsonschema.Draft202012Validator(form).validate(found)
        except jsonschema.ValidationError as error:
            message = f"is of another form: {error.json_path}: {error.message[:SHOWN]}"
            raise InputError([Fault(answer.url, message)]) from None
        except (ValueError, RecursionError) as error:
            raise InputError([Fault(answer.url, f"is no JSON: {error}")]) from None
        return found

    def table(self, path: str, parameters: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Ask for CSV; an answer that may have been cut is a fault."""
        answer = self.get(path, parameters, kind="csv")
        content = answer.content
        if not (content.endswith(b"\n") or (self.about.get("open_end") and answer.whole)):
            message, allowed = (
                "may be cut: its last line has no end",
                "open_end: true, if it is whole",
            )
            raise InputError([Fault(answer.url, message, allowed=allowed)])
        return read_table(content, answer.url)

    @property
    def url(self) -> str:
        """Address of the last answer."""
        return self.answers[-1].url

    def _once(self, url: httpx.URL, place: Path, known: Answer | None, kind: Kind) -> Answer:
        asked, headers = url, dict[str, str]()
        if known:
            wanted = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
            headers = {name: value for name, value in wanted.items() if value.isascii() and value}
        self.ends = time.monotonic() + self.longest
        for _ in range(REDIRECTS):
            safe = url.scheme in ("https", self.base.scheme)  # never from https to http
            if url.netloc.decode() not in self.hosts or not safe:
                allowed = f"an address of {some(sorted(self.hosts))}, by {self.base.scheme}"
                raise InputError([Fault(str(asked), f"leads to {url}", allowed=allowed)])
            time.sleep(max(0.0, self.last + float(self.about.get("pause", 0)) - time.monotonic()))
            self.last = time.monotonic()
            with (
                self._hanging_up() as line,
                self.client.stream("GET", url, headers=headers, extensions=line) as response,
            ):
                now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
                if response.status_code == 304 and known:
                    return replace(known, cached=True, time=now)
                if response.status_code in AGAIN:
                    wait = _seconds(response.headers.get("Retry-After", ""))
                    raise _LaterError(f"answers {response.status_code}", wait)
                if response.next_request is not None:
                    url = response.next_request.url
                    continue
                if response.status_code != 200:
                    message = f"answers {response.status_code} {response.reason_phrase[:SHOWN]}"
                    allowed = "another request in the mapping"
                    raise InputError([Fault(str(asked), message, allowed=allowed)])
                body = place.with_suffix(".body")
                with in_place(body) as part:
                    size = self._save(response, part, kind, str(asked))
                told = {"content-length", "transfer-encoding"} & set(response.headers)
                etag, modified = (response.headers.get(h, "") for h in ("ETag", "Last-Modified"))
                answer = Answer(
                    *(str(asked), str(body), now, etag, modified, file_digest(body) or ""),
                    *(size, bool(told)),
                )
                write_bytes(place.with_suffix(".json"), json.dumps(asdict(answer)).encode())
                return answer
        raise InputError([Fault(str(asked), f"leads on {REDIRECTS} times")])

    @contextmanager
    def _hanging_up(self) -> Iterator[dict[str, Any]]:
        """Hang up when the time is over: what comes in drops, as a header, is waited for else."""
        lines = list[socket.socket]()

        def connected(event: str, about: Mapping[str, Any]) -> None:
            if event == "connection.connect_tcp.complete":
                lines.append(about["return_value"].get_extra_info("socket").dup())

        def hang_up() -> None:
            for line in lines:
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(max(self.ends - time.monotonic(), 0.0), hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield {"trace": connected}
        finally:
            timer.cancel()
            for line in lines:
                line.close()

    def _refuse_late(self, url: object) -> None:
        if time.monotonic() >= self.ends:
            raise FetchError(f"{url}: is not through in time, {self.longest:g} seconds")

    def _save(self, response: httpx.Response, part: Path, kind: Kind, url: str) -> int:
        """Write an answer as it comes; what is not what was asked for is not kept."""
        most = float(self.about.get("most", MOST)) * 1e6
        size, head = 0, b""
        with part.open("wb") as stream:
            for chunk in _unpacked(response, url):
                size, head = size + len(chunk), (head + chunk)[:512]
                if size > most:
                    message = f"is larger than {most / 1e6:g} MB"
                    raise InputError([Fault(url, message, allowed="a narrower request")])
                self._refuse_late(url)
                stream.write(chunk)
        self._refuse_late(url)
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        page = start.startswith(b"<") or "html" in response.headers.get("Content-Type", "")
        if page or not start or (kind == "zip" and not head.startswith(b"PK")):
            text = " ".join(start.decode("utf-8", "replace").split())[:SHOWN]
            what = "is a page for people" if page else ("is no archive" if start else "is empty")
            raise InputError([Fault(url, f"{what}: {text!r}", allowed=kind.upper())])
        return size


def _known(place: Path) -> Answer | None:
    """Recall an answer; one whose content is not as it was is forgotten."""
    try:
        known = Answer(**json.loads(place.with_suffix(".json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return known if file_digest(Path(known.path)) == known.sha256 else None


def _unpacked(response: httpx.Response, url: str) -> Iterator[bytes]:
    """Unpack piece by piece: a small answer may be a large one, and one cut short must be seen."""
    packed = response.headers.get("Content-Encoding", "identity").lower()
    if packed == "identity":
        yield from response.iter_raw()
        return
    if packed != "gzip":
        raise InputError([Fault(url, "is packed", None, "Content-Encoding", packed, "gzip")])
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        for raw in response.iter_raw():
            while raw:
                yield unpack.decompress(raw, PIECE)
                raw = unpack.unconsumed_tail
            if unpack.unused_data:
                raise InputError([Fault(url, "goes on after the end of what is packed")])
        yield unpack.flush()
    except zlib.error as error:
        raise _LaterError(f"cannot be unpacked: {error}") from None
    if not unpack.eof:
        raise _LaterError("is packed and breaks off")


def _seconds(text: str) -> float:
    """Read a header Retry-After: seconds or a date."""
    try:
        if text.strip().isdecimal():
            return float(text)
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0
