"""Running cells and writing what they show."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from spi_core.errors import RenderError
from spi_core.publish.render.assemble import assemble
from spi_core.publish.render.execute import execute
from spi_core.publish.render.source import read_document


def run(folder: Path, text: str, **parameters: object) -> str:
    """Execute a document and return its Markdown."""
    path = folder / "document.qmd"
    path.write_text(text, encoding="utf-8")
    cells = execute(read_document(path), {"echo": False}, parameters, folder, {"SPI_TABLES": "/t"})
    return assemble(cells, folder)


def cell(code: str) -> str:
    return f"```{{python}}\n{code}\n```\n\n"


PARAMETERS = cell("#| tags: [parameters]\narea = 'none'\nyear: int = 2013")


def test_parameters_replace_the_defaults_and_no_more(tmp_path: Path) -> None:
    text = PARAMETERS + cell("print(area, year)")
    assert "none 2013" in run(tmp_path, text)
    assert "E05 2013" in run(tmp_path, text, area="E05")


def test_an_unknown_parameter_names_those_allowed(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="unknown parameter 'ward'; allowed: area, year"):
        run(tmp_path, PARAMETERS, ward="E05")
    with pytest.raises(RenderError, match="no cell is tagged 'parameters'"):
        run(tmp_path, "Text", ward="E05")


def test_folder_and_environment_are_set_and_set_back(tmp_path: Path) -> None:
    before = (Path.cwd(), dict(os.environ), list(sys.path), sys.stdout, sys.modules["__main__"])
    text = cell("import os\nprint(os.getcwd(), os.environ['SPI_TABLES'], __name__)")
    assert f"{tmp_path.resolve()} /t __main__" in run(tmp_path, text)
    after = (Path.cwd(), dict(os.environ), list(sys.path), sys.stdout, sys.modules["__main__"])
    assert after == before


def test_outputs_keep_their_order(tmp_path: Path) -> None:
    text = cell(
        "from IPython.display import Markdown, display\n"
        "print('first')\ndisplay(Markdown('*second*'))\nprint('third')\n'fourth'"
    )
    shown = run(tmp_path, text)
    places = [shown.index(word) for word in ("first", "*second*", "third", "'fourth'")]
    assert places == sorted(places)


def test_a_semicolon_silences_the_last_value(tmp_path: Path) -> None:
    assert run(tmp_path, cell("41 + 1;")).strip() == ""


def test_charts_are_the_same_bytes_each_time(tmp_path: Path) -> None:
    text = cell(
        '#| label: fig-a\n#| fig-alt: "A line."\nimport matplotlib.pyplot as plt\n'
        "plt.figure()\nplt.plot([1, 2], label='x')\nplt.legend();"
    )
    assert '{fig-alt="A line."}' in run(tmp_path, text)
    first = (tmp_path / "fig-a-1.svg").read_bytes()
    run(tmp_path, text)
    assert (tmp_path / "fig-a-1.svg").read_bytes() == first
    assert b"<dc:date>" not in first
    assert b"<text" not in first


def test_a_chart_without_alt_text_is_refused(tmp_path: Path) -> None:
    code = "#| label: fig-a\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    with pytest.raises(RenderError, match=r"document.qmd, cell 'fig-a'.* alt text"):
        run(tmp_path, cell(code))


def test_alt_text_with_quotes_survives(tmp_path: Path) -> None:
    code = "#| fig-alt: 'The \"worst\" ward'\nimport matplotlib.pyplot as plt\nplt.plot([1]);"
    assert r'fig-alt="The \"worst\" ward"' in run(tmp_path, cell(code))


def test_several_figures_take_their_captions_in_order(tmp_path: Path) -> None:
    code = (
        "#| fig-cap: [One, Two]\n#| fig-alt: [First, Second]\n"
        "import matplotlib.pyplot as plt\nfor _ in range(2):\n    plt.subplots()\n"
    )
    shown = run(tmp_path, cell(code))
    assert shown.index("First") < shown.index("One") < shown.index("Second") < shown.index("Two")
    with pytest.raises(RenderError, match="one label, but several figures"):
        run(tmp_path, cell("#| label: fig-a\n" + code))


@pytest.mark.filterwarnings("ignore:To exit")
@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("x = 1\nx / 0", ["cell 1", "line 3", "ZeroDivisionError"]),
        ("#| label: broken\nx = (", ["cell 'broken'", "line 3", "SyntaxError"]),
        ("import sys\nsys.exit(3)", ["cell 1", "line 3", "SystemExit"]),
        ("def f():\n    raise KeyError('deep')\n\nf()", ["line 3", "KeyError", "deep"]),
    ],
)
def test_a_failing_cell_is_named(tmp_path: Path, code: str, parts: list[str]) -> None:
    with pytest.raises(RenderError) as caught:
        run(tmp_path, cell(code))
    for part in ["document.qmd", *parts]:
        assert part in str(caught.value)


def test_a_failing_inline_expression_is_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"inline expression `nothing`.*NameError"):
        run(tmp_path, cell("x = 1") + "Value `{python} nothing`.")


def test_inline_values_see_the_cells_before_them(tmp_path: Path) -> None:
    text = cell("x = 1") + "`{python} x` " + "\n\n" + cell("x = 2") + "`{python} x`"
    assert run(tmp_path, text).split() == ["1", "2"]
