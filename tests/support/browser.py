"""Shows a page in headless Chromium, with nothing but its own command line, and tells what is seen there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ABSENT = "no Chromium here; `apt-get install chromium` brings it"
WIDTHS = (390, 1280)
_FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
    "--no-first-run", "--enable-logging=stderr", "--virtual-time-budget=2000",
)  # fmt: skip

# The page is put into frames as it is, with its policy; what looks at it stands outside.
_PROBE = """
const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
const channel = value => value <= 0.03928 * 255 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
const ratio = (one, other) => { const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05); };
function behind(view, node) {
  for (let one = node; one; one = one.parentElement) {
    const found = parse(view.getComputedStyle(one).backgroundColor);
    if (found.length && (found.length < 4 || found[3] > 0)) return found;
  }
  return [255, 255, 255];
}
function look(frame) {
  const view = frame.contentWindow, page = frame.contentDocument, root = page.documentElement;
  let worst = 99, where = "";
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || !parent.getClientRects().length) continue;
    const inPicture = parent.closest("svg"), style = view.getComputedStyle(parent);
    if (inPicture && !parent.closest("text")) continue;
    const box = inPicture && parent.closest("text").previousElementSibling;
    const ground = box && box.matches("rect.box") ? parse(view.getComputedStyle(box).fill) : behind(view, parent);
    const found = ratio(parse(inPicture ? style.fill : style.color), ground);
    if (found < worst) { worst = found; where = node.data.trim().slice(0, 60); }
  }
  const out = [...page.querySelectorAll("body *")].filter(one => !one.closest(".wide, figure") || one.matches(".wide"))
    .filter(one => one.getBoundingClientRect().right > root.clientWidth + 1).map(one => one.tagName);
  return {
    width: root.clientWidth, wide: root.scrollWidth, out: [...new Set(out)], contrast: worst, faintest: where,
    text: page.body.innerText, title: page.title, language: root.lang,
    headings: [...page.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(one => Number(one.tagName[1])),
    pictures: [...page.querySelectorAll("svg,img")].map(one =>
      (one.querySelector(":scope > title") || {textContent: one.alt || ""}).textContent),
    unnamed: [...page.querySelectorAll("[tabindex]")].filter(one => !one.getAttribute("aria-label")).length,
    unreached: [...page.querySelectorAll(".wide")].filter(one => one.scrollWidth > one.clientWidth + 1 &&
      one.tabIndex < 0).length,
    cut: [...page.querySelectorAll("svg text")].filter(one => { const [a, b] = [one.getBoundingClientRect(),
      one.closest("svg").getBoundingClientRect()]; return a.left < b.left - 1 || a.right > b.right + 1; })
      .map(one => one.textContent),
  };
}
addEventListener("load", () => {
  document.getElementById("seen").textContent = JSON.stringify([...document.querySelectorAll("iframe")].map(look));
});
"""


@dataclass(frozen=True)
class Shown:
    """What a browser makes of a page: a view for each of ``WIDTHS``, and what it complained of."""

    views: list[dict[str, Any]]
    complaints: list[str]


def show(html: str, folder: Path, *, dark: bool = False) -> Shown:
    """Show a page at each width."""
    frames = "".join(
        f'<iframe width="{width}" height="900" style="border:0" srcdoc="{escape(html, quote=True)}"></iframe>'
        for width in WIDTHS
    )
    harness = folder / "harness.html"
    harness.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><pre id="seen"></pre>{frames}<script>{_PROBE}</script>', encoding="utf-8"
    )
    scheme = "0" if dark else "1"
    done = _chromium(folder, f"--blink-settings=preferredColorScheme={scheme}", "--dump-dom", harness.as_uri())
    found = re.search('<pre id="seen">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr
    return Shown(json.loads(unescape(found[1])), [one for one in done.stderr.splitlines() if "CONSOLE" in one])


def pages_in_print(html: str, folder: Path) -> int:
    """Return on how many sheets a page is printed."""
    source, target = folder / "page.html", folder / "page.pdf"
    source.write_text(html, encoding="utf-8")
    _chromium(folder, "--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri())
    content = target.read_bytes()
    assert content.startswith(b"%PDF-")
    return len(re.findall(rb"/Type\s*/Page\b", content))


def _chromium(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert CHROMIUM is not None, ABSENT
    command = [CHROMIUM, *_FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
