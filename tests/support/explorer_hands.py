"""What readers do with the explorer, by mouse and by keys, and what they then see."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.browser import axe_run
from tests.support.explorer_browser import STATED, Tab

WARD = "E05000003"
WARDS = "E05000003,E05000004,E05000005"
VIEWS = {
    "map": f"measure=indicator_010&area={WARD}&table=on",
    "missing": f"measure={STATED}&classes=jenks&n=5&table=on",
    "rating": f"show=rating&measure=c-component-3&area={WARD}",
    "change": "show=change&measure=indicator_010&classes=equal",
    "small areas": "level=lsoa&measure=indicator_010&table=on",
    "borough": "level=borough&measure=indicator_010",
    "scorecard": f"view=scorecard&area={WARD}&table=on",
    "compare": f"view=compare&areas={WARDS}&measure=indicator_010&table=on",
    "figure": "view=figure&measure=indicator_010&table=on",
    "weights": f"view=weights&weights=c-component-3:3&area={WARD}&table=on",
    "targets": "view=targets&table=on",
    "help": "view=about&table=on",
}


def press(tab: Tab, key: str, times: int = 1) -> None:
    for _ in range(times):
        tab.page.keyboard.press(key)
    tab.settle()


def legend(tab: Tab) -> dict[str, int]:
    """Words of each class to the number of its areas."""
    rows = tab.page.locator(".legend-list [data-class]:not([data-class^='mark-'])")
    found = {}
    for text, count in zip(
        rows.locator("span:not(.count):not(.meaning)").all_inner_texts(),
        rows.locator(".count").all_inner_texts(),
        strict=True,
    ):
        found[text] = int(re.sub(r"\D", "", count))
    return found


def pick_by_mouse(tab: Tab, name: str, measure: str) -> None:
    tab.page.click("[data-key=pick]")
    tab.page.fill(".pick input", name)
    tab.page.click(f".tree [data-measure={measure}]")


def pick_by_keys(tab: Tab, name: str, measure: str) -> None:
    del measure
    tab.page.focus("[data-key=pick]")
    press(tab, "Enter")
    tab.page.keyboard.type(name)
    press(tab, "Enter")


def radio_by_mouse(tab: Tab, label: str) -> None:
    choice = tab.page.locator(".segment", has_text=re.compile(f"^{label}$"))
    if choice.is_visible():
        choice.click()
    else:  # on a phone the areas are a list
        tab.page.select_option(".compact select", label=label)
    tab.settle()


def radio_by_keys(tab: Tab, label: str) -> None:
    group = tab.page.locator("fieldset", has=tab.page.locator(".segment", has_text=label))
    labels = group.first.locator(".segment").all_text_contents()
    listed = group.first.locator("select:visible")
    (listed if listed.count() else group.first.locator("input:checked")).focus()
    press(tab, "Home" if listed.count() else "Shift")
    for _ in labels:
        checked = """(document.activeElement.selectedOptions?.[0]
          ?? document.activeElement.parentElement).textContent"""
        if tab.page.evaluate(checked) == label:
            return
        press(tab, "ArrowDown")
    raise AssertionError(f"{label} can't be reached by keys")


def boxes(tab: Tab, selector: str) -> list[dict[str, float]]:
    found: list[dict[str, float]] = tab.page.locator(selector).evaluate_all(
        "all => all.map(e => { const b = e.getBoundingClientRect(); "
        "return {x: b.x, y: b.y, width: b.width, height: b.height, "
        "name: e.outerHTML.slice(0, 90)} })"
    )
    return [b for b in found if b["width"] > 0]


def faults_of_view(tab: Tab, state: str) -> list[str]:
    """What axe-core, the ruler and the width of the page find wrong, all panels open."""
    tab.go(state)
    for key in ("share", "pick"):
        opener = tab.page.locator(f"[data-key={key}]")
        if opener.is_visible() and opener.get_attribute("aria-expanded") == "false":
            opener.click()
    tab.settle()
    result = axe_run(tab.page)
    found = [f"{v['id']}: {v['nodes'][0]['html'][:160]}" for v in result["violations"]]
    if len(result["passes"]) <= 10:
        found.append("axe-core ran over nothing")
    wide = tab.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        found.append(f"{wide} px too wide")
    controls = "button, select, input:not([type=radio]), .segment, .tabs a, summary, [role=listbox]"
    controls += ", footer a, .glance a, .name-button"
    small = [b["name"] for b in boxes(tab, controls) if min(b["height"], b["width"]) < 23.9]
    # the box of a check stands in a label that is as large as a target has to be
    return found + [f"small: {name}" for name in small if 'type="checkbox"' not in name]


def download(tab: Tab, kind: str) -> tuple[str, bytes]:
    with tab.page.expect_download() as caught:
        tab.page.click(f"[data-file={kind}]")
    return caught.value.suggested_filename, Path(caught.value.path()).read_bytes()
