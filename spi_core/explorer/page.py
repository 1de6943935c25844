"""The explorer's pages: one file that opens anywhere, the custom element, how to embed."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

from spi_core.errors import SpiError
from spi_core.explorer.bundle import bundle
from spi_core.explorer.data import explorer_json
from spi_core.explorer.packing.pack import pack
from spi_core.present.base.fonts import FAMILY, fonts_dir

NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
SITE = Path(str(resources.files("spi_core.explorer") / "site"))
#: The last lines of the page's module: everything before them only declares.
START = """
const explorerData = unpack(JSON.parse(document.getElementById("explorer-data").textContent));
mount(document.getElementById("explorer"), explorerData, {
  css: null,
  url: "hash",
  base: explorerData.meta.site ? explorerData.meta.site + "/explorer/" : null,
});
"""


def index_page(data: dict[str, Any], site: Path = SITE) -> str:
    """Put template, style, modules and data together.

    Parameters
    ----------
    data : dict
        As :func:`spi_core.explorer.data.explorer_data` gives it; the page carries it packed.
    site : Path
        Folder of the template, style sheet and modules.

    Returns
    -------
    str
        A page that needs no other file and no network.

    Raises
    ------
    SpiError
        If the template lacks one of its places.
    """
    css, script = _font_faces() + _style(site), bundle(site, "main.js", "unpack.js") + START
    meta, unit = data["meta"], next(lv for lv in data["levels"] if lv["role"] == "evidence")
    title = f"{meta['short_title']} – {meta['explorer']}"
    instead = (
        f"The explorer needs JavaScript. The same figures stand in the {unit['singular']} briefs, "
        f"the {meta['whole']} report and the data file of this edition."
    )
    text = _inert(explorer_json(pack(data)))
    filled = {
        "csp": f'<meta http-equiv="Content-Security-Policy" content="{policy(css, script)}">',
        "title": html.escape(title),
        "noscript": html.escape(instead),
        "css": f"<style>{css}</style>",
        "data": f'<script type="application/json" id="explorer-data">{text}</script>',
        "js": f'<script type="module">{script}</script>',
    }
    page = (site / "index.html").read_text(encoding="utf-8")
    for place in filled:
        found = page.count(f"<!--{place}-->")
        if found != 1:
            raise SpiError(f"{site / 'index.html'}: needs <!--{place}--> once, not {found} times")
    return _fill(page, filled)


def _fill(page: str, filled: dict[str, str]) -> str:
    """Fill every place at once, so that a filling is never searched for places."""
    pieces, rest = [], page
    for place in sorted(filled, key=lambda p: page.index(f"<!--{p}-->")):
        before, rest = rest.split(f"<!--{place}-->", 1)
        pieces += [before, filled[place]]
    return "".join([*pieces, rest])


def _font_faces() -> str:
    """Write the two fonts of the page into its style: one file has to be all there is."""
    faces = []
    for name, weight in (("Regular", "400"), ("SemiBold", "600 700")):
        data = base64.b64encode((fonts_dir() / f"{FAMILY}-{name}.woff2").read_bytes()).decode()
        faces.append(
            f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; font-display: swap; '
            f'src: url("data:font/woff2;base64,{data}") format("woff2"); }}\n'
        )
    return "".join(faces)


def _style(site: Path) -> str:
    css = (site / "explorer.css").read_text(encoding="utf-8")
    if "</style" in css.lower():
        raise SpiError(f"{site / 'explorer.css'}: must not hold </style")
    return css


def _inert(text: str) -> str:
    """Keep data from ending its script element; ASCII alone, which browsers read twice as fast."""
    plain = NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)
    return plain.replace("<", "\\u003c")


def policy(css: str, script: str, frames: bool = False) -> str:
    """Write the Content-Security-Policy: these very scripts and styles, and nothing else.

    Parameters
    ----------
    css, script : str
        As they stand between their tags; an empty one is not allowed at all.
    frames : bool
        Whether the page shows another page of its own site.

    Examples
    --------
    >>> policy("", "")[:50]
    "default-src 'none'; script-src 'none'; style-src '"
    """
    allowed = {
        "default-src": "'none'",
        "script-src": _hash(script),
        "style-src": _hash(css),
        "img-src": "data: blob:",
        "font-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        **({"frame-src": "'self'"} if frames else {}),
    }
    return "; ".join(f"{name} {value}" for name, value in allowed.items())


def _hash(text: str) -> str:
    if not text:
        return "'none'"
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def element_module(site: Path = SITE) -> str:
    """Write the module that defines ``<spi-explorer>``.

    Parameters
    ----------
    site : Path
        Folder of the style sheet and modules.

    Returns
    -------
    str
        It holds the style as a constant, for the element's shadow root, and reads ``data.json``
        from its own folder unless the element says otherwise.
    """
    css = json.dumps(_style(site), ensure_ascii=False)
    return f"const EXPLORER_CSS = {css};\n{bundle(site, 'element.js')}"


def embed_page(data: dict[str, Any]) -> str:
    """Write the page that shows how to embed the explorer."""
    name = html.escape(data["meta"]["short_title"])
    title = f"{name}: embed the explorer"
    base = html.escape(f"{data['meta']['site']}/explorer/") if data["meta"]["site"] else ""
    rest = f'index.html#view=map" title="{name}" width="100%" height="760" loading="lazy"></iframe>'
    frame, here = f'<iframe src="{base}{rest}', f'<iframe src="{rest}'
    element = (
        f'<script type="module" src="{base}spi-explorer.js"></script>\n'
        f'<spi-explorer src="{base}data.json"></spi-explorer>'
    )
    where = (
        ""
        if base
        else "<p>The addresses below are relative to the folder of this page: in a page elsewhere, "
        "write the full address of the folder before <code>index.html</code>, "
        "<code>spi-explorer.js</code> and <code>data.json</code>.</p>\n"
    )
    mark = (
        f"<p><strong>{html.escape(data['meta']['mark'])}</strong></p>"
        if data["meta"]["mark"]
        else ""
    )
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy(EMBED_CSS, "", frames=True)}">
<title>{title}</title>
<style>{EMBED_CSS}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{mark}
{where}<h2>As a frame</h2>
<p>Nothing of your page is touched or read. What stands after # chooses the view.</p>
<pre tabindex="0"><code>{html.escape(frame)}</code></pre>
<h2>As an element</h2>
<p>For pages whose policy allows this script and reading the data from where they are.</p>
<pre tabindex="0"><code>{html.escape(element)}</code></pre>
<h2>What it looks like</h2>
{here}
<p>{html.escape(data["meta"]["attribution"])} {html.escape(data["meta"]["cite"])}</p>
</main>
</body>
</html>
"""


EMBED_CSS = """
body { font: 1rem/1.5 system-ui, sans-serif; color: #1F2933; background: #FFFFFF; margin: 0; }
main { max-width: 64rem; margin: 0 auto; padding: 1rem; }
pre { overflow-x: auto; background: #F3F2F1; padding: 0.75rem; white-space: pre-wrap; }
iframe { border: 1px solid #52606D; width: 100%; }
"""
