"""Add an indicator to an edition or take one out: every file at once, one component refitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from spi_core.edition.inputs import FILES, FOLDERS, Inputs, load
from spi_core.edition.readers.sheet import read_cells
from spi_core.edition.settings import earlier
from spi_core.edition.summary import WANTED
from spi_core.errors import Fault, InputError, some
from spi_core.files import shown
from spi_core.sources.indicator.figure import Figure, mapped, observed
from spi_core.sources.reference import refit, write_reference
from spi_core.sources.roll.wanted import wanted
from spi_core.sources.whole import change_table, whole_copy
from spi_core.text.cells import csv_text

#: What a row of the catalogue says where nothing else is given.
DEFAULTS = {
    "kind": "mean", "per": "1", "access": "public", "update_frequency": "annual",
    "licence": "OGL v3", "disclosure_rule": "none", "transform": "none", "valid_min": "0",
}  # fmt: skip
#: What nobody can guess.
NEEDED = ("name", "component", "polarity", "description", "rationale")
#: What the list of the population's figures tells.
TOLD = ("unit", "publisher_or_owner", "source_dataset")
GOALPOSTS = ("worst", "best", "basis", "reason")


def add(
    folder: Path, indicator: str, row: Mapping[str, str], figure: Figure | None, file: Path | None
) -> list[str]:
    """Add an indicator with its figures.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.
    indicator : str
        Its id.
    row : mapping of str to str
        Cells of its row in ``indicators.csv``; ``worst, best, reason`` of its goalposts where no
        reference tells them; ``why`` for the record.
    figure : Figure or None
        The reference population's figure.
    file : Path or None
        Figures of the edition's own areas, in the columns of observations; else those of `figure`.

    Returns
    -------
    list of str
        What was done, as sentences.

    Raises
    ------
    InputError
        With every fault; then nothing is changed.
    """
    inputs = load(folder)
    named = inputs.settings["index"].get("reference", {})
    if faults := _refused(inputs, indicator, row, figure, file, "figures" in named):
        raise InputError(faults)
    with whole_copy(folder, folder) as part:
        before = _tables(part)
        rows = mapped(inputs, indicator, figure) if figure else pd.DataFrame()
        _append(part, "indicators", pd.DataFrame([_row(inputs, indicator, row, figure)]))
        if figure:
            stem = Path(named["mapping"]).with_suffix("").as_posix()
            _append(part, stem, rows)
        if file is None:
            own = observed(inputs, rows, float(row.get("per", "1")))
        else:
            own = _given(file, indicator)
        past = own["period"].isin(earlier(inputs.settings))
        for room, of in (("observations", own[~past]), ("history", own[past])):
            if len(of) or room == "observations":
                path = part / room / f"{indicator}.csv"
                path.parent.mkdir(exist_ok=True)
                path.write_text(csv_text(of), encoding="utf-8", newline="\n")
        posts = {"indicator_id": indicator, "basis": "target", **dict.fromkeys(GOALPOSTS, "")}
        posts |= {"basis": "target", **{k: row[k] for k in GOALPOSTS if k in row}}
        if "worst" in row:
            _append(part, "goalposts", pd.DataFrame([posts]))
        said = []
        if "figures" in named:
            write_reference(part)
            _only(part, before, indicator)
            said = _renamed(part, inputs)
        said += _refit(part, before, row["component"])
        what, why = f"{row['name']} ({indicator}) added to {row['component']}", row["rationale"]
        _record(part, what, row.get("why") or why)
        _ask(part, load(part), indicator)
    return [f"{indicator} added: {len(own)} figures", *said]


def remove(folder: Path, indicator: str, why: str | None) -> list[str]:
    """Take an indicator out of every file.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.
    indicator : str
        Its id.
    why : str or None
        For the record.

    Returns
    -------
    list of str
        What was done, as sentences.

    Raises
    ------
    InputError
        If there is no such indicator, something rests on it, or too few would be left beside it.
    """
    inputs = load(folder)
    ids, register = inputs.framework.ids, inputs.framework.indicators
    if indicator not in ids:
        message = "is not an indicator of the edition"
        raise InputError([Fault("command line", message, None, "ID", indicator, some(ids))])
    component, name = (str(register.at[indicator, c]) for c in ("component", "name"))
    left, least = (register["component"] == component).sum() - 1, _least(inputs)
    if left + 1 >= least > left:
        message = f"leaves {component} with {left}, too few for a score"
        allowed = f"{least} or more in each component that is scored: add another first"
        raise InputError([Fault("command line", message, None, "ID", indicator, allowed)])
    with whole_copy(folder, folder) as part:
        before, n = _tables(part), 0

        def without(cells: pd.DataFrame) -> pd.DataFrame | None:
            nonlocal n
            column = "id" if "id" in cells else "indicator_id"
            if column not in cells or not (gone := cells[column] == indicator).any():
                return None
            n += int(gone.sum())
            return cells[~gone].drop(columns=[indicator], errors="ignore")

        for stem in _stems(inputs):
            for written in change_table(part, stem, without):
                if stem in FOLDERS and len((part / written).read_bytes().splitlines()) < 2:
                    (part / written).unlink()
        said = _refit(part, before, component)
        _record(part, f"{name} ({indicator}) removed from {component}", why)
        load(part)
    return [f"{indicator} removed: {n} rows", *said]


def _least(inputs: Inputs) -> int:
    return int(inputs.settings["index"]["minimum_indicators"])


def _refused(
    inputs: Inputs, indicator: str, row: Mapping[str, str], figure: Figure | None,
    file: Path | None, referred: bool,
) -> list[Fault]:  # fmt: skip
    """Say what of the command line cannot be: whatever the files say is checked in them."""

    def fault(message: str, column: str, value: str | None, allowed: str) -> Fault:
        return Fault("command line", message, None, column, value, allowed)

    faults = []
    if indicator in inputs.framework.ids:
        faults.append(fault("is there already", "ID", indicator, "a new id, or remove it first"))
    known = [*inputs.tables["indicators"].columns.drop(["file", "row"]), *GOALPOSTS, "why"]
    allowed = ", ".join(known)
    faults += [fault("is no field", "--set", k, allowed) for k in row if k not in known]
    needed: tuple[str, ...] = NEEDED if figure else NEEDED + TOLD
    needed += ("unit",) if figure and figure.base else ()
    lost = [k for k in needed if not row.get(k)]
    if lost:
        faults.append(fault(f"lacks {', '.join(lost)}", "--set", None, f"{lost[0]}=… and so on"))
    components = inputs.framework.components
    if row.get("component") and row["component"] not in components:
        message = "is not a component of edition.yml"
        faults.append(fault(message, "--set component", row["component"], ", ".join(components)))
    if figure is None and file is None:
        faults.append(fault("is missing", "--from", None, "--from FILE.csv, --figure ID or both"))
    if figure is None and referred:
        message = "is missing: weights and goalposts rest on the reference population"
        faults.append(fault(message, "--figure", None, "a figure of the reference population"))
    if figure is not None and not referred:
        message = "serves nothing: the edition names no reference population's figures"
        faults.append(fault(message, "--figure", figure.value, "--from FILE.csv"))
    if not referred and not {"worst", "best", "reason"} <= set(row):
        message = "is missing: there is no reference population to set goalposts by"
        faults.append(fault(message, "--set", None, "worst=…, best=… and reason=…"))
    return faults


def _row(
    inputs: Inputs, indicator: str, row: Mapping[str, str], figure: Figure | None
) -> dict[str, str]:
    home = dict(zip(inputs.framework.components, inputs.framework.dimension_of, strict=True))
    about = figure.about(inputs) if figure else {}
    kind = row.get("kind", DEFAULTS["kind"])
    return {
        **DEFAULTS,
        "rollup": "ratio" if kind in ("rate", "proportion") else "mean",
        "interval": {"rate": "byar", "proportion": "wilson"}.get(kind, "none"),
        "error": "counts" if kind in ("rate", "proportion") else "none",
        "finest_level": inputs.geography.levels.unit.id,
        **about,
        **row,
        "id": indicator,
        "dimension": inputs.framework.dimensions[home[row["component"]]],
    }


def _given(file: Path, indicator: str) -> pd.DataFrame:
    """Read figures of one indicator; what is wrong with them is found where all are checked."""
    cells, faults, _ = read_cells(file)
    if cells is None:
        raise InputError(faults)
    if "indicator_id" not in cells:
        cells.insert(0, "indicator_id", indicator)
    other = cells[cells["indicator_id"] != indicator]
    if len(other):
        at, value = int(other.index[0]) + 2, other["indicator_id"].iloc[0]
        raise InputError(
            [Fault(shown(file), "is another indicator", at, "indicator_id", value, indicator)]
        )
    return cells


def _append(part: Path, stem: str, rows: pd.DataFrame) -> None:
    """Add rows to a table in its own columns."""
    change_table(part, stem, lambda c: pd.concat([c, rows.reindex(columns=c.columns)]).fillna(""))


def _tables(part: Path) -> dict[str, pd.DataFrame]:
    """Read the tables whose other rows stay as they are, as text."""
    made = ("distribution", "errors", "history")
    stems = ("goalposts", "weights", *(f"reference/{name}" for name in made))
    read = {stem: read_cells(part / f"{stem}.csv")[0] for stem in stems}
    return {stem: cells for stem, cells in read.items() if cells is not None}


def _only(part: Path, before: Mapping[str, pd.DataFrame], indicator: str) -> None:
    """Keep what was made anew of this indicator alone; moments are of all together."""

    def mine(stem: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
        return lambda now: pd.concat(
            [
                before[stem],
                now[now["indicator_id"] == indicator].reindex(columns=before[stem].columns),
            ]
        ).fillna("")

    for stem in before.keys() - {"weights"}:
        change_table(part, stem, mine(stem))


def _renamed(part: Path, inputs: Inputs) -> list[str]:
    """Say in ``edition.yml`` how many rows the moments rest on, where it did."""
    assert inputs.reference is not None
    old = int(inputs.reference[0]["n_rows"].iloc[0])
    named = inputs.settings["index"]["reference"]
    moments, _, _ = read_cells(part / named["moments"])
    new = old if moments is None else int(moments["n_rows"].iloc[0])
    said, path = named["name"].replace(f"{old:,}", f"{new:,}"), part / "edition.yml"
    text = path.read_text("utf-8").replace(named["name"], said)
    path.write_text(text, encoding="utf-8", newline="\n")
    return [f"moments and correlations of the reference made anew, from {new:,} rows ({old:,})"]


def _refit(part: Path, before: Mapping[str, pd.DataFrame], component: str) -> list[str]:
    """Fit the weights of one component; the others stay frozen."""
    if "weights" not in before:
        return []
    inputs = load(part, without=("weights",))
    new = refit(inputs)
    new = new[new["component"] == component].astype(str).replace("nan", "")
    old = before["weights"]
    made = pd.concat([old[old["component"] != component], new[list(old)]])
    order = {i: n for n, i in enumerate(inputs.framework.ids)}
    made = made.sort_values("indicator_id", key=lambda ids: ids.map(order), kind="stable")
    (part / "weights.csv").write_text(csv_text(made), encoding="utf-8", newline="\n")
    return [f"weights of {component} fitted anew; all others as they were"]


def _ask(part: Path, inputs: Inputs, indicator: str) -> None:
    """List a new indicator's figures among those still awaited, where it has none yet."""
    own = inputs.tables["observations"].query("indicator_id == @indicator")
    if "current" not in set(own["period"]):
        asked = wanted(inputs).query("indicator_id == @indicator")
        rows = pd.read_csv(StringIO(csv_text(asked)), dtype=str, keep_default_na=False)
        _append(part, WANTED.with_suffix("").as_posix(), rows)


def _record(part: Path, what: str, why: str | None) -> None:
    row = {"date": f"{date.today():%Y-%m-%d}", "table": "indicators.csv", "what": what}
    made = pd.DataFrame([{**row, "why": why or "The catalogue was revised"}])
    path = part / "corrections.csv"
    if path.exists():
        _append(part, "corrections", made)
    else:
        path.write_text(csv_text(made), encoding="utf-8", newline="\n")


def _stems(inputs: Inputs) -> list[str]:
    """Name every table that may speak of an indicator."""
    named: Mapping[str, Any] = inputs.settings["index"].get("reference", {})
    reference = [named[k] for k in ("mapping", "moments", "correlation") if k in named]
    stems = [*(stem for stem, _ in FILES.values()), WANTED.as_posix(), *reference]
    return list(dict.fromkeys(Path(s).with_suffix("").as_posix() for s in stems))
