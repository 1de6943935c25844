"""Briefs of random wards of all London, read back: what a reader would see to be wrong on them."""

from __future__ import annotations

import argparse
import importlib.util
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.render import copied, timed
from tests.support.browser import FLAGS, chromium
from tests.support.page_layout import browser_faults
from tests.support.pdf_layout import layout_faults, page_shares

#: Pages of a brief, and windows that it is opened in: a phone and a desk, in pixels.
PAGES, WINDOWS = 2, (320, 1280)


def drawn(project: Path, number: int, seed: int) -> list[str]:
    """Draw wards of all London; all of them where there are no more."""
    areas = pd.read_csv(project / "data" / "london" / "geography" / "areas.csv")
    wards = areas.loc[areas["level"] == "ward", "code"]
    return sorted(wards.sample(min(number, len(wards)), random_state=seed))


def on_paper(briefs: list[Path]) -> Iterator[tuple[str, str]]:
    """List what is wrong with each PDF."""
    for path in briefs:
        for fault in layout_faults(path, PAGES):
            yield path.stem, f"PDF, {fault}"


def on_screen(briefs: list[Path]) -> Iterator[tuple[str, str]]:
    """List what is wrong with each page, in windows of both widths."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser: Any = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        for width in WINDOWS:
            tab = browser.new_page(viewport={"width": width, "height": 900})
            for path in briefs:
                for fault in browser_faults(tab, path.with_suffix(".html")):
                    yield path.stem, f"{width} px, {fault}"


def faults_of(briefs: list[Path]) -> pd.DataFrame:
    """Gather all faults: ``brief, where, kind, what``."""
    found = list(on_paper(briefs))
    if importlib.util.find_spec("playwright") is None or chromium() is None:
        print("No playwright or no Chromium: the pages were read on paper alone.")
    else:
        found += on_screen(briefs)
    rows = [(brief, *fault.split(", ", 1)[:1], *fault.split(", ", 1)[1].split(": ", 1))
            for brief, fault in found]  # fmt: skip
    return pd.DataFrame(rows, columns=["brief", "where", "kind", "what"])


def heights(briefs: list[Path]) -> pd.DataFrame:
    """Say how much of each page's height is taken: the least and its brief, and the median."""
    shares = pd.DataFrame([page_shares(path)[:PAGES] for path in briefs], [p.stem for p in briefs])
    about = {"least": shares.min(), "of": shares.idxmin(), "median": shares.median()}
    return pd.DataFrame(about).rename(lambda page: f"page {page + 1}")


def read_back(briefs: list[Path]) -> int:
    """Print what the briefs look like; give the number of faults."""
    print(f"\nPart of the height between margins that is taken\n{heights(briefs).round(2)}\n")
    faults = faults_of(briefs)
    if len(faults):
        counts = faults.groupby(["where", "kind"])["brief"].agg(["size", "nunique"])
        print(counts.set_axis(["faults", "briefs"], axis=1), "\n")
        print(faults.to_string(index=False), "\n")
    print(f"{len(faults)} faults in {faults['brief'].nunique()} of {len(briefs)} briefs")
    return len(faults)


def main() -> None:
    """Make London's edition, render briefs of it and read them back; 1 where any has a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wards", type=int, default=200)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    asked = parser.parse_args()
    with copied() as project:
        timed(project, "new-edition", "London")
        codes = drawn(project, asked.wards, asked.seed)
        print(f"{len(codes)} wards of edition london, seed {asked.seed}\n")
        timed(project, "build", "london")
        run = timed(project, "render", "london", *(f"--area={code}" for code in codes))
        seconds, processor = run.seconds / len(codes), run.processor / len(codes)
        print(f"a brief, HTML and PDF: {seconds:.2f} s, {processor:.2f} s of a processor")
        briefs = sorted((project / "reports" / "london" / "wards").glob("*.pdf"))
        if [path.stem.split("-")[0] for path in briefs] != codes:
            raise SystemExit("other briefs were made than those asked for")
        if faults := read_back(briefs):
            raise SystemExit(f"{faults} faults")


if __name__ == "__main__":
    main()
