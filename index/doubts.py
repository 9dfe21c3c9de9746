"""What of a parsed document an official should compare with the original: no title, numbers left out, a bare notice.
Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from index.markers import marker, number
from index.parse import ParsedDocument
from index.schema import Line
from index.terms import compact

_COUNTED = {"章": 20, "条": 40, "一、": 50, "（一）": 60}  # the numberings that count without gaps, outer ones first
_SHOWN = 5  # jumps told one by one
_QUOTED = 30  # characters of the first marked passage


def doubts(parsed: ParsedDocument, uncertain: Sequence[Line] = ()) -> tuple[str, ...]:
    """Each a phrase; `uncertain` are the lines of its file that were read from a picture with little confidence."""
    found = []
    document = parsed.document
    title = compact(document.title)
    if title in compact(PurePosixPath(document.file).stem) and title not in compact("".join(parsed.printed)):
        found.append("没有找到题名，以文件名代替")
    if parsed.clauses and all(clause.kind == "notice" for clause in parsed.clauses) and document.notice_title:
        found.append("仅收录印发通知，没有找到所印发的正文")
    jumps = list(_jumps(parsed.printed))
    found += jumps[:_SHOWN]
    if len(jumps) > _SHOWN:
        found.append(f"另有 {len(jumps) - _SHOWN} 处编号不连续")
    if uncertain:
        pages = sorted({line.page for line in uncertain if line.page is not None})
        where = (
            f"（第 {'、'.join(map(str, pages[:_SHOWN]))}{' 等' if len(pages) > _SHOWN else ''} 页）" if pages else ""
        )
        found.append(f"{len(uncertain)} 行文字识别把握不大{where}")
    marks = [mark for clause in parsed.clauses for mark in clause.marks]
    if marks:
        why = "、".join(dict.fromkeys(mark.reason for mark in marks))
        found.append(f"{len(marks)} 处{why}，不作依据：“{' '.join(marks[0].words.split())[:_QUOTED]}…”")
    return tuple(found)


def _jumps(printed: Sequence[str]) -> Iterator[str]:
    """Where a number does not follow the one before it: neither the next, nor the same, nor a new beginning."""
    last: dict[str, tuple[int, str]] = {}
    for text in printed:
        mark = marker(text)
        if mark is None:
            continue
        if mark.kind == "附件":
            last.clear()
        if mark.kind not in _COUNTED or (value := number(mark.label)) is None:
            continue
        before = last.get(mark.kind)
        for kind, rank in _COUNTED.items():
            # Articles count on through chapters; everything else begins anew below an outer number.
            if rank > mark.rank and (kind, mark.kind) != ("条", "章"):
                last.pop(kind, None)
        last[mark.kind] = (value, mark.label)
        if before is None and value > 1 and mark.kind in ("条", "一、"):
            yield f"编号从“{mark.label}”开始，前面可能有缺失"
        elif before is not None and value not in (1, before[0], before[0] + 1):
            yield f"编号由“{before[1]}”到“{mark.label}”，不连续"
