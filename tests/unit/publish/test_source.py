"""Reading Quarto documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from spi_core.errors import RenderError
from spi_core.publish.render.source import read_document


def read(folder: Path, text: str) -> list[tuple[str, str]]:
    path = folder / "document.qmd"
    path.write_text(text, encoding="utf-8")
    return [(cell.kind, cell.source) for cell in read_document(path).cells]


def test_header_cells_and_options(tmp_path: Path) -> None:
    path = tmp_path / "document.qmd"
    path.write_text(
        "---\ntitle: A\n---\n\nText\n\n```{python}\n#| label: one\n#| tags: [parameters]\n"
        "#| fig-cap:\n#|   - first\n#|   - second\nx = 1\n```\n",
        encoding="utf-8",
    )
    document = read_document(path)
    assert document.metadata == {"title": "A"}
    text, code = document.cells
    assert text.source == "Text"
    assert code.source == "x = 1"
    assert code.options["fig-cap"] == ["first", "second"]
    assert code.is_parameters
    assert code.name == "cell 'one'"
    assert (code.number, code.line) == (1, 13)


def test_raw_and_classed_blocks_stay_markdown(tmp_path: Path) -> None:
    blocks = '```{=html}\n<p>\n```\n\n```{.python filename="a.py"}\n1\n```\n\n```python\n2\n```'
    assert {kind for kind, _ in read(tmp_path, blocks)} == {"markdown"}


def test_a_cell_shown_with_doubled_braces_loses_them_as_in_quarto(tmp_path: Path) -> None:
    text = "````markdown\n```{{python}}\n1 / 0\n```\n````"
    assert read(tmp_path, text) == [("markdown", text.replace("{{python}}", "{python}"))]


def test_a_fence_inside_a_longer_one_is_shown(tmp_path: Path) -> None:
    shown = "````markdown\n```{python}\n1 / 0\n```\n\n\ntwo blank lines above\n````"
    assert read(tmp_path, shown + "\n\n```{python}\n2\n```\n") == [
        ("markdown", shown),
        ("code", "2"),
    ]


def test_included_files_keep_their_line_numbers(tmp_path: Path) -> None:
    (tmp_path / "_part.qmd").write_text("Part\n\n```{python}\nx\n```\n", encoding="utf-8")
    path = tmp_path / "document.qmd"
    path.write_text("Before\n\n{{< include _part.qmd >}}\n\n```{python}\ny\n```\n", "utf-8")
    cells = [cell for cell in read_document(path).cells if cell.kind == "code"]
    assert [(cell.file.name, cell.line) for cell in cells] == [
        ("_part.qmd", 4),
        ("document.qmd", 6),
    ]


def test_a_file_that_includes_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="includes itself"):
        read(tmp_path, "{{< include document.qmd >}}\n")


def test_html_tables_in_the_text_become_raw_blocks_once(tmp_path: Path) -> None:
    table = "<table>\n<tr><td>1</td></tr>\n</table>"
    ((_, plain),) = read(tmp_path, f"Text\n\n{table}\n")
    assert plain == f"Text\n\n```{{=html}}\n{table}\n```"
    ((_, fenced),) = read(tmp_path, f"```{{=html}}\n{table}\n```\n")
    assert fenced.count("```") == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```{julia}\n1\n```", "line 1: cells in 'julia'"),
        ("```{python}\n#| label: [\n1\n```", "is not valid YAML"),
        ("```{python}\n#| just words\n1\n```", "'name: value'"),
        ("---\ntitle: [\n---\n\nText", "header, row 3: is not valid YAML"),
        ("```{{python}}\n1\n```", "is not supported"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RenderError, match=message):
        read(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"absent\.qmd"):
        read_document(tmp_path / "absent.qmd")


def test_an_unknown_shortcode_is_named_with_its_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "_part.qmd").write_text("Part\n\nText {{< vidoe x >}}.\n", encoding="utf-8")
    with pytest.raises(RenderError, match=r"_part\.qmd, line 3: unknown shortcode \{\{< vidoe >"):
        read(tmp_path, "Before\n\n{{< include _part.qmd >}}\n")


def test_an_include_within_a_line_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"line 1: .* must stand on a line of its own"):
        read(tmp_path, "Text {{< include _part.qmd >}}\n")


@pytest.mark.parametrize(
    "text",
    [
        "Escaped: {{{< vidoe >}}}",
        "In a code span: `{{< vidoe >}}`",
        "```\n{{< vidoe >}}\n```",
        "```{python}\nx = '{{< vidoe >}}'\n```",
        "Known: {{< meta title >}}\n\n{{< pagebreak >}}",
    ],
)
def test_what_is_no_unknown_shortcode_is_left_alone(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text + "\n")


def test_option_lines_are_kept_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "document.qmd"
    path.write_text("```{python}\n#| label: one\n#| echo: false\nx = 1\n```\n", encoding="utf-8")
    (cell,) = read_document(path).cells
    assert (cell.header, cell.source) == ("#| label: one\n#| echo: false", "x = 1")


def test_a_document_names_the_files_it_is_made_of(tmp_path: Path) -> None:
    (tmp_path / "_part.qmd").write_text("Part\n", encoding="utf-8")
    path = tmp_path / "document.qmd"
    path.write_text("Before\n\n{{< include _part.qmd >}}\n", encoding="utf-8")
    assert read_document(path).files == (path.resolve(), (tmp_path / "_part.qmd").resolve())
