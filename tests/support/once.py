"""What is expensive to make is made once a session, whichever worker needs it first."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

__all__ = ["once"]

PATIENCE = 1800


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Give a folder that all workers of the session share; tests only read it.

    Parameters
    ----------
    factory : pytest.TempPathFactory
        Where tests have their folders.
    name : str
        The folder's name.
    make : callable
        Makes and fills the folder that it is given.
    """
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # the worker's own folder lies in the session's
        root = root.parent
    folder, made = root / name, root / f"{name}.made"
    try:
        (root / f"{name}.claimed").mkdir()
    except FileExistsError:
        until = time.monotonic() + PATIENCE
        while not made.exists() and time.monotonic() < until:
            time.sleep(0.2)
    else:
        try:
            make(folder)
            outcome = "made"
        except BaseException as error:
            outcome = f"{type(error).__name__}: {error}"
            raise
        finally:
            made.write_text(outcome, encoding="utf-8")
    outcome = made.read_text(encoding="utf-8") if made.exists() else f"not made in {PATIENCE} s"
    if outcome != "made":
        pytest.fail(f"{name}, which another worker makes: {outcome}")
    return folder
