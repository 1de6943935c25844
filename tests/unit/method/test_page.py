"""The page that shows the method by itself."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "method-core.md"


def test_the_page_scores_ten_areas_without_the_rest_of_the_house(tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    others = "import sys; print(sorted(m for m in sys.modules if m.startswith('spi_core.')))"
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", f"{code}\n{others}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    method, *rows, loaded = done.stdout.splitlines()
    assert method.startswith("equal – ")
    assert len(rows) == 10
    index = [float(row.strip("[] ").split()[2]) for row in rows]
    rank = [float(row.strip("[] ").split()[3]) for row in rows]
    assert all(0 <= value <= 100 for value in index)
    assert sorted(rank) == list(range(1, 11))
    assert index[rank.index(1.0)] == max(index)
    assert set(re.findall(r"spi_core\.(\w+)", loaded)) == {"method"}
