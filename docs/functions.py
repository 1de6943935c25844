"""The pages of functions: what quartodoc makes of the docstrings of six rooms."""

from pathlib import Path

from plum import dispatch
from quartodoc import Builder, MdRenderer
from quartodoc._griffe_compat import docstrings
from quartodoc.renderers.md_renderer import ParamRow

PACKAGE = Path(__file__).resolve().parents[1] / "spi_core"
#: Whose functions a reviewer, or another tool, may want to call.
ROOMS = ("edition", "method", "uncertainty", "impact", "disclosure", "action")


class Pages(MdRenderer):
    """quartodoc's own, which knows no section of yields."""

    style = "pages"

    @dispatch
    def render(self, el: docstrings.DocstringSectionYields):  # type: ignore[no-untyped-def]
        """Write it as results are written."""
        rows = [
            ParamRow(y.name, y.description, annotation=self.render_annotation(y.annotation))
            for y in el.value
        ]
        return self._render_table(rows, ["Name", "Type", "Description"], "returns")


def write(folder: Path) -> None:
    """Write a page a module, and their list.

    Parameters
    ----------
    folder : Path
        Where they shall stand.
    """
    sections = []
    for room in ROOMS:
        files = [p for p in sorted((PACKAGE / room).rglob("*.py")) if p.name != "__init__.py"]
        names = [".".join(p.relative_to(PACKAGE).with_suffix("").parts) for p in files]
        sections.append({"title": room.capitalize(), "contents": [{"name": n} for n in names]})
    said = {"package": "spi_core", "parser": "numpy", "title": "Functions", "sections": sections}
    where = {"dir": str(folder), "out_index": "index.qmd", "renderer": Pages()}
    Builder.from_quarto_config({"quartodoc": {**said, **where}}).build()
    index = folder / "index.qmd"  # a table without a header row is read aloud as one of nothing
    text = index.read_text("utf-8").replace("| | |\n", "| module | holds |\n")
    index.write_text(text, encoding="utf-8", newline="\n")
