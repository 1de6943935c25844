"""The pages of the reference, from what they describe; `make docs` runs this.

`commands.md`, `inputs.md` and `tables.md` are small and the same on every machine: they are
committed, so that they can be read without any tool, and a test compares them. The pages of
functions are what quartodoc makes of the docstrings of six rooms: much text that would change with
every commit, so that Git ignores it.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
import yaml
from typer.testing import CliRunner

from spi_core.cli import app
from spi_core.files import scratch_folder, write_bytes
from spi_core.publish.render.convert import to_html
from spi_core.publish.render.quarto import find_quarto
from spi_core.tables import describe

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
#: Settings that are files of YAML or JSON, and where their schema stands.
SETTINGS = {
    "edition.yml": "edition/edition.schema.json",
    "interventions.yml": "edition/interventions/interventions.schema.json",
    "series.yml": "edition/interventions/series.schema.json",
    "sources/*.yml": "sources/fetch/mapping.schema.json",
}
_HEAD = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_TITLE = re.compile(r"^# (.*)$", re.MULTILINE)
#: From one page to another.
_LINK = re.compile(r"(\]\([^):#]+)\.q?md(#[^)]*)?\)")
MADE = "<!-- made by docs/make.py: edit what it is made from -->\n"


def committed() -> dict[Path, str]:
    """Write the pages that are kept in the repository."""
    return {
        DOCS / "tables.md": describe(),
        DOCS / "reference" / "commands.md": commands(),
        DOCS / "reference" / "inputs.md": inputs(),
    }


def commands() -> str:
    """Every command, as the parser itself explains it."""
    lines = ["# Commands", "", MADE, "Exit codes: 0 done, 1 failed, 2 bad input, 130 stopped."]
    for words in _each(typer.main.get_command(app), ()):
        ran = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "100", "LINES": "50"})
        said = re.sub(r"^Usage: \S+", "spi", ran.output.strip())
        lines += ["", f"## spi {' '.join(words)}", "", "```", said, "```"]
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()) + "\n"


def _each(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    below = getattr(command, "commands", None)
    if below is None:
        yield words
    for word, inner in (below or {}).items():
        yield from _each(inner, (*words, word))


def inputs() -> str:
    """Every file of an edition, from the schemas that `spi check` reads it by."""
    said = yaml.safe_load((ROOT / "spi_core/edition/readers/inputs.yml").read_text("utf-8"))
    lines = ["# Input files", "", MADE]
    lines += [
        "What `spi check` asks of each file of `data/<edition>/`; what they are for: "
        "[your own data](../your-own-data.md).",
        "",
        "## Tables",
        "",
        "CSV or Excel. A table that may be in several files is a folder of its name.",
        "",
    ]
    lines += [f"- *{look}*: {words}" for look, (_, words) in said["looks"].items()]
    for name, table in said["tables"].items():
        key = ", ".join(f"`{column}`" for column in table.get("key", ()))
        lines += ["", f"### {name}", "", f"One row by {key}." if key else "", ""]
        lines += ["| column | cell | may be left out |", "|---|---|---|"]
        for column, cell in table["columns"].items():
            words = ", ".join(map(str, cell)) if isinstance(cell, list) else str(cell)
            left = "yes" if column in table.get("optional", ()) else ""
            lines.append(f"| `{column}` | {_cell(words)} | {left} |")
    for file, place in SETTINGS.items():
        schema = json.loads((ROOT / "spi_core" / place).read_text("utf-8"))
        lines += ["", f"## {file}", "", "| key | value | needed |", "|---|---|---|"]
        lines += _keys(schema, schema, "")
    return "\n".join(lines) + "\n"


def _keys(schema: dict[str, Any], whole: dict[str, Any], above: str) -> Iterator[str]:
    """One line a key, those within it behind."""
    for name, part in schema.get("properties", {}).items():
        part, key = _meant(part, whole), f"{above}{name}"
        needed = "yes" if name in schema.get("required", ()) else ""
        yield f"| `{key}` | {_cell(_value(part, whole))} | {needed} |"
        inner = _meant(part.get("items", {}), whole)
        yield from _keys(part, whole, f"{key}.")
        yield from _keys(inner, whole, f"{key}[].")


def _meant(part: Any, whole: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to its schema."""
    if not isinstance(part, dict):
        return {}
    if "$ref" not in part:
        return part
    found: Any = whole
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return {**found, **{k: v for k, v in part.items() if k != "$ref"}}


def _value(part: dict[str, Any], whole: dict[str, Any]) -> str:
    """Say in words what a key may hold."""
    choices = [_meant(c, whole) for word in ("oneOf", "anyOf") for c in part.get(word, ())]
    if "enum" in part:
        words = ", ".join(map(str, part["enum"]))
    elif "const" in part:
        words = str(part["const"])
    elif choices:
        words = " or ".join(dict.fromkeys(_value(choice, whole) for choice in choices))
    elif part.get("type") == "array":
        items = _meant(part.get("items", {}), whole)
        words = f"list of {_value(items, whole)}" if items else "list"
    else:
        kinds = part.get("type", "text")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        plain = {"string": "text", "object": "keys", "boolean": "true or false"}
        words = " or ".join(plain.get(kind, kind) for kind in kinds)
    limits = {"minimum": "from", "maximum": "to", "exclusiveMinimum": "above", "pattern": "like"}
    words += "".join(f" {said} `{part[word]}`" for word, said in limits.items() if word in part)
    return f"{words}. {part['description']}" if "description" in part else words


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def pages() -> list[Path]:
    """List what Quarto would make pages of."""
    return sorted({*DOCS.rglob("*.md"), *DOCS.rglob("*.qmd")})


def render(sources: list[Path], folder: Path) -> list[Path]:
    """Render pages with the built-in engine, where Quarto would have them; return the files."""
    made = []
    for source in sources:
        whole = source.read_text("utf-8")
        head = _HEAD.match(whole)
        text = _LINK.sub(r"\1.html\2)", _HEAD.sub("", whole, count=1))
        title = _TITLE.search(text)
        named = yaml.safe_load(head[1]).get("title") if head else None
        top = "../" * (len(source.relative_to(DOCS).parts) - 1)
        nav = [{"href": f"{top}index.html", "title": "Documentation"}]
        if (DOCS / "reference" / "index.qmd").exists():
            nav.append({"href": f"{top}reference/index.html", "title": "Functions"})
        said = {
            "title": named or (re.sub(r"\s*\{.*\}$|`", "", title[1]) if title else source.stem),
            "lang": "en-GB",
            "toc": "\n## " in text,
            "toc-depth": 2,
            "nav": nav,
        }
        target = folder / source.relative_to(DOCS).with_suffix(".html")
        with scratch_folder() as scratch:
            write_bytes(target, to_html(_TITLE.sub("", text, count=1), said, scratch, source))
        made.append(target)
    return made


def main() -> int:
    """Write all pages."""
    for path, text in committed().items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    if find_spec("quartodoc") is None:
        print(
            "no pages of functions: quartodoc is not installed (it is in requirements.lock)",
            file=sys.stderr,
        )
    else:
        from functions import write  # beside this file; quartodoc is no part of the package

        write(DOCS / "reference")
    quarto = find_quarto()
    if quarto is None or not quarto.is_recent:
        print(
            f"{len(render(pages(), ROOT / '_site' / 'docs'))} pages in _site/docs, without Quarto"
        )
        return 0
    variables = {**os.environ, "QUARTO_PYTHON": sys.executable}
    return subprocess.run([quarto.path, "render", "docs"], cwd=ROOT, env=variables).returncode


if __name__ == "__main__":
    sys.exit(main())
