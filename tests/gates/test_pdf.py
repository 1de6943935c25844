"""Every PDF: a validator of others and our own checks find nothing, briefs fill two pages."""

from __future__ import annotations

import pikepdf
import pytest

from tests.pdf_checks import pdf_faults

pytestmark = pytest.mark.gate


def test_every_pdf_conforms_to_pdf_ua_1(rendered):
    page = pytest.importorskip("page", reason="page-validation is not installed")
    faults = {}
    files = sorted(rendered.rglob("*.pdf"))
    for path in files:
        report = page.validate_pdf(path, profile="ua1")
        if not report.is_compliant:
            faults[path.name] = sorted({f"{f.rule_id}: {f.message}" for f in report.failures})
    assert len(files) >= 20
    assert faults == {}


def test_every_pdf_passes_our_own_checks(rendered):
    faults = {p.name: found for p in rendered.rglob("*.pdf") if (found := pdf_faults(p))}
    assert faults == {}


def test_every_ward_brief_fills_two_pages(rendered):
    briefs = sorted((rendered / "wards").glob("*.pdf"))
    pages = {}
    for path in briefs:
        with pikepdf.open(path) as pdf:
            pages[path.name] = len(pdf.pages)
    assert len(briefs) == 17
    assert set(pages.values()) == {2}, pages
