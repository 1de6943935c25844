"""Would the core's tests notice a slip? Arithmetic changed at random, a place at a time.

``python -m benchmarks.mutants --seed 22 --mutants 200``. A mutant is one operator, comparison,
number or name of a function in ``method/`` or ``uncertainty/`` put wrong; it is killed if a unit,
property or reference test of the core (or an example in a docstring) fails, or takes ten times as
long. What means the same as the original stands, with the reason, in ``equivalents.yml``.

mutmut and cosmic-ray were looked at: both start the tests anew for each mutant, which with this
package's libraries takes longer than the tests that a line needs. Here one process has the
libraries at hand, learns which tests reach which line, and forks.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import importlib.abc
import importlib.util
import io
import os
import pickle
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("method", "uncertainty")
TESTS = (
    *("tests/unit/method", "tests/unit/uncertainty", "spi_core/method", "spi_core/uncertainty"),
    *("tests/property/test_index_maths.py", "tests/property/test_index_properties.py"),
    *("tests/property/test_uncertainty.py", "tests/reference/test_coinr.py"),
    "tests/reference/test_psych.py",
)
EQUIVALENTS = ROOT / "benchmarks" / "equivalents.yml"
#: Seconds of processor time a mutant has besides ten times those of its tests, and its memory.
SECONDS, MEMORY = 20, 6 << 30

SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
PAIRS = (("minimum", "maximum"), ("min", "max"), ("any", "all"), ("nanmin", "nanmax"))
RENAMED = {a: b for pair in PAIRS for a, b in (pair, pair[::-1])}


@dataclass(frozen=True)
class Mutant:
    """One place put wrong; the statement's lines say which tests reach it."""

    path: str
    function: str
    node: int  # the how-manieth of the tree
    lines: range


def change_at(node: ast.AST) -> Callable[[Any], Any] | None:
    """Give what is put wrong at a node, as a function that does it."""

    def change(**fields: Any) -> Callable[[Any], Any]:
        def apply(n: Any) -> Any:
            for name, value in fields.items():
                setattr(n, name, value)
            return n

        return apply

    match node:
        case ast.BinOp(op=op) | ast.BoolOp(op=op) if type(op) in SWAPPED:
            words = any(
                isinstance(n, ast.JoinedStr)
                or (isinstance(n, ast.Constant) and isinstance(n.value, str))
                for n in ast.walk(node)
            )
            text = words and isinstance(node, ast.BinOp)
            return None if text else change(op=SWAPPED[type(op)]())
        case ast.Compare(ops=[op]):
            return change(ops=[SWAPPED[type(op)]()])
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert()):
            return lambda n: n.operand
        case ast.Constant(value=bool(value)):
            return change(value=not value)
        case ast.Constant(value=int(value) | float(value)):
            return change(value=value + 1)
        case ast.Call(func=ast.Attribute(attr=name)) if name in RENAMED:
            return lambda n: change(attr=RENAMED[name])(n.func) and n
        case ast.Call(func=ast.Name(id=name)) if name in RENAMED:
            return lambda n: change(id=RENAMED[name])(n.func) and n
    return None


def reached(tree: ast.Module) -> Iterator[tuple[int, ast.AST, str, range]]:
    """Give the nodes of arithmetic with their number, function and statement's lines."""
    number = -1

    def walk(
        node: ast.AST, name: str, lines: range, idle: bool, shape: bool = False
    ) -> Iterator[Any]:
        nonlocal number
        number += 1
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            name = f"{name}.{node.name}".lstrip(".")
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = body[0].lineno if body else (node.end_lineno or node.lineno) + 1
            lines = range(node.lineno, max(last, node.lineno + 1))
        idle = idle or isinstance(node, (ast.Raise, ast.Import, ast.ImportFrom))
        idle = idle or (isinstance(node, ast.keyword) and node.arg in {"strict", "copy"})
        # of a shape any negative length is the one that NumPy works out
        shaped = isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "reshape"
        if not idle:
            yield number, node, name, lines
        for field, value in ast.iter_fields(node):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    asleep = field in {"annotation", "returns", "decorator_list"}
                    asleep = asleep or (shape and field == "operand")
                    yield from walk(child, name, lines, idle or asleep, shaped)

    yield from walk(tree, "", range(0), False)


