"""Run every chapter of an edition: one result a protocol, from the tables the build has made."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spi_core.edition.areas.geography import Geography, boundaries
from spi_core.edition.inputs import Inputs
from spi_core.edition.interventions.design import Design
from spi_core.edition.interventions.outcomes import Known, as_rates, known_outcomes, shared_level
from spi_core.edition.interventions.panels import Wide
from spi_core.edition.interventions.read import filled_cells
from spi_core.edition.interventions.wide import ring
from spi_core.files import write_bytes
from spi_core.impact.chapter import run_chapter
from spi_core.impact.provenance import LIBRARIES, code_hash
from spi_core.impact.results import ChapterResult, to_json
from spi_core.impact.spatial import Neighbours
from spi_core.impact.wide.chapter import run_wide

#: Results kept of an edition, the youngest.
MOST_KEPT = 60


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter and what must stand on it besides its numbers.

    Parameters
    ----------
    result : ChapterResult
        Numbers and words.
    level : str
        Id of the level of its units.
    illustrative : bool
        Whether any value it rests on was generated.
    names : mapping of str to str
        Names of areas outside the edition that it shows, by code.
    ring : tuple of str
        Areas within reach of spillover, where a panel is compared with.
    """

    result: ChapterResult
    level: str
    illustrative: bool
    names: Mapping[str, str] = field(default_factory=dict)
    ring: tuple[str, ...] = ()


def run_chapters(
    inputs: Inputs, tables: Mapping[str, pd.DataFrame], keep: Path | None = None
) -> tuple[Chapter, ...]:
    """Compute the chapters of ``interventions.yml``.

    Parameters
    ----------
    inputs : Inputs
        The edition, checked.
    tables : mapping of str to DataFrame
        Built tables; ``scores_comparable`` serves outcomes that are components or the index.
    keep : Path, optional
        Where results are kept, and taken from while protocol, data and code are the same.

    Returns
    -------
    tuple of Chapter
        In the order of the file; empty without one.

    Notes
    -----
    Simulations draw from a generator seeded with the edition's seed and the chapter's id, so that a
    further chapter changes no number of the others, and chapters may run side by side: numpy lets
    go of the interpreter's lock in the loops that take the time.
    """
    if not inputs.designs:
        return ()
    homes = inputs.geography.homes()
    values = _values(inputs, tables["scores_comparable"])
    known = known_outcomes(values, {code: level for level in homes for code in homes[level]})
    neighbours = _neighbours(inputs.geography, list(homes))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = pool.map(
            lambda d: _run(d, inputs, homes, values, known, neighbours, keep), inputs.designs
        )
        return tuple(made)


def _kept(keep: Path | None, parts: Sequence[object], make: Callable[[], Chapter]) -> Chapter:
    """Take a chapter that was made of the same parts by the same code, or make and keep it."""
    if keep is None:
        return make()
    room = Path(__file__).parents[1]
    digest = hashlib.sha256(repr([version(name) for name in LIBRARIES]).encode())
    for name in ("impact", "edition/interventions", "build"):
        digest.update(code_hash(room / name).encode())
    for part in parts:
        whole = (
            np.asarray(pd.util.hash_pandas_object(part)) if isinstance(part, pd.DataFrame) else part
        )
        digest.update(whole.tobytes() if isinstance(whole, np.ndarray) else repr(whole).encode())
    path = keep / f"{digest.hexdigest()[:32]}.pickle"
    if path.exists():
        found: Chapter = pickle.loads(path.read_bytes())  # our own file, in the private folder
        path.touch()
        return found
    made = make()
    write_bytes(path, pickle.dumps(made))
    for old in sorted(keep.glob("*.pickle"), key=lambda p: p.stat().st_mtime)[:-MOST_KEPT]:
        old.unlink(missing_ok=True)
    return made


def write_chapters(folder: Path, chapters: tuple[Chapter, ...], edition: Mapping[str, Any]) -> None:
    """Write one JSON file a chapter; files of chapters that are no more are removed.

    Parameters
    ----------
    folder : Path
        ``reports/<edition>/impact``.
    chapters : tuple of Chapter
        Results.
    edition : mapping
        ``id`` and ``data_version`` of what they rest on.
    """
    for chapter in chapters:
        about = {**edition, "level": chapter.level, "illustrative": chapter.illustrative}
        if chapter.result.design.wide:
            about |= {"names": dict(chapter.names), "ring": list(chapter.ring)}
        document = {**to_json(chapter.result), "edition": about}
        text = json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"
        write_bytes(folder / f"{chapter.result.design.id}.json", text.encode())
    kept = {chapter.result.design.id for chapter in chapters}
    for path in folder.glob("*.json"):
        if path.stem not in kept:
            path.unlink()


