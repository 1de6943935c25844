"""Text from data is text in open data and explorer; a gate tries each kind, in a browser too."""

from __future__ import annotations

from pathlib import Path

import pytest

from spi_core.edition.inputs import load
from tests.support.hostile import PLAIN, differences, hostile, publish
from tests.support.payloads import PAYLOADS, leaks, plant

#: All kinds in one text, that of a spreadsheet in front.
TEXT = " ".join(sorted(PAYLOADS.values(), key=lambda text: not text.startswith("+")))


@pytest.mark.gate
def test_every_file_says_it_and_none_reads_it(tmp_path: Path) -> None:
    plant()
    plain = publish(hostile(tmp_path / "plain" / "tiny", PLAIN), tmp_path / "plain" / "reports")
    edition = hostile(tmp_path / "tiny", TEXT)
    reports = publish(edition, tmp_path / "reports")
    assert differences(plain, reports, TEXT) == []
    assert leaks(reports) == []
    (edition / "weights.csv").write_bytes((reports / "weights.csv").read_bytes())
    load(edition)  # frozen weights are read as they were written, or a component would be unknown
