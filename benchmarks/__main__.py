"""``make bench``: speed, memory and calibration as tables; nothing is asserted."""

from __future__ import annotations

import os
import platform

from benchmarks import (
    changes,
    disclosure,
    explorer,
    impact_calibration,
    impact_wide,
    london,
    render,
    uncertainty,
)


def main() -> None:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores{load}\n")
    parts = (uncertainty, changes, disclosure, render, explorer, london, impact_wide)
    for part in (*parts, impact_calibration):
        part.main()


if __name__ == "__main__":
    main()
