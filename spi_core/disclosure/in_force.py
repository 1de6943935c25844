"""Which rules a folder's figures have passed, and the removal of what those of now would hide."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spi_core.files import WriteError, digest, write_bytes

if TYPE_CHECKING:  # a run that finds nothing to do must not wait for pandas
    import pandas as pd

    from spi_core.edition.areas.geography import Geography
    from spi_core.edition.panel import Panel

#: Beside the tables: what everything in the folder has passed. It tells no more than they do.
NAME = "disclosure.json"


def rules_of(
    settings: Mapping[str, Any], indicators: Iterable[tuple[str, str, str]], audience: str
) -> dict[str, Any]:
    """Put together what decides which figures are shown.

    Parameters
    ----------
    settings : mapping
        ``edition.yml``.
    indicators : iterable of tuple of str
        ``id, disclosure_rule, kind`` of each.
    audience : {"public", "internal"}
        Who may read the result.

    Returns
    -------
    dict
        Ready for JSON: the audience, the settings, each indicator's rule, and a hash of the code of
        this room.
    """
    rules = {
        i: "none" if rule in ("", "none") else f"{rule}, {kind}" for i, rule, kind in indicators
    }
    setting = settings.get("disclosure", "none")
    return {"audience": audience, "setting": setting, "rules": rules, "code": rules_code()}


@functools.cache
def rules_code() -> str:
    """Hash the code that applies the rules.

    Returns
    -------
    str
        SHA-256, hexadecimal, of the modules of this room.
    """
    whole = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        whole.update(digest(path.read_bytes().replace(b"\r\n", b"\n")).encode())
    return whole.hexdigest()


def passed(rules: Mapping[str, Any], panel: Panel, geography: Geography) -> dict[str, Any]:
    """Say what a panel has passed: the rules, the areas that add up, and the cells now hidden.

    Parameters
    ----------
    rules : mapping
        From :func:`rules_of`.
    panel : Panel
        As the audience sees it.
    geography : Geography
        The areas.

    Returns
    -------
    dict
        `rules`; ``areas``, a hash of which area lies in which; ``hidden``, the suppressed areas of
        each indicator and of each of its own :func:`windows`.
    """
    hidden: dict[str, dict[str, list[str]]] = {}
    when = windows(panel.dates)
    for i, indicator in enumerate(panel.indicators):
        for p, period in enumerate(panel.periods):
            areas = [
                a
                for a, s in zip(panel.areas, panel.status[p, :, i], strict=True)
                if s == "suppressed"
            ]
            if areas:
                of, window = hidden.setdefault(indicator, {}), when.get((indicator, period), period)
                of[window] = sorted({*of.get(window, ()), *areas})
    lies_in = sorted(geography.areas["parent_code"].astype(str).items())
    return {**rules, "areas": digest(json.dumps(lies_in).encode()), "hidden": hidden}


def windows(dates: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Say what time an indicator's period is, so that a figure is known by it wherever it stands.

    Parameters
    ----------
    dates : DataFrame
        ``indicator_id, period, start, end``.

    Returns
    -------
    dict
        Indicator and period id to ``2014-01-01/2014-12-31``. Ids move on with the years.
    """
    if dates.empty:
        return {}
    columns = [dates[c] for c in ("indicator_id", "period", "start", "end")]
    return {
        (str(i), str(p)): f"{start:%Y-%m-%d}/{end:%Y-%m-%d}" if start == start else str(p)
        for i, p, start, end in dict.fromkeys(zip(*columns, strict=True))
    }


def read_passed(folder: Path) -> dict[str, Any] | None:
    """Read what the files of a folder have passed.

    Parameters
    ----------
    folder : Path
        ``reports/<edition>``, or what is kept of a build.

    Returns
    -------
    dict or None
        As written by :func:`write_passed`; None where nothing is known.
    """
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        keys = ("audience", "setting", "rules", "code", "areas", "hidden")
        return {key: found[key] for key in keys}
    return None


