"""The explorer's own modules, run outside a browser on data that a test makes."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import playwright

from spi_core.explorer.page import SITE

#: Every driver of Playwright, which the gates need, comes with a Node of its own.
NODE = shutil.which("node", path=str(Path(playwright.__file__).parent / "driver"))


def run_modules(script: str, given: Any) -> Any:
    """Say what a script gives for data; it imports modules by name and returns from ``given``.

    Parameters
    ----------
    script : str
        Lines of imports (``"./data.mjs"``), then a function ``main(given)``.
    given : Any
        What can be written as JSON.
    """
    assert NODE
    with tempfile.TemporaryDirectory() as folder:
        for path in SITE.glob("*.js"):
            text = path.read_text("utf-8").replace('.js"', '.mjs"')
            (Path(folder) / f"{path.stem}.mjs").write_text(text, "utf-8")
        end = "console.log(JSON.stringify(main(JSON.parse(fs.readFileSync(0)))));"
        start = Path(folder) / "start.mjs"
        start.write_text(f'import fs from "node:fs";\n{script}\n{end}', "utf-8")
        done = subprocess.run(
            [NODE, str(start)],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=True,
        )
    return json.loads(done.stdout)
