"""Protocols that were written down on a day: ``protocols/*.yml`` of an edition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from spi_core.edition.interventions.design import Design
from spi_core.errors import Fault, InputError
from spi_core.files import shown
from spi_core.text.yaml_text import parse_yaml

FOLDER = "protocols"
#: Whether the edition held figures of the periods after, when a protocol was written down.
NONE, PRESENT = "none", "present"
KEYS = {"intervention", "protocol_sha256", "written", "figures_after", "protocol"}


@dataclass(frozen=True, slots=True)
class Dated:
    """One protocol as it was on a day.

    Parameters
    ----------
    written : str
        ISO day.
    unseen : bool
        Whether the edition then held no figure of the periods after.
    """

    written: str
    unseen: bool


def read_dated(folder: Path) -> tuple[dict[str, Dated], list[Fault]]:
    """Read the dated protocols of an edition.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.

    Returns
    -------
    dict of str to Dated, list of Fault
        By fingerprint, the earliest of each.
    """
    found: dict[str, Dated] = {}
    faults: list[Fault] = []
    for path in sorted((folder / FOLDER).glob("*.yml")):
        file = shown(path)
        try:
            node = parse_yaml(file, path.read_bytes())
        except InputError as error:
            faults += error.faults
            continue
        if not isinstance(node, dict) or set(node) != KEYS or node["figures_after"] not in (
            NONE, PRESENT
        ):  # fmt: skip
            message = "is no dated protocol"
            faults.append(Fault(file, message, allowed="a file as spi protocol writes it"))
            continue
        dated = Dated(str(node["written"]), node["figures_after"] == NONE)
        earlier = found.get(node["protocol_sha256"])
        if earlier is None or dated.written < earlier.written:
            found[str(node["protocol_sha256"])] = dated
    return found, faults


def write_dated(
    folder: Path, design: Design, entry: Mapping[str, object], sha256: str, dated: Dated
) -> Path:
    """Write one protocol down, beside those that were written before.

    Parameters
    ----------
    folder : Path
        ``data/<edition>``.
    design, entry : Design, mapping
        The protocol, and as it stands in ``interventions.yml``.
    sha256 : str
        Its fingerprint.
    dated : Dated
        Day, and whether figures were there.
    """
    target = folder / FOLDER / f"{design.id}-{dated.written}.yml"
    node = {
        "intervention": design.id,
        "written": dated.written,
        "figures_after": NONE if dated.unseen else PRESENT,
        "protocol_sha256": sha256,
        "protocol": {k: v for k, v in entry.items() if k not in ("card", "protocol_sha256")},
    }
    target.parent.mkdir(exist_ok=True)
    text = yaml.safe_dump(node, sort_keys=False, allow_unicode=True, width=140)
    target.write_text(text, encoding="utf-8", newline="\n")
    return target
