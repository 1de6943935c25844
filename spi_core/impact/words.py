"""Fixed texts of a chapter's results: ``words.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

import yaml

_SAID = yaml.safe_load((resources.files(__package__) / "words.yml").read_text("utf-8"))
#: Why a question is not answered (``words``) and what it ``needs``, by code.
REFUSALS: Mapping[str, Mapping[str, str]] = _SAID["refusals"]
#: What a reason for choosing the areas supports.
STORIES: Mapping[str, str] = _SAID["stories"]
