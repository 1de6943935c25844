"""What the package rests on: licences that are allowed, hashes of all, no address of a registry."""

from __future__ import annotations

import json
import re

from tests.support.editions import ROOT
from tests.support.licences import KNOWN, allowed, licences, pinned, plain

NODE = ROOT / "tests" / "support" / "node"


def test_every_library_may_be_used_and_passed_on() -> None:
    found = licences()
    assert {"numpy", "pandas", "typst", "pytest"} <= set(found)
    assert {n: words for n, words in found.items() if n not in KNOWN and not allowed(words)} == {}
    assert set(KNOWN) <= pinned()


def test_a_licence_that_is_not_allowed_is_seen() -> None:
    for words in ("GPL-3.0-only", "MIT AND GPL-2.0-or-later", "", "Proprietary", "AGPL-3.0"):
        assert not allowed(words), words
    for words in ("MIT", "BSD-3-Clause AND 0BSD", "GPL-2.0 OR MIT", "Apache-2.0 OR BSD-2-Clause"):
        assert allowed(words), words


def test_every_pinned_library_has_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.split(r"\n(?=[\w.-]+==)", "\n" + lock)[1:]
    assert {plain(e.split("==")[0]) for e in entries} == pinned()
    assert [e.split("==")[0] for e in entries if "--hash=sha256:" not in e] == []
    assert "://" not in lock


def test_axe_core_is_pinned_by_its_hash_and_comes_from_any_registry() -> None:
    asked = json.loads((NODE / "package.json").read_text("utf-8"))["devDependencies"]
    text = (NODE / "package-lock.json").read_text("utf-8")
    packages = {k: v for k, v in json.loads(text)["packages"].items() if k}
    assert set(packages) == {f"node_modules/{name}" for name in asked}
    for name, about in packages.items():
        assert about["version"] == asked[name.removeprefix("node_modules/")]
        assert re.fullmatch(r"sha512-[\w+/]{86}==", about["integrity"])
        assert allowed(about["license"])
    assert "://" not in text
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "npm ci" in makefile
    assert "npm install" not in makefile