def _run(
    design: Design,
    inputs: Inputs,
    homes: Mapping[str, Mapping[str, str]],
    values: pd.DataFrame,
    known: Mapping[str, Known],
    neighbours: Neighbours,
    keep: Path | None,
) -> Chapter:
    seed = [int(inputs.settings["uncertainty"]["seed"]), *design.id.encode()]
    if design.wide:
        wide = inputs.panels[design.series]
        panel = (dict(wide.about), wide.measures, wide.periods, wide.cube, wide.areas, wide.pairs)
        return _kept(keep, (design, seed, *panel), lambda: _run_wide(design, wide, seed))
    level = shared_level(design, known, homes)
    areas = _units(inputs, homes[level])
    population = dict(zip(areas["area_code"], areas["population"], strict=True))
    outcomes = [o.id for o in design.outcomes]
    rows = values[
        values["outcome_id"].isin(outcomes) & values["area_code"].isin(areas["area_code"])
    ]

    def load() -> pd.DataFrame:
        rates = as_rates(rows, design, known, population)
        return rates[["outcome_id", "area_code", "period", "value"]]

    def make() -> Chapter:
        rng = np.random.default_rng(seed)
        result = run_chapter(design, load, areas, rng, neighbours=neighbours)
        return Chapter(result, level, bool((rows["status"] == "illustrative").any()))

    links = sorted((code, sorted(others)) for code, others in neighbours.items())
    counts = [known[name].count for name in outcomes]
    return _kept(keep, (design, seed, rows, areas, links, counts), make)


def _run_wide(design: Design, wide: Wide, seed: list[int]) -> Chapter:
    found = run_wide(design, wide, np.random.default_rng(seed))
    shown = {row.area_code for p in found.primary for row in (p.raw.wards if p.raw else ())}
    names = wide.names(design.targeting)
    named = {code: names[code] for code in sorted(shown | set(design.treated))}
    made_up = bool(wide.about.get("illustrative"))
    return Chapter(found, design.targeting, made_up, named, tuple(sorted(ring(wide, design))))


def _values(inputs: Inputs, scores: pd.DataFrame) -> pd.DataFrame:
    """Series, indicators with larger areas rolled up, and scores, in one long table."""
    panel, wanted = inputs.panel, {o.id for d in inputs.designs for o in d.outcomes}
    at = [k for k, name in enumerate(panel.indicators) if name in wanted]
    axes = [panel.periods, panel.areas, [panel.indicators[k] for k in at]]
    rolled = (
        pd.MultiIndex.from_product(axes, names=["period", "area_code", "outcome_id"])
        .to_frame(index=False)
        .assign(value=panel.value[..., at].ravel(), status=panel.status[..., at].ravel(), unit="")
        .dropna(subset="value")
    )
    status = "illustrative" if inputs.settings["illustrative"] else "observed"
    composite = scores[scores["level"] != "indicator"]
    composite = composite.rename(columns={"element": "outcome_id", "score": "value"})
    composite = composite.assign(status=status, unit="")[list(rolled.columns)]
    series = filled_cells({"series": inputs.tables["series"], "observations": pd.DataFrame()})
    return pd.concat([f for f in (series, rolled, composite) if len(f)], ignore_index=True)


def _units(inputs: Inputs, home: Mapping[str, str]) -> pd.DataFrame:
    """Areas of one level, in the order of the edition, with their wards and residents."""
    chosen = inputs.geography.areas[inputs.geography.areas.index.isin(home)]
    return pd.DataFrame(
        {
            "area_code": chosen.index.to_numpy(),
            "ward_code": chosen.index.map(home).to_numpy(),
            "population": chosen["population"].to_numpy(float),
        }
    )


def _neighbours(geography: Geography, levels: list[str]) -> dict[str, set[str]]:
    """Areas that touch, by code; none where nothing is drawn."""
    found: dict[str, set[str]] = {}
    for level in levels:
        shapes = boundaries(geography, level)
        if shapes is None:
            continue
        one, other = shapes.sindex.query(shapes.geometry, predicate="intersects")
        for i, j in zip(one, other, strict=True):
            if i != j:
                found.setdefault(str(shapes.index[i]), set()).add(str(shapes.index[j]))
    return found
