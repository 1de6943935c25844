"""Ranks of other indices beside ours: oriented, averaged by residents, with an interval."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spi_core.build.audit.others import other_indices_table
from spi_core.edition.inputs import load
from spi_core.errors import InputError
from tests.support.editions import WARDS, make_edition, write


def made(folder: Path, values: list[float], better: str, areas: list[str]) -> pd.DataFrame:
    edition = make_edition(folder)
    rows = [
        {"other": "IMD", "area_code": a, "value": f"{v}", "better": better, "source": "MHCLG"}
        for a, v in zip(areas, values, strict=True)
    ]
    write(edition / "reference" / "other_indices.csv", rows)
    scores = {"area_code": WARDS, "element": "index", "level": "index"}
    standing = pd.DataFrame({**scores, "score": np.arange(len(WARDS), dtype=float)})
    return other_indices_table(load(edition), standing)


def test_a_rank_where_lower_is_better_counts_the_other_way(tmp_path: Path) -> None:
    """One swap of neighbours among eight: 1 − 6·2/(8·63)."""
    order = [1.0, 0.0, *np.arange(2.0, len(WARDS))]
    (up,) = made(tmp_path / "up", order, "higher", list(WARDS)).itertuples()
    (down,) = made(tmp_path / "down", order, "lower", list(WARDS)).itertuples()
    r = 1 - 6 * 2 / (8 * 63)
    assert up.correlation == pytest.approx(r)
    assert down.correlation == pytest.approx(-r)
    half = 1.6448536 * np.sqrt((1 + r * r / 2) / 5)
    assert (up.low, up.high) == pytest.approx(
        (np.tanh(np.arctanh(r) - half), np.tanh(np.arctanh(r) + half)), abs=1e-7
    )


def test_perfect_agreement_has_an_interval(tmp_path: Path) -> None:
    (row,) = made(tmp_path / "tiny", list(range(len(WARDS))), "higher", list(WARDS)).itertuples()
    assert row.correlation == pytest.approx(1)
    assert row.low < row.high <= 1


def test_without_figures_or_with_too_few_there_is_no_row(tmp_path: Path) -> None:
    assert made(tmp_path / "few", [1, 2], "higher", list(WARDS[:2])).empty
    assert other_indices_table(load(make_edition(tmp_path / "none")), pd.DataFrame()).empty


def test_an_area_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"other_indices\.csv, row 2.*E09999999"):
        made(tmp_path / "tiny", [1], "higher", ["E09999999"])
