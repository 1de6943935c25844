"""Editions and extracts spoiled at random, and what becomes of them: a result or a fault.

Used by the gate, with a small share, and by ``python -m benchmarks fuzz`` in full.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from spi_core.build.edition import compute
from spi_core.edition.inputs import Inputs, load
from spi_core.errors import InputError
from spi_core.sources.extract.figures import Said
from spi_core.sources.extract.understand import understand
from tests.support import extracts
from tests.support.editions import OPEN, read, write
from tests.support.hostile import PLAIN, hostile

#: Seconds that nothing may take.
LIMIT = 60
JUNK = st.sampled_from(
    [
        *("", " ", "n/a", "-1", "0", "1e999", "-0.0", "NaN", "inf", "140", "1,234", "12.3%", "*"),
        *("Ä\u0000", "E05999999", "2014-13-45", "2014-02-30", '"', "'", "None", "yes", "=1+1"),
        *("\u202e", "x" * 5000, "٣", "1_000", "0x10", "true", "|", "<b>", "41640", "\ufeff", "½"),
    ]
)
LEAF = st.one_of(
    JUNK, st.none(), st.booleans(), st.integers(-3, 3000), st.floats(), st.just([]), st.just({}),
    st.just([[1]]), st.just({"a": None}), st.just(10**30),
)  # fmt: skip
CSV = ("cell", "heading", "drop line", "repeat line", "drop column", "swap columns", "longer row")
TREE = ("put", "drop", "wrap", "repeat")
BYTES = ("cut", "blank", "bom", "windows", "old mac", "latin", "utf-16", "nul", "flip", "twice")


class SilentError(AssertionError):
    """A fault without file or message."""


def bytes_spoiled(content: bytes, how: str, draw: Callable[[Any], Any]) -> bytes:
    """Spoil a file of any kind."""
    at = draw(st.integers(0, max(0, len(content) - 1)))
    match how:
        case "cut":
            return content[:at]
        case "blank":
            return b""
        case "bom":
            return b"\xef\xbb\xbf" + content
        case "windows" | "old mac":
            return content.replace(b"\n", b"\r\n" if how == "windows" else b"\r")
        case "latin" | "utf-16":
            text = content.decode("utf-8", "replace")
            return text.encode("cp1252" if how == "latin" else "utf-16", "replace")
        case "nul":
            return content[:at] + b"\0" + content[at:]
        case "flip":
            flipped = bytes([content[at] ^ (1 << draw(st.integers(0, 7)))]) if content else b""
            return content[:at] + flipped + content[at + 1 :]
    return content + content


def csv_spoiled(content: bytes, how: str, draw: Callable[[Any], Any]) -> bytes:
    """Spoil a table."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"))))
    at = draw(st.integers(min(1, len(rows) - 1), len(rows) - 1))
    column = draw(st.integers(0, len(rows[0]) - 1))
    match how:
        case "cell":
            rows[at][min(column, len(rows[at]) - 1)] = draw(JUNK)
        case "heading":
            rows[0][column] = draw(st.one_of(JUNK, st.sampled_from(rows[0])))
        case "drop line":
            del rows[at]
        case "repeat line":
            rows.insert(at, list(rows[at]))
        case "drop column":
            rows = [row[:column] + row[column + 1 :] for row in rows]
        case "swap columns":
            rows = [row[::-1] for row in rows]
        case _:
            rows[at] += draw(st.lists(JUNK, min_size=1, max_size=3))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """List every place of a tree as its holder and key."""
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], (dict, list)):
            yield from places(tree[key])


def tree_spoiled(tree: Any, how: str, draw: Callable[[Any], Any]) -> Any:
    """Spoil what was read of YAML or JSON."""
    tree = copy.deepcopy(tree)
    every = list(places(tree))
    holder, key = every[draw(st.integers(0, len(every) - 1))]
    match how:
        case "put":
            holder[key] = draw(LEAF)
        case "drop":
            del holder[key]
        case "wrap":
            holder[key] = [holder[key]]
        case _ if isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        case _:
            holder[f"{key}x"] = holder[key]
    return tree


@st.composite
def spoiled(draw: Any, name: str, content: bytes) -> tuple[str, bytes]:
    """Spoil one file once or twice; say how."""
    done = []
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        kind = Path(name).suffix
        own = {".csv": CSV, ".yml": TREE, ".geojson": TREE}.get(kind, ())
        how = draw(st.sampled_from([*own, *own, *own, *BYTES]))
        done.append(how)
        if how in BYTES:
            content = bytes_spoiled(content, how, draw)
            break  # what it is now need be no text
        if how in CSV:
            content = csv_spoiled(content, how, draw)
        else:
            tree = yaml.safe_load(content) if kind == ".yml" else json.loads(content)
            tree = tree_spoiled(tree, how, draw)
            if not tree:
                break
            text = yaml.safe_dump(tree, allow_unicode=True) if kind == ".yml" else json.dumps(tree)
            content = text.encode("utf-8", "replace")
    return f"{name}: {', '.join(done)}", content


