"""OHID Fingertips: all figures of indicators for one type of area, told by its id.

Protocol: fingertips.phe.org.uk/api, as OHID's own client asks it (fingertips_py,
``retrieve_data.get_data_by_indicator_ids``). The id of an area type stands for one vintage:
``/api/area_types`` lists them.
"""

from __future__ import annotations

from spi_core.errors import Fault, InputError, some
from spi_core.sources.fetch.got import Got, must_have
from spi_core.sources.fetch.mapping import Mapping
from spi_core.sources.fetch.web import Web

COLUMNS = {"area": "Area Code", "period": "Time period", "value": "Value", "note": "Value note"}
#: Rows with one are parts of a figure, such as the poorest tenth.
PART = "Category Type"
ENGLAND = 15


def fetch(web: Web, mapping: Mapping) -> Got:
    """Fetch indicators; rows of parts of a population are left out."""
    request = mapping.said["request"]
    wanted = [str(i) for i in request["indicators"]]
    query = {
        "indicator_ids": ",".join(wanted),
        "child_area_type_id": request["area_type_id"],
        "parent_area_type_id": request.get("parent_area_type_id", ENGLAND),
    }
    query |= {k: request[k] for k in ("profile_id",) if k in request}
    frame = web.table("all_data/csv/by_indicator_id", query)
    must_have(frame, ("Indicator ID", PART), web.url)
    absent = [i for i in wanted if i not in set(frame["Indicator ID"])]
    if absent:
        message = f"has no row of {some(absent)} for areas of type {request['area_type_id']}"
        raise InputError([Fault(web.url, message, allowed="another area_type_id")])
    whole = frame[frame[PART] == ""].reset_index(drop=True)
    notes = [f"{n} rows of parts of areas' people"] if (n := len(frame) - len(whole)) else []
    return Got(whole, web.url, COLUMNS, len(frame), notes=notes)
