"""责任单位 at the end of a clause, and in the cells of a list: who is named, in which role, for which province. Pure."""

from __future__ import annotations

import re

from index.schema import Duty

_ROLE = r"(?:责任|牵头|配合|主责|承办|协办|主管|实施|参与|参加)(?:单位|部门|机构)"
_LABELLED = re.compile(rf"[（(〔\[]\s*({_ROLE})\s*[：:]")
_CHARGED = re.compile(r"[（(〔]([^（()）〔〕。；]{2,}?)(?:按职责分工)?(?:共同|分别)?(牵头)?负责[)）〕]")
_NEXT_ROLE = re.compile(rf"[；;，,]?\s*({_ROLE})\s*[：:]")
_REGION = re.compile(r"^([一-鿿]{2,3}(?:省|自治区|市))(?=[一-鿿]{2,})")
_UNIT_END = re.compile(r"等(?:有关)?(?:单位|部门)?$")
_OPEN, _CLOSE = "（(〔[", "）)〕]"
_ORGAN = re.compile(r"(?:人民政府|政府|办公厅|办公室|委员会|管理局|银行|法院|检察院|公司|中心|办|厅|局|部|委|署|院|会|海关|协会|部门|单位|分行|管理部)$")


def duties(text: str) -> tuple[Duty, ...]:
    """Every labelled bracket of `text`, and brackets of the form （…牵头负责）, as printed."""
    found: list[Duty] = []
    for match in _LABELLED.finditer(text):
        body = text[match.end() : _closing(text, match.start())]
        role = match[1]
        place = 0
        for change in _NEXT_ROLE.finditer(body):
            found += _groups(role, body[place : change.start()])
            role, place = change[1], change.end()
        found += _groups(role, body[place:])
    for match in _CHARGED.finditer(text):
        if not _LABELLED.match(match[0]) and all(_ORGAN.search(u) or _REGION.match(u + "政府") for u in _units(match[1])):
            found += _groups("牵头单位" if match[2] else "责任单位", match[1])
    return tuple(found)


def cell_duties(role: str, units: tuple[str, ...]) -> tuple[Duty, ...]:
    """Duties of a list row, whose units stand in cells of their own."""
    return tuple(
        Duty(role, region[1] if (region := _REGION.match(unit)) else None, (unit,)) for unit in units
    )  # fmt: skip


def is_organ(text: str) -> bool:
    """Whether a cell reads like the name of an organ."""
    bare = _UNIT_END.sub("", text)
    return len(bare) <= 24 and bool(_ORGAN.search(bare)) and not re.search(r"[，。；：]", bare)


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
    """Units grouped by the province printed before the first of them."""
    groups: list[tuple[str | None, list[str]]] = []
    for part in _split(text, "；;"):
        fresh = True
        for unit in _units(part):
            region = _REGION.match(unit)
            if fresh or (region and region[1].endswith("省") and groups[-1][0] != region[1]):
                groups.append((region[1] if region else None, []))
                fresh = False
            elif region and region[1].endswith("市") and groups[-1][0] not in (None, region[1]) and _split(part, "，,")[1:]:
                groups.append((region[1], []))
            groups[-1][1].append(unit)
    return [Duty(role, region, tuple(units)) for region, units in groups if units]


def _units(text: str) -> list[str]:
    units = (_UNIT_END.sub("", "".join(unit.split())).strip("。.；;") for unit in _split(text, "、，,；;"))
    return [unit for unit in units if unit]


def _split(text: str, marks: str) -> list[str]:
    """`text` cut at any of `marks` that stands outside brackets."""
    parts, depth, begin = [], 0, 0
    for place, character in enumerate(text):
        depth += (character in _OPEN) - (character in _CLOSE)
        if character in marks and depth <= 0:
            parts.append(text[begin:place])
            begin = place + 1
    return [*parts, text[begin:]]
