"""What the process that workers are forked from loads once: all that a report needs."""

from __future__ import annotations

import gc
import importlib
import io
import logging

__all__ = ["MODULES", "warm_up"]

#: Heavy modules of notebooks; one that is not installed is simply not warm.
MODULES = (
    "IPython.core.interactiveshell",
    "numpy",
    "pandas",
    "pandas.io.formats.style",
    "pyarrow.parquet",
    "tabulate",
    "matplotlib.backends.backend_svg",
    "matplotlib.backends.backend_agg",
    "matplotlib.pyplot",
    "geopandas",
    "shapely",
    "jupytext",
    "pypandoc",
    "typst",
    "spi_core.publish.engine",
    "spi_core.present",
)


def warm_up() -> list[str]:
    """Import what reports need and draw one chart, whose machinery loads on first use.

    Returns
    -------
    list of str
        Modules that could not be imported.
    """
    missing = []
    for name in MODULES:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
            logging.getLogger(__name__).debug("not warm: %s", name)
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    from spi_core.publish.fonts import register_fonts

    figure = Figure()
    FigureCanvasSVG(figure)
    figure.add_subplot().set_title("warm", family=register_fonts(), weight="bold")
    figure.savefig(io.BytesIO(), format="svg", bbox_inches="tight")
    gc.collect()
    gc.freeze()  # workers share these objects instead of copying them at their first collection
    return missing
