"""Text that something reads as more than text: one payload a kind, for any text field.

If it were interpreted it would read ``LOCAL_FILE``, ask ``SERVER``, define ``MARK`` in a page or
not read as it is written. None holds a line break or a tab: a cell of any file can carry it.
"""

from __future__ import annotations

import base64
import tempfile
from pathlib import Path

#: A local file that nothing may read; ``plant`` writes it.
LOCAL_FILE = Path(tempfile.gettempdir()) / "spi-payload.svg"
#: What that file holds, and no output may.
SECRET = "PLANTED9SECRET"
#: A loopback server that must get no request; a gate listens there.
SERVER = "http://127.0.0.1:48879"
#: A property of ``window`` that a script which ran would leave behind.
MARK = "payloadRan"

#: Kind to text.
PAYLOADS: dict[str, str] = {
    "html": f"H <b>b</b><script>{MARK}=1</script><img src={SERVER}/h onerror={MARK}=1>",
    "html attribute": f"\"'><svg onload={MARK}=1><a href='javascript:{MARK}=1'>x</a>",
    "html comment": "C <!-- gone --> and <?php gone ?> &lt;kept&gt; &amp; &#65;",
    "closing tags": f"</title></style></textarea></script><script>{MARK}=1</script>",
    "markdown": "*e* **s** _u_ ~~d~~ ^u^ ~d~ `c` [^1] ^[n] :smile: --- ... 'q' \\* a\\",
    "markdown link": f"[x](javascript:{MARK}=1) [y](www.example.org) <{SERVER}/l> {SERVER}/bare",
    "markdown image": f"![a]({LOCAL_FILE}) ![b]({SERVER}/i){{.c onload=x}} [s]{{.hidden}}",
    "markdown block": "# h ::: {.d} > q - l 1. n | a | b | + i --- ``` f",
    "raw": f"`<script>{MARK}=1</script>`{{=html}} `#panic()`{{=typst}}",
    "inline code": '`{python} open("/etc/passwd").read()` `{r} 1` `r 1`',
    "typst": f'#panic("t") #image("{LOCAL_FILE}") *s* _e_ <l> @r $x$ \\u{{41}} // c /* d */',
    "shortcode": f"{{{{< include {LOCAL_FILE} >}}}} {{{{< meta title >}}}} {{{{{{< x >}}}}}}",
    "citation": "@fig-x @x [@y] [-@z] @{w} user@example.org",
    "formula": "$\\href{javascript:x}{y}$ $$x^2$$ \\(a\\) \\[b\\] $\\frac{1}{2}$",
    "latex": f"\\input{{{LOCAL_FILE}}} \\textbf{{b}} \\begin{{center}} \\LaTeX %c ~",
    "jinja": "{{ 7*7 }} {% include 'x' %} ${7*7} {0} %s %(a)s $body$ $if(x)$ {#c#}",
    "spreadsheet": "=1+1",
    "spreadsheet call": "=cmd|' /C calc'!A0",
    "spreadsheet at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "spreadsheet link": f'+1+HYPERLINK("{SERVER}/s","x")',
    "spreadsheet minus": "-2+3+cmd|' /C calc'!A0",
    "path": "../../../../escaped",
    "path windows": "..\\..\\CON.txt C:\\x NUL",
    "path absolute": "/etc/passwd",
    "right to left": "a \u202egnp.exe\u202c \u05d0\u05d1 \u0627\u0628",
    "emoji": "\U0001f600 \u2708\ufe0f",
    "punctuation": "?!*:|<>\"'&",
}

#: Kind to text of at most 40 characters, for fields which allow no more (a plain name).
SHORT: dict[str, str] = {
    "html": "H <b>b</b><script>payloadRan=1</script>",
    "markdown": "*e* **s** `c` ~~d~~ ^u^ [x](y) \\* a\\",
    "markdown image": "![a](/etc/hostname)",
    "typst": '#panic("t") *s* <l> @r \\u{41} // c',
    "shortcode": "{{< meta title >}}",
    "citation": "@fig-x [@y] user@example.org",
    "formula": "$\\href{}{}$ $$x^2$$",
    "latex": "\\textbf{b} \\LaTeX %c ~",
    "jinja": "{{ 7*7 }} {% x %} ${7*7} {0} $body$",
    "spreadsheet": "=1+1",
    "path": "../../../../escaped",
}


def plant() -> Path:
    """Write the local file that nothing may read: a picture, so that what embeds it succeeds."""
    LOCAL_FILE.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>{SECRET}</text></svg>',
        encoding="utf-8",
    )
    return LOCAL_FILE


def leaks(folder: Path) -> list[Path]:
    """Files below a folder which hold what the local file holds, as text or in base64."""
    secret = SECRET.encode()
    # base64 writes three bytes as four letters: a text within has three forms, one a phase
    forms = [secret, SECRET.encode("utf-16-le")]
    for phase in range(3):
        coded = base64.b64encode(b"\0" * phase + secret + b"\0" * 3)
        forms.append(coded[4 if phase else 0 : (len(secret) + phase) // 3 * 4])
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return [p for p in files if any(form in p.read_bytes() for form in forms)]
