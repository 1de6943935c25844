"""An IPython shell that keeps what cells show, instead of printing it."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from traitlets.config import Config

from spi_core.present.base.fonts import register_fonts

_CHARTS: dict[Any, Any] = {"svg.fonttype": "path", "svg.hashsalt": "spi", "figure.dpi": 96}


class _Hook(DisplayHook):
    """Keeps the value of a cell's last expression."""

    def __call__(self, result: object = None) -> None:
        shell: Any = self.shell
        if result is not None and not shell.quiet_cell:
            shell.shown.append(shell.display_formatter.format(result)[0])


class _Publisher(DisplayPublisher):
    """Keeps what ``display()`` is given."""

    def publish(self, data: Mapping[str, Any], *args: object, **kwargs: object) -> None:
        shell: Any = self.shell
        shell.shown.append(dict(data))


class _Shell(InteractiveShell):
    """An IPython shell without history or terminal that collects what cells show."""

    displayhook_class = _Hook
    display_pub_class = _Publisher
    shown: list[dict[str, Any]]
    quiet_cell = False

    def showtraceback(self, *args: object, **kwargs: object) -> None:
        """Stay silent: the error travels in a RenderError."""

    def init_virtualenv(self) -> None:
        """Stay in the Python that runs us: another environment's being active is no one's worry."""

    showsyntaxerror = showtraceback
    showindentationerror = showtraceback


class _Stream(io.TextIOBase):
    """Printed text as an output, in order with the others."""

    def __init__(self, name: str, shown: list[dict[str, Any]]) -> None:
        self.name, self.shown = name, shown

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        if self.shown and set(self.shown[-1]) == {self.name}:
            self.shown[-1][self.name] += text
        elif text:
            self.shown.append({self.name: text})
        return len(text)


def _prepare_charts(shell: Any) -> None:
    """Charts become SVG, the same bytes each time, in the bundled font."""
    import matplotlib as mpl

    mpl.use("agg")
    mpl.rcdefaults()
    mpl.use("agg")
    mpl.rcParams.update(_CHARTS)
    mpl.rcParams["font.family"] = register_fonts()
    plain = {"Date": None, "Creator": None}
    select_figure_formats(  # type: ignore[no-untyped-call]
        shell, {"svg"}, bbox_inches="tight", metadata=plain
    )


def _collect_figures(shell: Any) -> None:
    """Show and close the figures that a cell leaves open, as notebooks do."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    for number in pyplot.get_fignums():
        data, _ = shell.display_formatter.format(pyplot.figure(number))
        shell.shown.append(data)
    pyplot.close("all")


def new_shell() -> Any:
    """Start an IPython shell with an empty namespace, its charts set up.

    Returns
    -------
    InteractiveShell
        With ``shown``, the list of what cells show: MIME type to data, ``stdout`` and ``stderr``.
    """
    InteractiveShell.clear_instance()
    _Shell.clear_instance()
    config = Config()
    config.HistoryManager.enabled = False
    shell = _Shell.instance(config=config, user_module=ModuleType("__main__"))
    shell.shown = []
    _prepare_charts(shell)
    return shell


def run_code(shell: Any, code: str) -> BaseException | None:
    """Run one cell's code; what it shows is added to ``shell.shown``.

    Parameters
    ----------
    shell : InteractiveShell
        From :func:`new_shell`.
    code : str
        Python, with IPython's magics.

    Returns
    -------
    BaseException or None
        The error that stopped the code.
    """
    stripped = code.rstrip()
    shell.quiet_cell = stripped.endswith(";")
    sys.stdout, sys.stderr = _Stream("stdout", shell.shown), _Stream("stderr", shell.shown)
    result = shell.run_cell(code, store_history=False)
    if not result.success:
        return result.error_before_exec or result.error_in_exec or RuntimeError("the cell failed")
    _collect_figures(shell)
    return None
