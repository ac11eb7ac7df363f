"""Draws pathways: services in layers by tier, the most intensive on top, and an arrow for each way of a move."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from router.authoring.html import Html, el, figure
from router.authoring.sheet.words import KINDS
from router.rules.pack import MoveKind, Pack

_WIDTH, _LEFT, _LAYER, _BOX, _LINE = 1160, 70, 130, 58, 15
_WIDEST = 150
_MOST_WAYS = 20
_ASIDE = (0.0, -0.22, 0.13, -0.09)
_STYLES = {
    MoveKind.STEP_UP: "up",
    MoveKind.STEP_DOWN: "down",
    MoveKind.TRANSFER: "side",
    MoveKind.JOINT_WORK: "side",
}


def diagrams(pack: Pack, kind: MoveKind) -> list[Html]:
    """Return the picture of all moves of a kind; one for each receiver where one alone would be a tangle."""
    moves = [one for one in pack.moves.values() if one.kind is kind]
    ways = sorted({(giver, one.receiver) for one in moves for giver in one.givers})
    if len(ways) <= _MOST_WAYS:
        return [_diagram(pack, kind, ways, KINDS[kind], 0)] if ways else []
    receivers = sorted({taker for _, taker in ways}, key=lambda name: (-pack.services[name].tier, name))
    return [
        _diagram(
            pack, kind, [way for way in ways if way[1] == name], f"{KINDS[kind]} to {pack.services[name].label}", number
        )
        for number, name in enumerate(receivers)
    ]


def _diagram(pack: Pack, kind: MoveKind, ways: Sequence[tuple[str, str]], what: str, number: int) -> Html:
    services = sorted({name for way in ways for name in way})
    tiers = sorted({pack.services[name].tier for name in services}, reverse=True)
    layers = [[name for name in services if pack.services[name].tier == tier] for tier in tiers]
    places = _places(layers)
    height = len(layers) * _LAYER
    mark = f"arrow-{kind.value.replace('_', '-')}-{number}"
    told = "; ".join(f"{pack.services[giver].label} to {pack.services[taker].label}" for giver, taker in ways)
    drawn: list[Html] = []
    for place, tier in enumerate(tiers):
        drawn.append(el("text", f"Tier {tier}", x=0, y=place * _LAYER + _BOX // 2 + 18, class_="tier"))
    drawn += [_way(places[giver], places[taker], kind, mark) for giver, taker in ways]
    for layer in layers:
        width = _box_width(len(layer))
        drawn += [box for name in layer for box in _box(pack.services[name].label, places[name], width)]
    arrow = el("marker", el("path", d="M0,0 L8,4 L0,8 z", class_="head"), **_MARKER, id=mark)
    # A line that only passes behind a box has neither a dot nor an arrow there.
    dot = el("marker", el("circle", cx=4, cy=4, r=3, class_="head"), **{**_MARKER, "refX": "4"}, id=f"{mark}-from")
    picture = el(
        "svg",
        el("title", f"{what}: {told}"),
        el("defs", arrow, dot),
        *drawn,
        viewBox=f"0 0 {_WIDTH} {height}",
        width=_WIDTH,
        height=height,
        role="img",
    )
    return figure(picture, f"{what}: {len(ways)} ways, in layers by tier")


_MARKER = {
    "viewBox": "0 0 8 8",
    "refX": "7",
    "refY": "4",
    "markerWidth": "8",
    "markerHeight": "8",
    "orient": "auto-start-reverse",
}


def _box_width(count: int) -> int:
    return min(_WIDEST, (_WIDTH - _LEFT) // count - 12)


def _places(layers: Sequence[Sequence[str]]) -> dict[str, tuple[int, int]]:
    """Return the middle of the top of each service's box."""
    found = {}
    for row, layer in enumerate(layers):
        room = (_WIDTH - _LEFT) / len(layer)
        # Layers stand a little aside of each other: else a line straight up would seem to go from box to box.
        free = (room - _box_width(len(layer))) / 2
        aside = max(-free, min(free, _ASIDE[row % len(_ASIDE)] * room))
        for column, name in enumerate(layer):
            found[name] = (round(_LEFT + room * (column + 0.5) + aside), row * _LAYER + 10)
    return found


def _box(label: str, place: tuple[int, int], width: int) -> list[Html]:
    middle, top = place
    lines = textwrap.wrap(label, max(8, width // 7))[:3]
    first = top + _BOX // 2 + 5 - (len(lines) - 1) * _LINE // 2
    words = [el("tspan", line, x=middle, y=first + number * _LINE) for number, line in enumerate(lines)]
    return [
        el("rect", x=middle - width // 2, y=top, width=width, height=_BOX, rx=5, class_="box"),
        el("text", *words, text_anchor="middle"),
    ]


def _way(giver: tuple[int, int], taker: tuple[int, int], kind: MoveKind, mark: str) -> Html:
    start, end = giver, taker
    if giver[1] == taker[1]:
        # between neighbours of a layer the line swings below them
        sag = giver[1] + _BOX + 34
        path = f"M{start[0]},{start[1] + _BOX} Q{(start[0] + end[0]) // 2},{sag} {end[0]},{end[1] + _BOX}"
    else:
        upwards = taker[1] < giver[1]
        begin = giver[1] if upwards else giver[1] + _BOX
        finish = taker[1] + _BOX if upwards else taker[1]
        bend = (begin + finish) // 2
        path = f"M{start[0]},{begin} C{start[0]},{bend} {end[0]},{bend} {end[0]},{finish}"
    both = kind is MoveKind.JOINT_WORK
    return el(
        "path",
        d=path,
        class_=f"way {_STYLES[kind]}",
        marker_end=f"url(#{mark})",
        marker_start=f"url(#{mark})" if both else f"url(#{mark}-from)",
    )
