"""Writes a rule file as all of them are written: keys in the order of the language, two spaces, lines that fit.

Comments stay where they are: one that stands above a key goes with it. What a file says is not changed; a result that
says anything else is not given out.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from router.rules.loader import kind_of
from router.rules.yamlfile import Fault, PackError, Path_, parse_yaml

WIDTH = 120


def formatted(name: str, text: str) -> str:
    """Return the text of a rule file as it should be written; ``name`` is its path within the pack.

    Raises ``PackError`` if it is not a file of a pack or not YAML, or if it cannot be written otherwise without a
    change of meaning.
    """
    kind = kind_of(name)
    if kind is None:
        raise PackError([Fault(name, 0, 0, "is not a file of a pack; see the list in docs/rule-language.md")])
    before = parse_yaml(text, name).data
    lines = text.splitlines()
    ordered = _in_order("\n".join(line.rstrip() for line in lines) + "\n", kind)
    result = _aligned(ordered, _tidy(ordered, kind))
    if parse_yaml(result, name).data != before:
        raise PackError([Fault(name, 0, 0, "cannot be formatted without a change of what it says; format it by hand")])
    return result


def _tidy(text: str, kind: type[BaseModel]) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    data = yaml.load(text)
    _order_flow(data, kind)
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue().rstrip("\n") + "\n"


def _aligned(before: str, after: str) -> str:
    """Put each comment that stood in line with what follows it in line with it again."""
    old, new = before.splitlines(), after.splitlines()
    stood = [_follows(old, place) == _indent(old[place]) for place in _comments(old)]
    places = _comments(new)
    if len(stood) != len(places):
        return after
    for place, in_line in zip(places, stood, strict=True):
        if in_line:
            new[place] = " " * _follows(new, place) + new[place].lstrip()
    return "\n".join(new) + "\n"


def _comments(lines: list[str]) -> list[int]:
    return [place for place, line in enumerate(lines) if line.lstrip().startswith("#")]


def _follows(lines: list[str], place: int) -> int:
    """Return the indentation of what follows a comment; -1 at the end."""
    rest = (line for line in lines[place:] if line.strip() and not line.lstrip().startswith("#"))
    following = next(rest, None)
    return -1 if following is None else _indent(following)


# --- the order of keys -------------------------------------------------------------------------------------------


def _keys(kind: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in kind.model_fields.items()]


def _inner(kind: Any, key: str) -> Any:
    """Return the kind of what stands under a key of a kind; None where the order of its keys is the author's."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if (field.alias or name) == key:
                return field.annotation
    if get_origin(kind) is dict:
        return get_args(kind)[1]
    return None


def _model(kind: Any) -> Any:
    """Return the model, mapping or sequence that an annotation allows, where there is just one."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    if get_origin(kind) in (dict, tuple):
        return kind
    found = [one for part in get_args(kind) if (one := _model(part)) is not None] if _is_choice(kind) else []
    return found[0] if len(found) == 1 else None


def _is_choice(kind: Any) -> bool:
    return get_origin(kind) is Union or type(kind).__name__ == "UnionType" or hasattr(kind, "__metadata__")


def _item(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is tuple else None


def _place(kind: Any) -> Mapping[str, int]:
    model = _model(kind)
    if isinstance(model, type) and issubclass(model, BaseModel):
        return {key: place for place, key in enumerate(_keys(model))}
    return {}


# --- keys with a line of their own ----------------------------------------------------------------------------------


def _in_order(text: str, kind: type[BaseModel]) -> str:
    """Put the lines of each key where the language has the key, with the comments above it."""
    while True:
        node = YAML(typ="safe", pure=True).compose(io.StringIO(text))
        swap = next(_out_of_order(node, kind), None)
        if swap is None:
            return text
        moved = _swapped(text, *swap)
        if moved == text:
            return text
        text = moved


def _out_of_order(node: Node, kind: Any) -> Iterator[tuple[MappingNode, Mapping[str, int]]]:
    """Yield each mapping in block style whose keys are not in order, outermost first."""
    if isinstance(node, MappingNode):
        places = _place(kind)
        keys = [places.get(key.value, len(places)) for key, _ in node.value]
        if not node.flow_style and keys != sorted(keys):
            yield node, places
        model = _model(kind)
        for key, value in node.value:
            yield from _out_of_order(value, _inner(model, key.value))
    elif isinstance(node, SequenceNode):
        item = _item(_model(kind))
        for part in node.value:
            yield from _out_of_order(part, item)


def _swapped(text: str, node: MappingNode, places: Mapping[str, int]) -> str:
    lines = text.split("\n")
    starts = [key.start_mark.line for key, _ in node.value]
    column = node.value[0][0].start_mark.column
    head = lines[starts[0]][:column]
    # A comment right above a key belongs to it; the first key of an entry of a list stands beside its hyphen.
    tops = [starts[0], *(_top(lines, start, column) for start in starts[1:])]
    end = _end(lines, starts[-1], column)
    # What stands at the top of a file is about the whole of it.
    if not head.strip() and column:
        tops[0] = _top(lines, starts[0], column)
    blocks = [lines[top:bottom] for top, bottom in zip(tops, [*tops[1:], end], strict=True)]
    if head.strip():
        blocks[0] = [" " * column + blocks[0][0][column:], *blocks[0][1:]]
    order = sorted(range(len(blocks)), key=lambda one: (places.get(node.value[one][0].value, len(places)), one))
    moved = [line for one in order for line in blocks[one]]
    if head.strip():
        first = next(place for place, line in enumerate(moved) if line.strip() and not line.lstrip().startswith("#"))
        comments, moved = moved[:first], moved[first:]
        moved[0] = head + moved[0][column:]
        # A comment cannot stand between a hyphen and its key.
        moved = [*(" " * (len(head) - len(head.lstrip())) + line.lstrip() for line in comments), *moved]
    return "\n".join([*lines[: tops[0]], *moved, *lines[end:]])


def _top(lines: list[str], start: int, column: int) -> int:
    while start and lines[start - 1].lstrip().startswith("#") and _indent(lines[start - 1]) == column:
        start -= 1
    return start


def _end(lines: list[str], start: int, column: int) -> int:
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or _is_under(lines[end], column)):
        end += 1
    while not lines[end - 1].strip():
        end -= 1
    return end


def _is_under(line: str, column: int) -> bool:
    # a list may stand no further in than the key above it
    return _indent(line) > column or (_indent(line) == column and line[column:].startswith("- "))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


# --- keys on one line -----------------------------------------------------------------------------------------------


def _order_flow(data: Any, kind: Any, path: Path_ = ()) -> None:
    """Put the keys of mappings in braces in order."""
    if isinstance(data, CommentedMap):
        places = _place(kind)
        if places and data.fa.flow_style() and not data.ca.items:
            for key in sorted(data, key=lambda one: places.get(one, len(places))):
                data.move_to_end(key)
        model = _model(kind)
        for key, value in data.items():
            _order_flow(value, _inner(model, key), (*path, key))
    elif isinstance(data, CommentedSeq):
        item = _item(_model(kind))
        for number, part in enumerate(data):
            _order_flow(part, item, (*path, number))