def rules_differ(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> bool:
    """Tell whether what has passed the rules before may not pass those of now.

    Parameters
    ----------
    before : mapping or None
        From :func:`read_passed`.
    now : mapping
        From :func:`passed`, or :func:`rules_of` where the figures are not known.

    Returns
    -------
    bool
        False also where nothing is hidden now, whatever was before. An indicator that is new has no
        figures from before; of one that is no more, those under a rule have none to pass now.
    """
    if before is None or before["audience"] != now["audience"]:
        return True
    if now["setting"] == "none":
        return False
    return any(now["rules"].get(i, "none") != rule for i, rule in before["rules"].items()) or any(
        before[key] != now[key] for key in ("setting", "code", "areas") if key in now
    )


def newly_hidden(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Tell whether a figure is hidden now that was not hidden before.

    Parameters
    ----------
    before, now : mapping
        From :func:`read_passed` and :func:`passed`.
    """
    return any(
        set(areas) - set(before["hidden"].get(indicator, {}).get(period, ()))
        for indicator, periods in now["hidden"].items()
        for period, areas in periods.items()
    )


def shown_again(now: Mapping[str, Any], panel: Panel, folder: Path, follows: str) -> str:
    """Count the figures that are shown now and were hidden in the release before.

    Parameters
    ----------
    now : mapping
        From :func:`passed`.
    panel : Panel
        As the audience sees it.
    folder : Path
        ``reports/<edition>``, before :func:`hold_to` removes what it holds.
    follows : str
        Name of the edition that this one was rolled from; blank if of none.

    Returns
    -------
    str
        A sentence; empty where there is none, or nothing is hidden now: whoever has both releases
        may work out from the one what the other hides.
    """
    before = read_passed(folder) or (read_passed(folder.with_name(follows)) if follows else None)
    if before is None or not now["hidden"] or now["audience"] != "public":
        return ""
    when, at, n = windows(panel.dates), {area: a for a, area in enumerate(panel.areas)}, 0
    for k, indicator in enumerate(panel.indicators):
        hidden = before["hidden"].get(indicator, {})
        for p, period in enumerate(panel.periods):
            areas = hidden.get(when.get((indicator, period), period), ())
            values = [panel.value[p, at[area], k] for area in areas if area in at]
            n += sum(value == value for value in values)  # none is NaN
    said = f"{n} figures are shown that the release before hid; who has both may work out what is"
    return f"{folder.name}: {said} hidden: give them status suppressed" if n else ""


def hold_to(now: Mapping[str, Any], folder: Path) -> str:
    """Remove from a public folder what may not pass the rules of now.

    Parameters
    ----------
    now : mapping
        From :func:`passed`.
    folder : Path
        ``reports/<edition>``.

    Returns
    -------
    str
        What was removed and why, as a sentence; empty where nothing was.

    Raises
    ------
    WriteError
        If a file cannot be removed: a build must not go on beside it.

    Notes
    -----
    To be called before anything is computed: a build that fails or is killed leaves nothing of the
    time before. All files go, whoever made them: a copy by hand holds the same figures.
    """
    before, why = read_passed(folder), ""
    if now["audience"] == "public":
        if rules_differ(before, now):
            why = "not made under the disclosure rules of now"
        elif before is not None and newly_hidden(before, now):
            why = "which may show figures that are hidden now"
    removed = _empty(folder) if why else 0
    if not removed:
        return ""
    write_passed(now, folder)  # a run beside this one must not remove what this one makes
    return f"{folder.name}: {removed} files removed, {why}; 'spi all' makes them anew"


def write_passed(now: Mapping[str, Any], folder: Path) -> None:
    """Record what all files of a folder have passed.

    Parameters
    ----------
    now : mapping
        From :func:`passed`.
    folder : Path
        ``reports/<edition>``, held to it by :func:`hold_to`.
    """
    text = json.dumps(now, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    write_bytes(folder / NAME, text.encode())


def _empty(folder: Path) -> int:
    """Remove all files, first the record: what a kill leaves behind has passed nothing."""
    count, found = 0, sorted(folder.rglob("*"), reverse=True) if folder.is_dir() else []
    for path in [folder / NAME, *found] if found else []:
        try:
            if path.is_dir() and not path.is_symlink():
                with suppress(OSError):  # another run may be writing there already
                    path.rmdir()
            else:
                count += path.exists() or path.is_symlink()
                path.unlink(missing_ok=True)
        except OSError as error:
            why = f"{error.strerror or error}; it may show figures that are hidden now"
            raise WriteError(f"{path}: cannot be removed: {why}") from error
    return count
