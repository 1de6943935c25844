"""The London Datastore: a file of a dataset, found by the dataset's own description.

Protocol: DataPress (datapress.gitbook.io/datapress, "Read a dataset": ``/api/dataset/:slug``, whose
``resources`` have ``title``, ``format``, ``url``); files may lie on another host of the registry.
"""

from __future__ import annotations

from spi_core.errors import Fault, InputError, some
from spi_core.sources.fetch.got import Got
from spi_core.sources.fetch.mapping import Mapping
from spi_core.sources.fetch.web import Web

_RESOURCE = {
    "type": "object", "required": ["url"], "properties": {"url": {"type": "string"}},
}  # fmt: skip
#: What of the description is relied on.
FORM = {
    "type": "object",
    "properties": {
        "resources": {
            "type": ["object", "array"], "additionalProperties": _RESOURCE, "items": _RESOURCE,
        }
    },
}  # fmt: skip


def fetch(web: Web, mapping: Mapping) -> Got:
    """Fetch a resource, named by its id, its title or the end of its address."""
    request = mapping.said["request"]
    about = web.json(f"api/dataset/{request['dataset']}", form=FORM)
    found = about.get("resources", [])
    listed = [{"id": k, **v} for k, v in found.items()] if isinstance(found, dict) else found
    wanted = request["resource"]
    mine = [
        r for r in listed
        if wanted in (r.get("id"), r.get("title"), r["url"].rsplit("/", 1)[-1])
    ]  # fmt: skip
    if len(mine) != 1:
        known = some([f"{r.get('title')} ({r.get('id')})" for r in listed])
        message = f"has {len(mine)} resources of this name"
        raise InputError([Fault(web.url, message, None, "resources", wanted, known)])
    frame = web.table(mine[0]["url"])
    licence = about.get("licence", "")
    licence = licence.get("title", "") if isinstance(licence, dict) else str(licence)
    return Got(frame, web.url, {}, len(frame), licence=licence)