def mutants_of(path: Path) -> list[Mutant]:
    """List all mutants of a module."""
    rel = path.relative_to(ROOT / "spi_core").as_posix()
    return [
        Mutant(rel, name, number, lines)
        for number, node, name, lines in reached(ast.parse(path.read_text(encoding="utf-8")))
        if change_at(node)
    ]


def mutated(mutant: Mutant) -> tuple[ast.Module, str, str]:
    """Give the module's tree with the place put wrong, and the line as it was and becomes."""
    tree = ast.parse((ROOT / "spi_core" / mutant.path).read_text(encoding="utf-8"))
    before = ast.unparse(tree).splitlines()
    target = next(node for number, node, *_ in reached(tree) if number == mutant.node)
    wrong = change_at(target)
    assert wrong

    class Put(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return wrong(node) if node is target else self.generic_visit(node)

    tree = ast.fix_missing_locations(Put().visit(tree))
    both = zip(before, ast.unparse(tree).splitlines(), strict=True)
    was, becomes = next((a.strip(), b.strip()) for a, b in both if a != b)
    return tree, was, becomes


# What Python and pytest call by these names is described by them.
class Instead(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Import one module from a tree instead of from its file."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = "spi_core." + mutant.path.removesuffix(".py").replace("/", ".")
        self.file, self.tree = str(ROOT / "spi_core" / mutant.path), mutated(mutant)[0]

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:  # noqa: D102
        if name == self.name:
            return importlib.util.spec_from_file_location(name, self.file, loader=self)
        return None

    def get_source(self, fullname: str) -> str:  # noqa: D102
        return Path(self.file).read_text(encoding="utf-8")

    def get_code(self, fullname: str) -> Any:  # noqa: D102
        return compile(self.tree, self.file, "exec")


class Reach:
    """A plugin of pytest that notes which lines of the core each test runs, and its seconds."""

    def __init__(self) -> None:
        self.lines: dict[str, set[tuple[str, int]]] = {}
        self.seconds: dict[str, float] = {}
        self.failed = 0
        self.above = {str(ROOT / "spi_core" / room) for room in ROOMS}

    def pytest_runtest_protocol(self, item: Any, nextitem: Any) -> None:  # noqa: D102
        found = self.lines.setdefault(item.nodeid, set())
        short: dict[str, str | None] = {}

        def line(frame: Any, event: str, arg: Any) -> Any:
            found.add((short[frame.f_code.co_filename], frame.f_lineno))  # type: ignore[arg-type]
            return line

        def call(frame: Any, event: str, arg: Any) -> Any:
            name = frame.f_code.co_filename
            if name not in short:
                inside = os.path.dirname(name) in self.above  # noqa: PTH120
                short[name] = str(Path(name).relative_to(ROOT / "spi_core")) if inside else None
            return line(frame, event, arg) if short[name] else None

        sys.settrace(call)

    def pytest_runtest_logreport(self, report: Any) -> None:  # noqa: D102
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        self.failed += report.failed
        if report.when == "teardown":
            sys.settrace(None)


class Pick:
    """A plugin of pytest that runs these tests alone, in this order."""

    def __init__(self, names: list[str]) -> None:
        self.order = {name: i for i, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:  # noqa: D102
        items[:] = sorted(
            (i for i in items if i.nodeid in self.order), key=lambda i: self.order[i.nodeid]
        )


def forked(work: Callable[[], Any], seconds: float) -> Any:
    """Do work in a child with a limit on time and memory; None if it dies of it."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        with contextlib.suppress(BaseException), open(write, "wb") as pipe:  # noqa: PTH123
            os.close(read)
            resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                found = work()
            pickle.dump(found, pipe)
        os._exit(0)
    os.close(write)
    with open(read, "rb") as pipe:  # noqa: PTH123
        content = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(content) if content else None


def tested(arguments: list[str], plugin: Any) -> int:
    import pytest

    quiet = ["-x", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=no", "-o", "addopts="]
    strict = ["--doctest-modules", "--import-mode=importlib"]
    return int(pytest.main([*quiet, *strict, *arguments], plugins=[plugin]))


def prepare() -> None:
    """Have every library at hand, the package itself not; let properties fail without searching."""
    from hypothesis import Phase, settings

    for path in sorted((ROOT / "spi_core").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if name.split(".")[1] in {*ROOMS, "build", "edition"}:
            importlib.import_module(name)
    for name in [n for n in sys.modules if n.split(".")[0] in {"spi_core", "tests"}]:
        del sys.modules[name]
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile(
        "mutants", phases=phases, derandomize=True, database=None, deadline=None
    )
    settings.load_profile("mutants")


def learn() -> Reach:
    """Run the tests on the sound core: what each reaches, and that all pass."""

    def run() -> Reach:
        reach = Reach()
        code = tested([str(t) for t in TESTS], reach)
        reach.failed = reach.failed or code
        return reach

    found: Reach | None = forked(run, 3600)
    if found is None or found.failed:
        raise SystemExit("the tests of the sound core fail: mutants would tell nothing")
    return found


def judged(mutant: Mutant, reach: Reach) -> str:
    """Run the tests that reach the place, quick ones first, then all that reach the module."""
    module = {n for n, at in reach.lines.items() if any(p == mutant.path for p, _ in at)}
    spots = {(mutant.path, line) for line in mutant.lines}
    near = {n for n in module if reach.lines[n] & spots}
    for names in (near, module - near):
        if not names:
            continue
        order = sorted(names, key=lambda n: reach.seconds[n])
        files = sorted({n.split("::")[0] for n in order})

        def run(order: list[str] = order, files: list[str] = files) -> int:
            sys.meta_path.insert(0, Instead(mutant))
            return tested(files, Pick(order))

        code = forked(run, SECONDS + 10 * sum(reach.seconds[n] for n in order))
        if code is None:
            return "killed by the limit"
        if code:
            return "killed"
    return "survived" if module else "not reached"


def mutation(mutants: int = 200, seed: int = 22, say: bool = False) -> pd.DataFrame:
    """Draw mutants and run the tests on each; one row a mutant."""
    os.chdir(ROOT)
    every = [
        m
        for room in ROOMS
        for path in sorted((ROOT / "spi_core" / room).glob("*.py"))
        for m in mutants_of(path)
    ]
    drawn = random.Random(seed).sample(every, min(mutants, len(every)))
    same = {(e["module"], e["was"], e["becomes"]) for e in equivalents()}
    prepare()
    reach = learn()
    rows = []
    for i, mutant in enumerate(drawn):
        start = time.perf_counter()
        key = (mutant.path, *mutated(mutant)[1:])
        found = "equivalent" if key in same else judged(mutant, reach)
        rows.append((*key, mutant.function, mutant.lines.start, found))
        if say:
            print(i + 1, *rows[-1], f"{time.perf_counter() - start:.1f}", sep=" | ", flush=True)
    columns = ["module", "was", "becomes", "function", "line", "found"]
    return pd.DataFrame(rows, columns=columns)


def equivalents() -> list[dict[str, str]]:
    """Read what means the same as the original, and why."""
    rows: list[dict[str, str]] = yaml.safe_load(EQUIVALENTS.read_text(encoding="utf-8")) or []
    return rows


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Count what became of the mutants."""
    real = found[found["found"] != "equivalent"]
    killed = real["found"].str.startswith("killed")
    count = found["found"].value_counts()
    share = f"{killed.sum()} of {len(real)}, {100 * killed.mean():.1f} %"
    return pd.DataFrame(
        [*((k, str(v)) for k, v in count.items()), ("killed, equivalents aside", share)],
        columns=["mutants", "how many"],
    )


def main() -> None:
    """Print what became of the mutants, and each that no test noticed."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--seed", type=int, default=22)
    asked.add_argument("--mutants", type=int, default=200)
    asked.add_argument("--say", action="store_true", help="a line a mutant, as it is found")
    given, _ = asked.parse_known_args()
    found = mutation(given.mutants, given.seed, given.say)
    print(f"\nMutants of method/ and uncertainty/, seed {given.seed}: at least 95 % killed")
    print(summary(found).to_string(index=False))
    left = found[found["found"].isin(["survived", "not reached"])]
    if len(left):
        print(left.to_string(index=False))


if __name__ == "__main__":
    main()
