"""Whatever is done to an edition's files, reading it either works or names the fault."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from spi_core.edition.inputs import load
from spi_core.errors import InputError
from tests.support.editions import make_edition

pytestmark = pytest.mark.gate

MUTATIONS = 300
JUNK = (
    "",
    "n/a",
    "-1",
    "1e999",
    "NaN",
    "140",
    "1,234",
    "Ä\u0000",
    "E05999999",
    "2014-13-45",
    '"',
    "None",
    "yes",
)


def spoil(path: Path, chance: random.Random) -> str:
    """Do one thing to a file that an unlucky hand might do; say what."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    what = chance.choice(["cell", "drop line", "repeat line", "cut", "swap columns", "blank"])
    at = chance.randrange(len(lines))
    if what == "cell":
        cells = lines[at].split(",")
        cells[chance.randrange(len(cells))] = chance.choice(JUNK)
        lines[at] = ",".join(cells)
    elif what == "drop line":
        del lines[at]
    elif what == "repeat line":
        lines.insert(at, lines[at])
    elif what == "cut":
        path.write_text(text[: chance.randrange(len(text))], encoding="utf-8")
        return f"{path.name}: cut"
    elif what == "swap columns":
        lines = [",".join(reversed(line.split(","))) for line in lines]
    else:
        lines = []
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return f"{path.name}: {what} at {at + 1}"


def test_any_spoiled_edition_loads_or_is_refused_with_a_reason(tmp_path):
    sound = make_edition(tmp_path / "sound")
    names = [p.relative_to(sound) for p in sorted(sound.rglob("*")) if p.is_file()]
    chance = random.Random(84)
    refused = 0
    for turn in range(MUTATIONS):
        folder = tmp_path / f"e{turn}"
        shutil.copytree(sound, folder)
        done = [
            spoil(folder / chance.choice(names), chance) for _ in range(chance.choice([1, 1, 2]))
        ]
        try:
            load(folder)
        except InputError as error:
            refused += 1
            silent = [f for f in error.faults if not (f.message and f.file)]
            if silent or not error.faults:
                pytest.fail(f"{done}: a fault without file or message")
        except Exception as error:
            pytest.fail(f"{done}: {type(error).__name__}: {error}")
        shutil.rmtree(folder)
    assert refused > MUTATIONS / 2, "the mutations spoil too little to test anything"
