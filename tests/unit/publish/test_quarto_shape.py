"""The theme inside a template of Quarto's order, round Typst of the shape that Quarto writes.

Quarto puts its definitions first, then ``typst-template.typ``, then what include-in-header brings,
then the page, then ``typst-show.typ``. Its figures are of kinds of their own that Typst numbers and
refers to; its section numbers and equations are Typst's too. This runs without Quarto.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pypandoc
import pytest
import typst

from spi_core.present.base.fonts import fonts_dir, theme_dir
from tests.support.editions import ROOT
from tests.support.pdf_checks import element_types, page_texts, pdf_faults

TEMPLATE = """
#let horizontalrule = line(start: (25%, 0%), end: (75%, 0%))
#let equation-numbering = "(1)"
#let callout(body: [], title: "", icon: none) = block(stroke: 0.5pt, inset: 8pt, title + body)

$typst-template.typ()$

$for(header-includes)$
$header-includes$
$endfor$

#set page(paper: "us-letter", margin: (x: 1.25in, y: 1.25in), numbering: "1")

$typst-show.typ()$

$body$
"""

BODY = r"""
== Where things are <sec-where>

See #ref(<fig-box>, supplement: [Figure]), #ref(<tbl-scores>, supplement: [Table]),
#ref(<eq-score>, supplement: [Equation]) and #ref(<sec-deep>, supplement: [Section]).

#lead[
A sentence to remember.
]

#figure([
#box(image("box.svg", alt: "A blue box."))
], caption: figure.caption(
position: bottom,
[
The box
]),
kind: "quarto-float-fig",
supplement: "Figure",
)
<fig-box>

=== Further down <sec-deep>

#figure([
#table(
  columns: 2,
  table.header([Ward], [Score],),
  table.hline(),
  [Abbey], [48],
)
], caption: figure.caption(
position: top,
[
Scores by hand
]),
kind: "quarto-float-tbl",
supplement: "Table",
)
<tbl-scores>

#math.equation(
  block: true, numbering: equation-numbering, alt: "S is x over y", [ $ S = x / y $ ])<eq-score>

