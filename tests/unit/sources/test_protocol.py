"""``spi protocol``: what is written down, and a protocol that waits for its figures."""

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from spi_core.cli import app
from spi_core.edition.inputs import load
from spi_core.edition.interventions.dated import read_dated
from tests.support.editions import make_edition, write

ENTRY = {
    "id": "wardens",
    "name": "Wardens",
    "start": "2024-04-01",
    "targeting": "ward",
    "before": ["2023"],
    "after": ["2025"],
    "primary": [{"id": "fires", "direction": "down"}],
}


def test_a_protocol_is_dated_and_may_wait_for_its_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_edition(tmp_path / "data" / "tiny")
    monkeypatch.setenv("SPI_ROOT", str(tmp_path))
    wards = load(folder).geography.units
    codes = [str(c) for c in load(folder).geography.codes("ward")]
    assert len(wards) == len(codes)
    path = folder / "interventions.yml"
    path.write_text(yaml.safe_dump({"interventions": [ENTRY | {"treated": codes[:2]}]}), "utf-8")
    run = CliRunner()
    first = run.invoke(app, ["protocol", "tiny"])
    assert first.exit_code == 0, first.output
    assert "holds no figure of the periods after" in first.output
    (dated,) = read_dated(folder)[0].values()
    assert dated.unseen
    assert load(folder).designs == ()  # it waits, and is no fault
    assert "on record since" in run.invoke(app, ["protocol", "tiny"]).output

    rows = [
        {"measure_id": "fires", "area_code": c, "period": y, "value": str(5 + i), "unit": "fires",
         "status": "observed", "note": ""}
        for i, c in enumerate(codes) for y in ("2023", "2025")
    ]  # fmt: skip
    write(folder / "series" / "fires.csv", rows)
    (design,) = load(folder).designs
    assert design.unseen
    assert design.dated == dated.written

    changed = ENTRY | {"treated": codes[:3]}
    path.write_text(yaml.safe_dump({"interventions": [changed]}), "utf-8")
    (design,) = load(folder).designs
    assert not design.dated  # another protocol than the one on record
    said = run.invoke(app, ["protocol", "tiny"])
    assert "holds figures of the periods after already" in said.output
