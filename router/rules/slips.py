"""Says in plain words what slip a YAML parser stumbled over, and what to do about it."""

from __future__ import annotations

from ruamel.yaml.error import MarkedYAMLError

_NO_END = "look here and in the lines above for a missing quote, brace or bracket"


def in_plain_words(fault: MarkedYAMLError) -> str:
    """Return a sentence on what the parser found; its own words where the slip is not a common one."""
    problem, context = str(fault.problem or "cannot be parsed"), str(fault.context or "")
    began = f" that began in line {fault.context_mark.line + 1}" if fault.context_mark else ""
    if "found character '\\t'" in problem:
        return "a tab stands where spaces belong; indent with spaces"
    if "quoted scalar" in context:
        return f"the text in quotes{began} does not end; add the missing quote"
    if "flow mapping" in context:
        return f"the brace{began} does not end before this; look there for a missing '}}', comma or quote"
    if "flow sequence" in context:
        return f"the bracket{began} does not end before this; look there for a missing ']', comma or quote"
    if "could not find expected ':'" in problem:
        return f"the key{began} has no colon with a space after it; write 'key: value'"
    if "mapping values are not allowed here" in problem:
        return "a colon stands where no key can; check the indentation, and put text that has a colon in quotes"
    if "expected <block end>" in problem:
        return f"this does not fit the block{began}; check the indentation, and {_NO_END}"
    return problem
