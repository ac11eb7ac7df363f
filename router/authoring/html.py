"""Writes HTML in which nothing can be left unescaped: text is escaped where it is put in, and only elements are not.

Pages stand alone: no script, no font, no picture from elsewhere, and a policy in the page that lets none in. Colours
keep apart for every kind of colour vision, in light and dark, and nothing is said by colour alone.
"""

from __future__ import annotations

from datetime import date
from html import escape

#: So many columns have room on the narrowest screen.
_MOST_NARROW = 2
_VOID = frozenset({"br", "meta", "rect", "line", "path", "circle"})
_STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #ffffff; --line: #767676; --soft: #f1f1f1;
  --more: #0072b2; --less: #b34700; --more-soft: #d6eaf5; }
@media (prefers-color-scheme: dark) { :root { --ink: #f0f0f0; --paper: #16181b; --line: #9a9a9a; --soft: #26292d;
  --more: #56b4e9; --less: #e69f00; --more-soft: #16384a; } }
body { font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 1.5rem auto;
  max-width: 75rem; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; } h2 { margin-top: 2.5rem; }
table { border-collapse: collapse; margin: 1rem 0; } caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top; }
thead th, tbody th { background: var(--soft); } tbody th div { font-weight: normal; } time { white-space: nowrap; }
td ul, td ol { margin: 0; padding-left: 1.2rem; } td li + li { margin-top: .2rem; }
td.number, th.number { text-align: right; }
td.some { background: var(--more-soft); font-weight: 600; } td.same { color: var(--line); }
.wide, figure { overflow-x: auto; } .notice { border-left: .3rem solid var(--less); padding: .3rem .8rem; }
dl { margin: .5rem 0; } dt { font-weight: 600; } dd { margin: 0 0 .5rem 1.2rem; }
svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
svg .more { fill: var(--more); } svg .less { fill: var(--less); } svg .axis { stroke: var(--line); }
svg .box { fill: var(--soft); stroke: var(--line); } svg .way { fill: none; stroke-width: 1.6; }
svg .up { stroke: var(--less); } svg .down { stroke: var(--more); stroke-dasharray: 6 4; }
svg .side { stroke: var(--ink); } svg .head { fill: var(--ink); } svg .tier { font-weight: 600; }
.even { table-layout: fixed; width: 100%; } .even thead th:first-child { width: 8rem; }
@media screen and (max-width: 45rem) {
  figure { margin: 1rem 0; } figure svg { max-width: none; }
  .stack, .stack caption, .stack tbody, .stack tr, .stack th, .stack td { display: block; }
  .stack thead { display: none; }
  .stack tr { border: 1px solid var(--line); margin-bottom: 1rem; } .stack th, .stack td { border: 0; }
  .stack td + td { border-top: 1px solid var(--soft); }
  .stack td::before { content: attr(data-label); display: block; font-weight: 600; } }
@media print { :root { color-scheme: light; --ink: #000; --paper: #fff; --line: #555; --soft: #eee;
  --more: #0072b2; --less: #b34700; --more-soft: #d6eaf5; }
  body { margin: 0; max-width: none; font-size: 8pt; line-height: 1.35; } h2 { break-after: avoid; }
  .wide, figure { overflow: visible; }
  figure, section.together { break-inside: avoid; } caption { break-after: avoid; }
  thead { display: table-header-group; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


class Html(str):
    """A piece of HTML that was made here. Everything else is text."""

    __slots__ = ()


def el(name: str, /, *content: object, **attributes: object) -> Html:
    """Return an element. Content that is no element is escaped; None is left out, and so are such attributes.

    An attribute's name may end in an underscore where Python has the word, and other underscores are hyphens.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value), quote=True)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID and not content:
        return Html(f"<{name}{written}>" if name in {"br", "meta"} else f"<{name}{written}/>")
    return Html(f"<{name}{written}>{joined(*content)}</{name}>")


def joined(*content: object) -> Html:
    """Return pieces put together; what is no element is escaped."""
    return Html("".join(one if isinstance(one, Html) else escape(str(one)) for one in content if one is not None))


def table(
    caption: str,
    headers: list[object],
    rows: list[list[object]],
    *,
    numbers: frozenset[int] = frozenset(),
    even: bool = False,
) -> Html:
    """Return a table. The first cell of each row is its header; columns in ``numbers`` stand to the right.

    On a narrow screen a table of words becomes one block for each row, in which each cell says its column; a table of
    numbers can be scrolled, by keys too. With ``even`` all columns but the first are of one width. The roles are
    written out, since a block is no row to a screen reader.
    """
    stacks = not numbers and len(headers) > _MOST_NARROW

    def kind(place: int) -> str | None:
        return "number" if place in numbers else None

    heads = (el("th", one, scope="col", role="columnheader", class_=kind(place)) for place, one in enumerate(headers))
    head = el("tr", *heads, role="row")
    body = (
        el(
            "tr",
            el("th", row[0], scope="row", role="rowheader"),
            *(_cell(one, kind(place), headers[place]) for place, one in enumerate(row[1:], start=1)),
            role="row",
        )
        for row in rows
    )
    whole = el(
        "table",
        el("caption", caption),
        el("thead", head, role="rowgroup"),
        el("tbody", *body, role="rowgroup"),
        role="table",
        class_=" ".join(name for name, holds in (("stack", stacks), ("even", even)) if holds) or None,
    )
    return el("div", whole, class_="wide", role="region", aria_label=caption, tabindex=0)


def items(*content: object) -> Html | None:
    """Return a list, or None where there is nothing to list."""
    return el("ul", *(el("li", one) for one in content)) if content else None


def page(title: str, *content: object) -> str:
    """Return a whole page under its title."""
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", title),
        Html(f"<style>{_STYLE}</style>"),
    )
    whole = el("html", head, el("body", el("main", el("h1", title), *content)), lang="en-GB")
    return f"<!DOCTYPE html>\n{whole}\n"


def figure(picture: Html, caption: str) -> Html:
    """Return a picture with its caption. What is wider than the screen can be scrolled, by keys too."""
    return el("figure", picture, el("figcaption", caption), tabindex=0, aria_label=caption)


def day(moment: date) -> Html:
    """Return a day that is not broken over two lines."""
    return el("time", moment.isoformat(), datetime=moment.isoformat())


def _cell(content: object, kind: str | None, header: object) -> Html:
    if isinstance(content, Html) and content.startswith("<td"):
        return content
    label = header if isinstance(header, str) and header else None
    return el("td", content, class_=kind, role="cell", data_label=label)
