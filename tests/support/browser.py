"""Where the browser and axe-core are, and how both are started."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from tests.support.editions import ROOT

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
AXE = Path(
    os.environ.get("AXE_CORE", ROOT / ".venv" / "node" / "node_modules" / "axe-core" / "axe.min.js")
)
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
RUN = "([where, tags]) => axe.run(where, {runOnly: {type: 'tag', values: tags}})"


def chromium() -> str | None:
    """Find the browser."""
    return next((p for name in CHROMIUM if (p := shutil.which(name))), None)


def axe_run(page: Any, where: str = ":root") -> dict[str, Any]:
    """Run axe-core, which the page has loaded, over a part of it; give what it passed and found."""
    found: dict[str, Any] = page.evaluate(RUN, [where, list(TAGS)])
    return found
