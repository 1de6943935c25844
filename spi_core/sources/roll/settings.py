"""What of ``edition.yml`` moves on with a period, changed in its text: comments stay."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

#: Where the label of the last period stands for the edition's own year.
NAMED_AFTER = ("title", "subtitle", "short_title", "edition_year")


def roll_settings(text: str, ids: Mapping[str, str], label: str, name: str) -> str:
    r"""Write the new edition's settings.

    Parameters
    ----------
    text : str
        ``edition.yml`` of the old one, without a fault.
    ids : mapping of str to str
        Old to new ids of the periods.
    label : str
        Of the new period.
    name : str
        Of the new edition.

    Returns
    -------
    str
        With the new period last, the old ones renamed (in the sums that ``disclosure`` names, too),
        and the label of the old last period
        replaced in the edition's titles and year. ``follows`` names the old edition. Similar
        areas are the edition's own, until the reference population has figures of the period.

    Examples
    --------
    >>> old = "id: a\ntitle: Year 2014\nperiods:\n  - {id: current, label: '2014'} # last\n"
    >>> print(roll_settings(old, {"current": "baseline"}, "2015", "b"))
    id: b
    follows: a
    title: Year 2015
    periods:
      - {id: baseline, label: '2014'} # last
      - {id: current, label: "2015"}
    <BLANKLINE>
    """
    root: Any = yaml.compose(text, yaml.SafeLoader)
    top = {key.value: value for key, value in root.value}
    periods = [{k.value: v for k, v in item.value} for item in top["periods"].value]
    before = str(periods[-1]["label"].value)
    named = [p["id"] for p in periods]
    if isinstance(rules := top.get("disclosure"), yaml.MappingNode):
        # sums over periods are of the years that they were of
        pools = {k.value: v.value for k, v in rules.value}.get("pooled", [])
        named += [n for pool in pools for _, v in pool.value
                  for n in (v.value if isinstance(v, yaml.SequenceNode) else [v])]  # fmt: skip
    edits = [(node, ids[node.value]) for node in named if node.value in ids]
    changed = [(n.start_mark.index, n.end_mark.index, new) for n, new in edits]
    for key in (k for k in NAMED_AFTER if k in top):
        start, end = top[key].start_mark.index, top[key].end_mark.index
        changed.append((start, end, _said_of(before).sub(lambda _: label, text[start:end])))
    start, end = top["id"].start_mark.index, top["id"].end_mark.index
    old = str(top["id"].value)
    changed.append((start, end, name if "follows" in top else f"{name}\nfollows: {old}"))
    if "follows" in top:
        changed.append((top["follows"].start_mark.index, top["follows"].end_mark.index, old))
    item = f"{{id: current, label: {json.dumps(label, ensure_ascii=False)}}}"
    last = max(value.end_mark.index for value in periods[-1].values())
    if top["periods"].flow_style:
        last = text.index("}", last) + 1
        changed.append((last, last, f", {item}"))
    else:
        dash = text.rindex("-", 0, top["periods"].value[-1].start_mark.index)
        indent = text[text.rindex("\n", 0, dash) + 1 : dash]
        last = (text + "\n").index("\n", last)
        changed.append((last, last, f"\n{indent}- {item}"))
    rule = {k.value: v for k, v in top["comparators"].value} if "comparators" in top else {}
    if "from" in rule:  # the reference population has no figures of the new period yet
        changed.append((rule["from"].start_mark.index, rule["from"].end_mark.index, "edition"))
    for start, end, new in sorted(changed, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def mentions(text: str, label: str) -> tuple[str, ...]:
    r"""List the sentences that name a period's label outside the list of periods.

    Parameters
    ----------
    text : str
        ``edition.yml``.
    label : str
        For instance ``2014``.

    Returns
    -------
    tuple of str
        ``row 75: …``, whose words may have been true of that year only; whole sentences, however
        many rows they take.

    Examples
    --------
    >>> text = "periods:\n  - {label: '2014'}\nnote: 'First. As in\n  2014.'"
    >>> mentions(text, "2014")
    ('row 4: As in 2014.',)
    """
    found = {}
    for node in _texts(yaml.compose(text, yaml.SafeLoader)):
        start = node.start_mark.index
        for at in _said_of(label).finditer(text, start, node.end_mark.index):
            row = text.count("\n", 0, at.start()) + 1
            said = re.split(r"(?<=[.!?;])\s+", str(node.value))
            found[row] = " ".join(s.strip() for s in said if _said_of(label).search(s))
    return tuple(f"row {n}: {said}" for n, said in sorted(found.items()))


def _texts(node: Any) -> list[Any]:
    """Gather what the settings say, but for the periods themselves and what is no year."""
    if isinstance(node, yaml.MappingNode):
        kept = [v for k, v in node.value if k.value not in ("periods", "id", "follows", "seed")]
    elif isinstance(node, yaml.SequenceNode):
        kept = node.value
    else:
        return [node]
    return [text for part in kept for text in _texts(part)]


def _said_of(label: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/–-]){re.escape(label)}(?![\w/–-])")
