"""``make bench``: every part by itself, into ``benchmarks/results.md``; nothing is asserted.

``python -m benchmarks`` runs all parts, ``python -m benchmarks disclosure mutants`` those two; the
others' sections stay as they were, each with the machine's load and the versions of its own run.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import psutil
import yaml

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results.md"
PARTS = {
    "uncertainty": "Simulations, scoring, coverage of intervals",
    "changes": "Changes: coverage and false claims",
    "disclosure": "Disclosure control",
    "starting": "Processes made ready",
    "workbooks": "Workbooks beside another reader",
    "render": "Build and render, Quarto beside it where there is one",
    "former": "Short commands beside those of an earlier version",
    "explorer": "Explorer",
    "london": "Editions made by a command",
    "wards": "Briefs of 200 random wards of London, read back",
    "impact_wide": "Impact chapters against all London",
    "impact_calibration": "Impact chapters within a borough",
    "mutants": "Tests that bite",
    "fuzz": "Spoiled inputs",
}
PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "matplotlib", "typst", "pypandoc_binary")
NOT_RUN = "Not run."
HEAD = """# Results of `make bench`

Measured, never asserted; times hang on the machine and on what else it does. Made by
`python -m benchmarks`; a part alone by `python -m benchmarks PART`.

## Limits named in the documentation

| limit | named in | measured by |
|---|---|---|
"""


def machine() -> str:
    """Describe the machine without its name."""
    chip = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = re.search(r"model name\s*:\s*(.+)", info.read_text("utf-8"))
        chip = named[1] if named else chip
    memory = psutil.virtual_memory().total / 2**30
    cores = f"{os.cpu_count()} cores"
    return f"{chip}, {cores}, {memory:.0f} GB, {platform.system()} {platform.machine()}"


def versions() -> str:
    """Name Python's version and those of the libraries that take the time."""
    libraries = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"Python {platform.python_version()}, {libraries}"


def measured(part: str) -> str:
    """Run one part in a process of its own; give its section."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    start, peak = time.perf_counter(), 0
    line = [sys.executable, "-m", f"benchmarks.{part}"]
    done = subprocess.Popen(
        line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process = psutil.Process(done.pid)
    while True:
        try:
            said, faults = done.communicate(timeout=0.5)
            break
        except subprocess.TimeoutExpired:
            try:
                peak = max(peak, process.memory_info().rss)
            except psutil.Error:
                continue
    seconds = time.perf_counter() - start
    if done.returncode:
        last = faults.strip().splitlines()[-1:] or ["no message"]
        said += f"\nStopped with exit code {done.returncode}: {last[0].replace(str(ROOT), '')}"
    about = (
        f"{time.strftime('%Y-%m-%d')}, {seconds:,.0f} s, largest {peak / 2**30:.1f} GB, load "
        f"{load:.1f} before it. {machine()}. {versions()}."
    )
    return f"{about}\n\n```text\n{said.strip(chr(10))}\n```"


def kept() -> dict[str, str]:
    """Read the sections of the last run."""
    text = RESULTS.read_text("utf-8") if RESULTS.exists() else ""
    parts = re.split(r"^## (\w+): .*\n+", text, flags=re.MULTILINE)
    return {n: body.strip() for n, body in zip(parts[1::2], parts[2::2], strict=True)}


def limits() -> list[dict[str, str]]:
    """Read which limits the documentation names, and what measures them."""
    rows: list[dict[str, str]] = yaml.safe_load(
        (ROOT / "benchmarks" / "limits.yml").read_text(encoding="utf-8")
    )
    return rows


def write(sections: dict[str, str]) -> None:
    """Write all sections down; a part without one was not run."""
    rows = [f"| {row['limit']} | `{row['in']}` | {row['part']} |" for row in limits()]
    bodies = [
        f"## {name}: {title}\n\n{sections.get(name, NOT_RUN)}\n" for name, title in PARTS.items()
    ]
    RESULTS.write_text(HEAD + "\n".join([*rows, "", *bodies]), encoding="utf-8")


def main() -> None:
    """Run the parts asked for, and write down what each gave as soon as it ends."""
    asked = sys.argv[1:] or list(PARTS)
    if unknown := [part for part in asked if part not in PARTS]:
        raise SystemExit(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    sections = kept()
    for part in asked:
        print(f"{part}: {PARTS[part]} …", flush=True)
        sections[part] = measured(part)
        print(sections[part], flush=True)
        write(sections)


if __name__ == "__main__":
    main()
