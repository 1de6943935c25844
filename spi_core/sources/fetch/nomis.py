"""Nomis: an answer ends at 25,000 rows without a word, so it is paged, and its total checked.

Protocol: the publisher's own help (nomisweb.co.uk/api/v01/help), and how the client nomisr
(ropensci/nomisr, ``R/data_download.R``) pages: ``RecordOffset``, ``RECORD_COUNT`` in each row.
"""

from __future__ import annotations

import re

import pandas as pd

from spi_core.errors import Fault, InputError
from spi_core.sources.fetch.got import Got
from spi_core.sources.fetch.mapping import Mapping
from spi_core.sources.fetch.web import Web

MOST = 25_000
COLUMNS = {"area": "GEOGRAPHY_CODE", "period": "DATE", "value": "OBS_VALUE"}


def fetch(web: Web, mapping: Mapping) -> Got:
    """Fetch all rows of a query, however many pages they take."""
    request = mapping.said["request"]
    path, query = f"dataset/{request['dataset']}.data.csv", dict(request["query"])
    if "select" in query:
        query["select"] = f"{query['select']},record_offset,record_count"
    pages: list[pd.DataFrame] = []
    had, total = 0, 1
    while had < total:
        # both are counted in rows
        page = web.table(path, query | {"RecordOffset": had, "RecordLimit": MOST})
        counts = set(page.get("RECORD_COUNT", pd.Series(dtype=str)))
        if len(counts) != 1 or not re.fullmatch("[0-9]{1,9}", count := counts.pop()):
            message = "does not tell how many rows there are (RECORD_COUNT)"
            raise InputError([Fault(web.url, message, allowed="a query with rows")])
        if list(page.get("RECORD_OFFSET", ())) != [str(n) for n in range(had, had + len(page))]:
            message = f"is not the page from row {had} on (RECORD_OFFSET)"
            raise InputError([Fault(web.url, message)])
        if had and int(count) != total:
            message = f"has {count} rows now, {total} a page before: it is being changed"
            raise InputError([Fault(web.url, message, allowed="a later attempt")])
        pages.append(page)
        had, total = had + len(page), int(count)
    if had != total:
        raise InputError([Fault(web.url, f"gives {had} rows and says {total}")])
    return Got(pd.concat(pages, ignore_index=True), web.url, COLUMNS, total)
