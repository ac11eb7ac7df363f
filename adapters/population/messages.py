"""Writes health visitors' HL7 v2 messages."""

from __future__ import annotations

from datetime import date

from adapters.population.people import Family, Someone

_REFERRER = "PRD|RP^Referring provider^HL70286^HV^health visitor|Hvexample^Test"
_ESCAPES = str.maketrans({"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\", "\n": "\\.br\\"})


def escaped(text: str) -> str:
    """Return a text with HL7's separators escaped."""
    return text.translate(_ESCAPES)


def obx(
    code: str, value: str | int, *, kind: str = "", sub: str = "", at: date | None = None, status: str = "F"
) -> str:
    """Return an OBX segment without its number: CE for a code, NM for a count, TX for prose."""
    kind = kind or ("NM" if isinstance(value, int) else "CE")
    text = escaped(str(value))
    stamp = f"{at:%Y%m%d}" if at else ""
    return f"{kind}|{code}^^CHSP|{sub}|{text}||||||{status}|||{stamp}"


def imh(counts: dict[str, int], at: date) -> list[str]:
    """Return the indicators of infant mental health, one segment to a domain."""
    return [obx("IMH_IND", count, sub=domain, at=at) for domain, count in counts.items()]


def development(codes: dict[str, str], at: date) -> list[str]:
    """Return the domains of a development review: N no concern, C new concern, P known before, X incomplete."""
    return [obx("DEV_DOMAIN", code, sub=domain, at=at) for domain, code in codes.items()]


def _relative(number: int, someone: Someone, relation: str) -> str:
    born = f"{someone.born:%Y%m%d}" if someone.born else ""
    name = f"{escaped(someone.family)}^{escaped(someone.given)}"
    former = f"~{escaped(someone.former)}^^^^^^M" if someone.former else ""
    identifier = f"{someone.chi}^^^CHI^NH" if someone.chi else ""
    fields = {
        1: str(number),
        2: name + former,
        3: relation,
        5: someone.phone,
        15: someone.sex,
        16: born,
        33: identifier,
    }
    return "|".join(["NK1", *(fields.get(place, "") for place in range(1, 34))]).rstrip("|")


def _child(family: Family, baby: Someone) -> str:
    born = f"{baby.born:%Y%m%d}" if baby.born else ""
    identifier = f"{baby.chi}^^^CHI^NH" if baby.chi else f"{family.number}-{baby.order}^^^CHSP^PI"
    address = f"{escaped(family.address)}^^{family.board.town}^^{family.postcode}"
    order = str(baby.order) if baby.order else ""
    fields = {
        1: "1",
        3: identifier,
        5: f"{escaped(baby.family)}^{escaped(baby.given)}",
        7: born,
        8: baby.sex,
        11: address,
        15: family.language,
        24: "Y" if order else "",
        25: order,
    }
    return "|".join(["PID", *(fields.get(place, "") for place in range(1, 26))]).rstrip("|")


def message(
    family: Family,
    day: date,
    findings: list[str],
    *,
    baby: Someone | None = None,
    trigger: str = "I12",
    version: int = 1,
    priority: str = "R",
    reason: str = "SUPPORT^Support for the family^CHSP",
    service: str = "",
    partner: bool = False,
    note: str = "",
    mother: Someone | None = None,
) -> bytes:
    """Return one REF message about a child of a family."""
    board = family.board
    child = baby or family.baby
    reference = f"HV{family.number:04d}{child.order or ''}"
    moment = f"{day:%Y%m%d}0930"
    sender = f"CHSP-{board.name.upper()}|{board.code}"
    kind = f"REF^{trigger}^REF_I12|{reference}-{version}|P|2.4|{version}"
    segments = [
        f"MSH|^~\\&|{sender}|ROUTER||{moment}||{kind}|||||UNICODE UTF-8",
        f"RF1|P|{priority}||||{reference}^CHSP|{moment}|||{reason}",
        f"{_REFERRER}|||^NET^Internet^hv.{board.name}@example.org||HV{100 + family.number}",
        f"PRD|PP^Primary care provider^HL70286||||||{board.town.upper()[:4]}GP",
    ]
    if service:
        segments.append(f"PRD|RT^Referred to provider^HL70286^{service}")
    segments.append(_child(family, child))
    segments.append(_relative(1, mother or family.mother, "MTH"))
    if partner:
        segments.append(_relative(2, family.partner, "FTH"))
    segments.extend(f"OBX|{number}|{finding}" for number, finding in enumerate(findings, start=1))
    if note:
        segments.append(f"NTE|1||{escaped(note)}")
    return ("\r".join(segments) + "\r").encode()
