"""Publishing: the same Quarto sources as accessible HTML and PDF/UA-1, with or without Quarto."""

from spi_core.present.base.fonts import fonts_dir, register_fonts, theme_dir
from spi_core.publish.render.engine import render, render_document
from spi_core.publish.render.job import RenderJob, RenderResult

__all__ = [
    "RenderJob",
    "RenderResult",
    "fonts_dir",
    "register_fonts",
    "render",
    "render_document",
    "theme_dir",
]
