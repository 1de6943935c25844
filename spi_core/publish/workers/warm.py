"""What the process that workers are forked from loads once: all that a report needs."""

from __future__ import annotations

import gc
import importlib
import io
import logging
import pkgutil
import sys

import spi_core.present

#: Heavy modules of notebooks; one that is not installed is simply not warm.
MODULES = (
    "IPython.core.interactiveshell",
    "numpy",
    "pandas",
    "pandas.io.formats.style",
    "pyarrow.parquet",
    "matplotlib.backends.backend_svg",
    "matplotlib.backends.backend_agg",
    "matplotlib.pyplot",
    "geopandas",
    "shapely",
    "jupytext",
    "pypandoc",
    "typst",
    "spi_core.publish.render.engine",
    "spi_core.store",
)


def _parts() -> list[pkgutil.ModuleInfo]:
    return list(pkgutil.iter_modules(spi_core.present.__path__))


def _draw() -> None:
    """Draw a chart with text in it."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    from spi_core.present.base.fonts import register_fonts

    figure = Figure()
    FigureCanvasSVG(figure)
    figure.add_subplot().set_title("warm", family=register_fonts(), weight="bold")
    figure.savefig(io.BytesIO(), format="svg", bbox_inches="tight")


def _read() -> None:
    """Write and read a table."""
    import pandas as pd

    stream = io.BytesIO()
    pd.DataFrame({"area_code": ["E05"], "score": [0.0]}).to_parquet(stream)
    stream.seek(0)
    pd.read_parquet(stream)


def _run() -> None:
    """Run a cell."""
    from spi_core.publish.render.shell import new_shell, run_code

    streams = sys.stdout, sys.stderr
    try:
        run_code(new_shell(), "1")
    finally:
        sys.stdout, sys.stderr = streams


def warm_up() -> list[str]:
    """Import what reports need; draw, read a table and run a cell, which load more on first use.

    Returns
    -------
    list of str
        Modules that could not be imported.
    """
    missing = []
    ours = [f"spi_core.present.{module.name}" for module in _parts()]
    for name in (*MODULES, *ours):
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
            logging.getLogger(__name__).debug("not warm: %s", name)
    _draw()
    _read()
    _run()
    gc.collect()
    gc.freeze()  # workers share these objects instead of copying them at their first collection
    return missing