@contextmanager
def soon() -> Iterator[None]:
    """Fail what hangs: by the processor's clock, and by the wall's only after ten times as long.

    On a machine that does other things as well, a second of work may take many.
    """

    def late(*_: object) -> None:
        raise TimeoutError(f"no answer in {LIMIT} s")

    signal.signal(signal.SIGPROF, late)
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    signal.alarm(10 * LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)


def became(work: Callable[[], object]) -> str:
    """Say what became of inputs; whatever is neither a result nor a fault is raised."""
    try:
        with soon():
            work()
    except InputError as error:
        if not error.faults or not all(f.message and f.file for f in error.faults):
            raise SilentError(error) from error
        return "fault"
    return "result"


def often(n: int, chance: int) -> Callable[[Any], Any]:
    """Try a test on so many examples of a seed; nothing is kept and nothing made smaller."""

    def wrap(test: Any) -> Any:
        how = settings(
            max_examples=n, database=None, deadline=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck), print_blob=False,
        )  # fmt: skip
        return how(seed(chance)(test))

    return wrap


def kinds(edition: Path) -> dict[str, bytes]:
    """Read the files of an edition."""
    found = (p for p in sorted(edition.rglob("*")) if p.is_file())
    return {p.relative_to(edition).as_posix(): p.read_bytes() for p in found}


def loads(folder: Path, n: int, chance: int = 22) -> Counter[str]:
    """Spoil a file of a small edition that has one of each kind, and load it; n times."""
    edition = hostile(folder / "tiny", PLAIN)
    files = kinds(edition)
    book = extracts.workbook(shutil.copytree(edition, folder / "book" / "tiny"))
    files["observations/all.xlsx"] = book.read_bytes()
    count: Counter[str] = Counter()

    @often(n, chance)
    @given(st.data())
    def one(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(files)))
        how, content = data.draw(spoiled(name, files[name]))
        target, instead = edition / name, edition / "observations" / "all.csv"
        target.write_bytes(content)
        if name.endswith(".xlsx"):
            instead.unlink()
        try:
            count[became(lambda: load(edition))] += 1
        except Exception as error:
            error.add_note(how)
            raise
        finally:
            instead.write_bytes(files["observations/all.csv"])
            if name.endswith(".xlsx"):
                target.unlink()
            else:
                target.write_bytes(files[name])

    one()
    return count


def imports(folder: Path, n: int, chance: int = 22) -> Counter[str]:
    """Spoil a council's workbook, and figures as a publisher gives them, and import; n times."""
    edition = extracts.named_edition(folder / "named")
    received = {"everything.xlsx": extracts.everything(folder / "everything.xlsx").read_bytes()}
    real = folder / "real"  # the open edition's own frame, without its figures' history
    shutil.copytree(OPEN, real, ignore=shutil.ignore_patterns("source", "history", "series"))
    rows = read(OPEN / "observations" / "open.csv")
    chosen = sorted({row["indicator_id"] for row in rows})[::12]
    write(folder / "real.csv", [row for row in rows if row["indicator_id"] in chosen])
    received["real.csv"] = (folder / "real.csv").read_bytes()
    count: Counter[str] = Counter()

    @often(n, chance)
    @given(st.data())
    def one(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(received)))
        how, content = data.draw(spoiled(name, received[name]))
        path = folder / "received" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        into = real if name == "real.csv" else edition
        try:
            count[became(lambda: understand(into, path, Said(), None))] += 1
        except Exception as error:
            error.add_note(how)
            raise

    one()
    return count


def of_component(inputs: Inputs, ward: str, component: str) -> float:
    """Compute an edition; give a ward's score of a component now."""
    scores = compute(inputs)["scores"]
    at = (scores["area_code"] == ward) & (scores["element"] == component)
    (found,) = scores.loc[at & (scores["period"] == "current"), "score"]
    return float(found)


def builds(folder: Path, n: int, chance: int = 22) -> Counter[str]:
    """Change one figure of one ward and compute: its score must follow; n times."""
    edition = hostile(folder / "tiny", PLAIN)
    path = edition / "observations" / "all.csv"
    rows = read(path)
    posts = {row["indicator_id"]: row for row in read(edition / "goalposts.csv")}
    register = {row["id"]: row for row in read(edition / "indicators.csv")}
    free = [
        i for i, row in enumerate(rows)
        if row["period"] == "current" and not row["numerator"]
        and row["indicator_id"] in ("rent", "exam_points", "absence", "library_loans")
    ]  # fmt: skip
    count: Counter[str] = Counter()

    @often(n, chance)
    @given(st.sampled_from(free), st.floats(0.02, 0.98), st.floats(0.02, 0.98))
    def one(at: int, low: float, high: float) -> None:
        row = rows[at]
        worst, best = (float(posts[row["indicator_id"]][end]) for end in ("worst", "best"))
        component = register[row["indicator_id"]]["component"]
        found = []
        for share in (low, high):
            value = worst + share * (best - worst)
            write(path, [*rows[:at], row | {"value": repr(value)}, *rows[at + 1 :]])
            with soon():
                found.append(of_component(load(edition), row["area_code"], component))
        moved, asked = found[1] - found[0], high - low
        assert abs(asked) < 1e-3 or moved * asked > 0, (row, low, high, found)
        count["score followed"] += 1

    try:
        one()
    finally:
        write(path, rows)
    return count
