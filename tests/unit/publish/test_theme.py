"""The theme: fonts, and classes that both formats know."""

from __future__ import annotations

import io
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pypdf
import pytest
from fontTools.ttLib import TTFont

from spi_core.errors import RenderError
from spi_core.present.base.fonts import fonts_dir, theme_dir
from spi_core.publish.render import convert

SYMBOLS = "▲▼●○■□◆↗→↘×−≥≤±√²³–—’“”£€…·ŵŷ"


@pytest.mark.parametrize("path", sorted(fonts_dir().glob("*.otf")), ids=lambda p: p.name)
def test_fonts_are_small_and_have_the_symbols(path: Path) -> None:
    font = TTFont(path)
    assert [c for c in SYMBOLS if ord(c) not in font.getBestCmap()] == []
    assert "tnum" in {r.FeatureTag for r in font["GSUB"].table.FeatureList.FeatureRecord}
    for file in (path, path.with_suffix(".woff2")):
        assert 10_000 < file.stat().st_size < 150_000


def test_the_licence_travels_with_the_fonts() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (fonts_dir() / "OFL.txt").read_text("utf-8")


def test_every_class_has_a_rule_in_the_style_sheet_and_a_word_in_the_readme() -> None:
    blocks = (theme_dir() / "blocks.typ").read_text("utf-8")
    classes = re.findall(r"^#let ([\w-]+)\(body\)", blocks, re.MULTILINE)
    style = (theme_dir() / "report.css").read_text("utf-8")
    readme = (theme_dir() / "README.md").read_text("utf-8")
    print_only = {"keep"}
    assert "lead" in classes
    assert [c for c in classes if f".{c}" not in style and c not in print_only] == []
    assert [c for c in classes if f"`.{c}`" not in readme] == []


def test_a_caption_stays_in_the_window_while_its_table_scrolls() -> None:
    style = (theme_dir() / "report.css").read_text("utf-8")
    assert re.search(r"\.table-wrap \{[^}]*container-type: inline-size", style)
    (rule,) = re.findall(r"^\.table-wrap caption \{([^}]*)\}", style, re.MULTILINE)
    assert {"position: sticky", "left: 0", "width: 100cqi"} <= {r.strip() for r in rule.split(";")}


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("text", ["#12436D", "#1f2933", "#4b5563"])
@pytest.mark.parametrize("ground", ["#ffffff", "#f3f6f9", "#fff4ec", "#fdeae0", "#dfe5eb"])
def test_text_colours_of_the_style_sheet_have_contrast(text: str, ground: str) -> None:
    style = (theme_dir() / "report.css").read_text("utf-8")
    assert text in style
    assert ground in style or ground == "#ffffff"
    assert (_luminance(ground) + 0.05) / (_luminance(text) + 0.05) >= 4.5


def test_text_gives_way_where_a_document_must_fit_its_pages(tmp_path: Path) -> None:
    def made(lines: int, **meta: object) -> int:
        body = "```{=typst}\n#set text(size: fit(12pt))\n```\n\n" + "Word.\\\n" * lines
        pdf = convert.to_pdf(
            body, {"title": "A", "lang": "en-GB", **meta}, tmp_path, tmp_path / "a"
        )
        return len(pypdf.PdfReader(io.BytesIO(pdf)).pages)

    full = next(lines for lines in range(30, 60) if made(lines) == 2)
    assert made(full, pages=1) == 1
    assert made(2 * full, pages=1) > 1  # legible before short


def test_a_missing_font_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(convert, "fonts_dir", lambda: tmp_path / "nowhere")
    with pytest.raises(RenderError, match="unknown font family: inter"):
        convert.to_pdf("Text", {"title": "A", "lang": "en-GB"}, tmp_path, tmp_path / "a.qmd")


#: What Windows allows in a name; elsewhere the marks too that end one in an address or a tag.
ODD = "it's %20 &amp; #1 [a]" + ' "b"?*' * (os.name != "nt")


@pytest.mark.parametrize("make", [convert.to_html, convert.to_pdf])
def test_a_project_may_lie_in_a_folder_of_any_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Any
) -> None:
    document = "## A\n\nWords.", {"title": "A", "lang": "en-GB"}, tmp_path, tmp_path / "a.qmd"
    usual = make(*document)
    theme = Path(shutil.copytree(theme_dir(), tmp_path / ODD / "theme"))
    monkeypatch.setattr(convert, "theme_dir", lambda: theme)
    assert make(*document) == usual
