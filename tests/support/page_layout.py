"""Whether a page fits its window and the words of its pictures stand clear, in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["browser_faults"]

#: Letters of a chart are paths that are used by name, each line of words a group with a scale.
#: The pictures, which a page shows as images, are laid out beside one another to be measured.
PICTURES = """() => [...document.querySelectorAll("img[src^='data:image/svg']")].flatMap((img) => {
  if (!img.getClientRects().length) return [];
  const from = atob(img.src.split(",")[1]);
  const bytes = Uint8Array.from(from, (c) => c.charCodeAt(0));
  const text = new TextDecoder().decode(bytes);
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  document.body.append(svg);
  const about = img.alt.slice(0, 40), frame = svg.getBoundingClientRect(), found = [];
  const words = [...svg.querySelectorAll("g[transform*='scale'], text")].filter(
    (g) => g.matches("text") || g.querySelector(":scope > use")).map((g) => g.getBoundingClientRect());
  const at = (b) => `${Math.round(b.left - frame.left)},${Math.round(b.top - frame.top)}`;
  words.forEach((a, i) => {
    if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 1 || a.bottom > frame.bottom + 1)
      found.push(`cut: words at ${at(a)} go past the edge of the picture “${about}”`);
    for (const b of words.slice(0, i))
      if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
        found.push(`overlap: words at ${at(b)} and ${at(a)} of the picture “${about}”`);
  });
  svg.remove();
  return found;
})"""  # noqa: E501
#: What hides words beyond its edge; a table that scrolls says so by itself.
CUT = """() => [...document.querySelectorAll("main *")].filter((e) => {
  const hides = ["hidden", "clip"].includes(getComputedStyle(e).overflowX);
  return hides && e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1;
}).map((e) => `cut: ${JSON.stringify(e.textContent.trim().slice(0, 40))} goes past the edge of its box`)"""  # noqa: E501


def browser_faults(tab: Any, page: Path) -> list[str]:
    """Open a page and list what does not fit: ``sideways``, ``cut`` and ``overlap`` in pictures."""
    tab.goto(page.as_uri())
    beyond = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    faults = [f"sideways: the page is {beyond} px wider than the window"] if beyond > 0 else []
    return [*faults, *tab.evaluate(CUT), *tab.evaluate(PICTURES)]
