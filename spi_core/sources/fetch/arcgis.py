"""ONS Open Geography: features of an ArcGIS service, in pages, counted first.

Protocol: Esri's ArcGIS REST API, "Query (Feature Service/Layer)": ``returnCountOnly``,
``resultOffset``, ``resultRecordCount``, ``exceededTransferLimit``; errors come with status 200.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spi_core.errors import Fault, InputError, some
from spi_core.sources.fetch.web import Web

PAGE = 1000


def features(web: Web, layer: Mapping[str, Any], *, drawn: bool) -> list[dict[str, Any]]:
    """Fetch all features of a layer.

    Parameters
    ----------
    web : Web
        The publisher.
    layer : mapping
        ``service``, ``layer``, ``where``; ``code``, ``name`` and ``to`` name its fields.
    drawn : bool
        With polygons, in the British National Grid.

    Returns
    -------
    list of dict
        GeoJSON features, or records of the fields.

    Raises
    ------
    InputError
        If the service says that something is wrong, or gives other features than it counts.
    """
    path = f"{layer['service']}/FeatureServer/{layer.get('layer', 0)}/query"
    where = {"where": layer.get("where", "1=1")}
    total = _sound(web, path, {**where, "returnCountOnly": "true", "f": "json"}).get("count")
    if not isinstance(total, int) or not total:
        raise InputError([Fault(web.url, "counts no feature", allowed="another where")])
    fields = [layer[key] for key in ("code", "name", "to") if key in layer]
    told = "properties" if drawn else "attributes"
    text = {name: {"type": ["string", "null"]} for name in fields}
    one = {"type": "object", "required": [told],
           "properties": {told: {"type": "object", "properties": text}}}  # fmt: skip
    form = {"properties": {"features": {"type": "array", "items": one}}}
    query = {**where, "outFields": ",".join(fields), "orderByFields": layer["code"],
             "returnGeometry": str(drawn).lower(), "f": "geojson" if drawn else "json"}  # fmt: skip
    if drawn:
        query["outSR"] = "27700"
    found = list[dict[str, Any]]()
    while len(found) < total:
        page = {"resultOffset": len(found), "resultRecordCount": PAGE}
        more = _sound(web, path, query | page, form).get("features", [])
        if not more:
            message = f"ends after {len(found)} of {total} features"
            raise InputError([Fault(web.url, message, allowed="all of them")])
        found += more
    keys = [[f[told].get(name) for name in fields] for f in found]
    lacks = [
        name for n, name in enumerate(fields) if any(not (key[n] or "").strip() for key in keys)
    ]
    faults = [Fault(web.url, f"has features without {some(lacks)}")] if lacks else []
    if len(found) != total or len(set(map(tuple, keys))) != total:
        faults.append(Fault(web.url, f"gives {len(found)} features, some twice, of {total}"))
    if faults:
        raise InputError(faults)
    return found if drawn else [f[told] for f in found]


def _sound(
    web: Web, path: str, query: Mapping[str, Any], form: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    said: dict[str, Any] = web.json(path, query, form={"type": "object", **(form or {})})
    if "error" in said:
        raise InputError([Fault(web.url, f"answers with an error: {str(said['error'])[:200]}")])
    return said
