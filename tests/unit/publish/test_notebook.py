"""The executed notebook: valid, whole, marked, the same bytes, and it runs again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from spi_core.publish.render.engine import render_document
from spi_core.publish.render.job import RenderJob

TEXT = """---
title: Ward brief
lang: en-GB
---

```{python}
#| tags: [parameters]
area = "E05000000"
year = 2013
```

```{python}
#| include: false
from pathlib import Path

secret = "hidden in the report"
print(secret)
```

## Score of `{python} area` {#sec-score}

::: {.callout-note title="Mind"}
Only [small]{.smaller} words.
:::

```{=typst}
#set text(size: 8pt)
```

{{< pagebreak >}}

```{python}
#| output: asis
Path("_figures").mkdir(exist_ok=True)
for name in ("a", "a-narrow"):
    Path(f"_figures/{name}.svg").write_text(f"<svg id='{name}'/>")
print("Before.\\n\\n::: {.wide-only}")
print("![A **caption**](_figures/a.svg){#fig-a fig-alt=\\"A line.\\"}\\n:::")
print("\\n::: {.narrow-only}\\n![](_figures/a-narrow.svg){fig-alt=\\"A line.\\"}\\n:::\\n\\nAfter.")
print("\\n| A |\\n|---|\\n| 1 |\\n\\n: Scores {#tbl-scores}")
```

```{python}
#| eval: false
1 / 0
```

```{python}
#| fig-alt: "A chart."
import matplotlib.pyplot as plt
plt.figure(); plt.plot([1, 2]);
```

```{python}
object
```
"""


def notebook(folder: Path, **more: Any) -> tuple[Any, bytes]:
    source = folder / "ward-brief.qmd"
    source.write_text(TEXT, encoding="utf-8")
    parameters = {"area": 'E05"26', "year": 2014}
    job = RenderJob(source, folder / "out", ("ipynb",), parameters, **more)
    result = render_document(job)
    assert result.error is None
    content = result.outputs[0].read_bytes()
    return nbformat.reads(content.decode("utf-8"), as_version=4), content


def outputs(cell: Any, kind: str) -> list[str]:
    return [o.data[kind] for o in cell.outputs if kind in o.get("data", {})]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return notebook(
        tmp_path_factory.mktemp("notebook"),
        metadata={"title": "Abbey", "mark": "Illustrative data", "footer": "Data version abc"},
    )[0]


def test_it_is_valid_and_names_its_kernel(made: Any) -> None:
    nbformat.validate(made)
    assert made.metadata.kernelspec.name == "python3"
    assert (made.nbformat, made.nbformat_minor) >= (4, 5)
    assert "execution" not in str([cell.metadata for cell in made.cells]), "times of the run"


def test_mark_title_and_version_stand_at_the_top(made: Any) -> None:
    first = made.cells[0].source
    assert first.startswith("> **Illustrative data**\n\n# Abbey\n")
    assert "Data version abc" in first
    assert made.metadata.mark == "Illustrative data"


def test_parameters_are_injected_as_papermill_does(made: Any) -> None:
    tags = [cell.metadata.get("tags") for cell in made.cells]
    at = tags.index(["parameters"])
    assert tags[at + 1] == ["injected-parameters"]
    assert 'area = "E05000000"' in made.cells[at].source
    given: dict[str, object] = {}
    exec(made.cells[at + 1].source, given)
    assert (given["area"], given["year"]) == ('E05"26', 2014)
    assert made.metadata.papermill.parameters == {"area": 'E05"26', "year": 2014}


def test_every_cell_is_there_with_its_options_and_outputs(made: Any) -> None:
    codes = [cell for cell in made.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in codes] == list(range(1, len(codes) + 1))
    hidden = codes[2]
    assert hidden.source.startswith("#| include: false\n")
    assert hidden.outputs[0].text == "hidden in the report\n"
    assert "1 / 0" not in "".join(cell.source for cell in codes)
    (shown,) = [cell for cell in made.cells if "1 / 0" in cell.source]
    assert shown.source == "```python\n1 / 0\n```"
    assert outputs(codes[-2], "image/svg+xml")[0].startswith("<?xml")
    assert " at 0x" not in str(codes[-1].outputs)


def test_words_of_the_layout_are_left_out(made: Any) -> None:
    text = "\n".join(cell.source for cell in made.cells if cell.cell_type == "markdown")
    assert '## Score of E05"26' in text
    assert "**Mind**\n\nOnly small words." in text
    for mark in (":::", "{{<", "{#sec", "#set text", "{=typst}"):
        assert mark not in text


def test_figures_of_files_are_embedded_with_their_words(made: Any) -> None:
    (cell,) = [c for c in made.cells if "_figures/{name}.svg" in c.source]
    (picture,) = outputs(cell, "image/svg+xml")
    assert "id='a'" in picture, "the one for phones is left out"
    assert "A line." in outputs(cell, "text/plain")
    markdown = outputs(cell, "text/markdown")
    assert markdown[:2] == ["Before.\n", "A **caption**"]
    assert markdown[2].endswith("*Scores*\n")
    assert "_figures/" not in "".join(markdown)


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    assert notebook(tmp_path)[1] == notebook(tmp_path)[1]


def test_without_a_mark_there_is_none(tmp_path: Path) -> None:
    made, _ = notebook(tmp_path)
    assert made.cells[0].source.startswith("# Ward brief\n")
    assert "mark" not in made.metadata


def test_it_runs_again_in_a_fresh_kernel(made: Any, tmp_path: Path) -> None:
    again = nbformat.from_dict(made)
    nbclient.NotebookClient(
        again, timeout=120, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    printed = [o.text for c in again.cells for o in c.get("outputs", []) if "text" in o]
    assert "hidden in the report\n" in printed
    assert (tmp_path / "_figures" / "a.svg").is_file()
