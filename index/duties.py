"""责任单位 at the end of a clause, and in the cells of a list: who is named, in which role, for which province. Pure.

Printed forms: （责任单位：…；…）, （牵头单位：…；配合单位：…）, （…牵头负责）, （…牵头，…配合）, and a paragraph of its
own that begins with the role. Names are verbatim; they are told apart by 、，； outside brackets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.entities.organs import is_unit
from index.entities.regions import first
from index.schema import Duty

_ROLE = r"(?:(?:责任|牵头|配合|主责|承办|协办|主办|主管|实施|参与|参加|负责|协同|支持)(?:责任)?(?:单位|部门|机构))"
_LABELLED = re.compile(rf"[（(〔\[【]\s*({_ROLE})\s*[：:]")
_PARAGRAPH = re.compile(rf"(?:^|(?<=。))[ \t　]*({_ROLE})\s*[：:]", re.M)
_NEXT_ROLE = re.compile(rf"[；;，,。\s]*({_ROLE})\s*[：:]")
_CHARGED = re.compile(
    r"[（(〔【]([^（()）〔〕【】。；：]{2,}?)(?:按照?(?:各自)?职[责能]分工)?(?:共同|分别|等)?(牵头负责|牵头|负责)[)）〕】]"
)
_LED = re.compile(
    r"[（(〔【]([^（()）〔〕【】。：]{2,}?)牵头[，,；;]\s*([^（()）〔〕【】。：]{2,}?)(?:按照?职[责能]分工)?(?:参与|参加|配合|负责|落实)[)）〕】]"
)
_LOCAL = re.compile(r"^(?:人民)?政府$")
_RULE = re.compile(
    r"下同$|^以下|(?:列|排)\S*(?:首位|第一)|为牵头(?:单位|部门)"
)  # how to read the list, not a unit of it
_UNIT_END = re.compile(r"等(?:有关|相关)?(?:单位|部门)?$|按照?(?:各自)?职[责能]分工(?:负责)?$")
_OPEN, _CLOSE = "（(〔[【", "）)〕]】"


def duties(text: str) -> tuple[Duty, ...]:
    """Every labelled bracket or paragraph of `text`, and brackets of the form （…牵头负责）, as printed."""
    found: list[tuple[int, list[Duty]]] = []
    for match in _LABELLED.finditer(text):
        found.append((match.start(), _roles(match[1], text[match.end() : _closing(text, match.start())])))
    for match in _PARAGRAPH.finditer(text):
        end = text.find("\n", match.end())
        found.append((match.start(), _roles(match[1], text[match.end() : end if end >= 0 else len(text)])))
    for match in _LED.finditer(text):
        if all(is_organ(unit) for unit in _units(match[1])):
            found.append((match.start(), _groups("牵头单位", match[1]) + _groups("配合单位", match[2])))
    for match in _CHARGED.finditer(text):
        if all(is_organ(unit) or first(unit + "政府") for unit in _units(match[1])):
            found.append((match.start(), _groups("牵头单位" if "牵头" in match[2] else "责任单位", match[1])))
    return tuple(duty for _, group in sorted(found, key=lambda pair: pair[0]) for duty in group)


def cell_duties(role: str | None, units: Sequence[str], regions: Sequence[str] = ()) -> tuple[Duty, ...]:
    """Duties of a list row, whose units stand in cells of their own; `regions`: provinces that head the columns."""
    found: list[tuple[str | None, list[str]]] = []
    for unit in units if role else ():
        region = _column_region(unit, regions) if regions else first(unit)
        if not found or found[-1][0] != region:
            found.append((region, []))
        found[-1][1].append(unit)
    return tuple(Duty(role or "", region, tuple(names)) for region, names in found)


def is_organ(text: str) -> bool:
    """Whether a name reads like that of an organ."""
    return is_unit(re.sub(r"[（(][^（()）]*[)）]$", "", _UNIT_END.sub("", text)))


def _column_region(unit: str, regions: Sequence[str]) -> str | None:
    """省… and …厅 belong to the province among the columns, 市… to the municipality; of others nothing is printed."""
    if (named := first(unit)) in regions:
        return named
    kind = "省" if unit.startswith("省") or unit.endswith("厅") else "市" if unit.startswith("市") else "\0"
    fitting = [region for region in regions if region.endswith(kind)]
    return fitting[0] if len(fitting) == 1 else None


def _roles(role: str, body: str) -> list[Duty]:
    found: list[Duty] = []
    place = 0
    for change in _NEXT_ROLE.finditer(body):
        found += _groups(role, body[place : change.start()])
        role, place = change[1], change.end()
    return found + _groups(role, body[place:])


def _closing(text: str, opening: int) -> int:
    """Place of the bracket that closes the one at `opening`; the end of the text if none does."""
    depth = 0
    for place in range(opening, len(text)):
        if text[place] in _OPEN:
            depth += 1
        elif text[place] in _CLOSE:
            depth -= 1
            if depth == 0:
                return place
    return len(text)


def _groups(role: str, text: str) -> list[Duty]:
    """Units grouped by the province printed before the first of them.

    A group is set off by ；; within one, a new province's name before an organ begins another (…，四川省发展改革委、…),
    while a lone 成都市政府 stays in the group of its province.
    """
    groups: list[tuple[str | None, list[str]]] = []
    for part in _split(text, "；;"):
        fresh = True
        for piece in _split(part, "，,"):
            for place, unit in enumerate(_units(piece)):
                region = first(unit)
                local = bool(region and region.endswith("市") and _LOCAL.match(unit[len(region) :]))
                begins = region is not None and region != (groups[-1][0] if groups else None)
                if (
                    fresh
                    or (begins and (region or "").endswith(("省", "自治区")))
                    or (begins and place == 0 and not local)
                ):
                    groups.append((region, []))
                    fresh = False
                groups[-1][1].append(unit)
    return [Duty(role, region, tuple(units)) for region, units in groups if units]


def _units(text: str) -> list[str]:
    units = (_UNIT_END.sub("", "".join(unit.split())).strip("。.；;") for unit in _split(text, "、，,；;"))
    return [unit for unit in units if unit and not _RULE.search(unit)]


def _split(text: str, marks: str) -> list[str]:
    """`text` cut at any of `marks` that stands outside brackets."""
    parts, depth, begin = [], 0, 0
    for place, character in enumerate(text):
        depth += (character in _OPEN) - (character in _CLOSE)
        if character in marks and depth <= 0:
            parts.append(text[begin:place])
            begin = place + 1
    return [*parts, text[begin:]]