#callout(body: [Nought is the worst.], title: [Note])
"""

METADATA = {
    "title": "Methods",
    "lang": "en-GB",
    "kicker": "For reviewers",
    "by-author": [{"name": {"literal": "Insight team"}}],
    "date": "1 March 2015",
    "mark": "Illustrative data",
    "footer": "Version 1",
    "toc": True,
    "toc-depth": 2,
    "section-numbering": "1.1.a",
}


def shape(folder: Path, body: str) -> Path:
    # every partial of the project file is put beside the template, as Quarto does
    for name in ("blocks.typ", "typst-template.typ", "typst-show.typ"):
        shutil.copy(theme_dir() / name, folder / name)
    shutil.copy(ROOT / "tests" / "corpus" / "box.svg", folder)
    (folder / "template.typ").write_text(TEMPLATE, encoding="utf-8")
    (folder / "metadata.json").write_text(json.dumps(METADATA), encoding="utf-8")
    text = subprocess.run(
        [
            *(pypandoc.get_pandoc_path(), "--to=typst", "--template=template.typ", "--standalone"),
            *("--metadata-file=metadata.json", "--variable=toc-depth:2", "--variable=toc:true"),
        ],
        input=f"```{{=typst}}\n{body}\n```\n".encode(),
        capture_output=True,
        cwd=folder,
        check=True,
    ).stdout
    (folder / "document.typ").write_bytes(text)
    typst.compile(
        str(folder / "document.typ"),
        output=str(folder / "document.pdf"),
        font_paths=[str(fonts_dir())],
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
    )
    return folder / "document.pdf"


@pytest.fixture(scope="module")
def shaped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shape(tmp_path_factory.mktemp("shape"), BODY)


def test_the_theme_compiles_in_quartos_order_and_is_accessible(shaped: Path) -> None:
    assert pdf_faults(shaped) == []
    headings = [name for name in element_types(shaped) if name in {"H1", "H2", "H3"}]
    assert headings == ["H1", "H2", "H2", "H3"]  # title, contents, section, subsection


def test_quartos_captions_and_references_are_numbered(shaped: Path) -> None:
    text = " ".join(" ".join(page_texts(shaped)).split()).replace("\u00a0", " ")
    for part in (
        "See Figure 1, Table 1, Equation 1 and Section 1.1.",
        "Figure 1: The box",
        "Table 1: Scores by hand",
        "1 Where things are",
        "1.1 Further down",
        "A sentence to remember.",
    ):
        assert part in text


OWN_RULES = re.compile(r"^```\{=typst\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OWN = {
    path.stem: rules
    for path in (ROOT / "notebooks").glob("*.qmd")
    if (rules := "\n".join(OWN_RULES.findall(path.read_text(encoding="utf-8"))))
}


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_notebooks_own_rules_leave_quartos_captions_their_numbers(
    tmp_path: Path, name: str
) -> None:
    text = " ".join(page_texts(shape(tmp_path, OWN[name] + BODY))).replace("\u00a0", " ")
    assert "Figure 1: The box" in text
    assert "Table 1: Scores by hand" in text


def test_a_table_of_many_columns_is_set_small_in_both_engines(tmp_path: Path) -> None:
    for columns, small in ((7, False), (8, True)):
        table = "|" + "a|" * columns + "\n|" + "-|" * columns + "\n|" + "1|" * columns + "\n"
        assert ("#many-columns[" in filtered(table, tmp_path, "layout.lua")) == small


def test_a_caption_without_a_label_is_printed_by_quarto_too(tmp_path: Path) -> None:
    """It would leave it out; `quarto` is a global of its filters."""
    within = tmp_path / "within.lua"
    layout = (theme_dir() / "layout.lua").as_posix()
    within.write_text(f"quarto = {{}}\nreturn dofile('{layout}')\n", encoding="utf-8")
    text = filtered("|a|\n|-|\n|1|\n\n: Said *once*\n", tmp_path, str(within))
    assert text.count("Said #emph[once]") == 1
    assert "#figure(kind: table, caption: [Said #emph[once]])[" in text


def test_mark_and_foot_are_on_the_page(shaped: Path) -> None:
    for text in page_texts(shaped):
        assert "Illustrative data" in text
        assert "Version 1" in text
        assert "page 1 of 1" in text


def test_formulas_without_a_label_get_words(tmp_path: Path) -> None:
    markdown = 'Inline $p_i$.\n\n$$\nS = \\frac{x}{y}\n$$\n\n$$\na\n$$ {#eq-a alt="A"}\n'
    text = subprocess.run(
        [pypandoc.get_pandoc_path(), "--to=typst", f"--lua-filter={theme_dir() / 'classes.lua'}"],
        input=markdown.encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert '#[#set math.equation(alt: "p_i"); $p_i$]' in text
    assert 'alt: " S = \\\\frac{x}{y} "' in text
    assert text.count("#set math.equation") == 2  # a labelled one is Quarto's to describe


# Filters of the user run before Quarto lays out columns, where each block of a Div is a cell.
CELLS = """
local function check(el)
  for name in pairs(el.attributes) do
    if name:find("^layout") then
      for _, block in ipairs(el.content) do
        local text = pandoc.write(pandoc.Pandoc({ block }), "typst")
        local _, opened = text:gsub("%[", "")
        local _, closed = text:gsub("%]", "")
        if opened ~= closed then error("a cell of its own: " .. text) end
      end
    end
  end
end
return { { Div = check } }
"""
COLUMNS = """
::: {layout-nrow="1"}
::: {.lead}
Left
:::

:::: {.wrap}
::: {.panel .keep}
Right
:::
::::
:::
"""


def filtered(markdown: str, folder: Path, *filters: str, to: str = "typst") -> str:
    (folder / "cells.lua").write_text(CELLS, encoding="utf-8")
    paths = [theme_dir() / name if name != "cells.lua" else folder / name for name in filters]
    return subprocess.run(
        [pypandoc.get_pandoc_path(), f"--to={to}", *(f"--lua-filter={path}" for path in paths)],
        input=markdown.encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()


def test_what_stands_in_columns_is_one_block_for_quarto(tmp_path: Path) -> None:
    text = filtered(COLUMNS, tmp_path, "classes.lua", "cells.lua")
    for call in ("#lead[", "#panel[", "#keep["):
        assert text.count(call) == 1


@pytest.mark.parametrize("to", ["typst", "html"])
@pytest.mark.parametrize("asked", ['layout-ncol="2"', 'layout="[[3,1]]"'])
def test_columns_are_the_same_in_cells_of_quarto_as_without(
    tmp_path: Path, asked: str, to: str
) -> None:
    """Quarto leaves what a cell shows in Divs of the cell; the built-in engine has none left."""
    bare = f"::: {{{asked}}}\n::: {{.lead}}\nLeft\n:::\n\nRight\n:::\n"
    cell = "::::: {.cell}\n:::: {.cell-output .cell-output-display}\nRight\n::::\n:::::\n"
    plain, quarto = (
        filtered(text, tmp_path, "layout.lua", "classes.lua", "cells.lua", to=to)
        for text in (bare, bare.replace("Right\n", cell))
    )
    assert quarto == plain
    assert ("grid(" if to == "typst" else 'class="layout"') in plain
