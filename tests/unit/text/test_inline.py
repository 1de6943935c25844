"""Inline expressions in a Jupyter kernel: what Quarto reads off the results it is given."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from spi_core.publish.render.execute import inline_text as built_in
from spi_core.text.inline import NOTHING, answer_in_kernel
from spi_core.text.seal import seal


def quarto(result: dict[str, Any]) -> str | None:
    """Read a result as Quarto does (jupyter-inline.ts): Markdown first; no text is no result."""
    data = result["data"]
    return str(data.get("text/markdown", data.get("text/plain"))) or None


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Any:
    shell = InteractiveShell()
    shell.kernel = object()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    answer_in_kernel()
    answer_in_kernel()

    def asked(value: object) -> dict[str, Any]:
        shell.user_ns["value"] = value
        return dict(shell.user_expressions({"0": "value"})["0"])

    return asked


@pytest.mark.parametrize(
    "value",
    ["a*b", 'it\'s "quoted"', "1\u00a0000", "C:\\new", seal("<b>*x*")],
)
def test_text_is_what_the_built_in_engine_makes_of_it(ask: Any, value: str) -> None:
    assert quarto(ask(value)) == built_in({}, value)


def test_what_gives_nothing_leaves_nothing(ask: Any) -> None:
    class Empty:
        def _repr_markdown_(self) -> str:
            return ""

    assert quarto(ask("")) == quarto(ask(Empty())) == NOTHING


@pytest.mark.parametrize("value", [0, 3, 1.5, None, [1, "a"]])
def test_other_values_stay(ask: Any, value: object) -> None:
    assert quarto(ask(value)) == repr(value)


def test_an_error_stays_an_error(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = sys.modules["IPython"].get_ipython()
    assert shell.user_expressions({"0": "nobody"})["0"]["status"] == "error"


def test_the_built_in_engine_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = InteractiveShell()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    answer_in_kernel()
    assert "user_expressions" not in vars(shell)
