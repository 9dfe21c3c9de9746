"""What is shown of a paste's related clauses, as Markdown and as CSV. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from page.html import address
from rag.relating.related import Neighbourhood
from rag.schema import Hit
from rag.status import LABEL

_COLUMNS = (
    "段",
    "粘贴的条款",
    "关系",
    "文件",
    "文号",
    "成文日期",
    "时效",
    "位置",
    "条款原文",
    "对应的句子",
    "不同之处",
)
_FORMULA = re.compile(r"^\s*[=+\-@\t\r]")
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~$])")


def markdown(found: Sequence[Neighbourhood], notes: Sequence[str], as_of: str) -> str:
    """Clause by clause, each with what is related to it and where that stands; the documents' words are escaped."""
    parts = [f"# 相关政策\n\n时效截至 {as_of}。"]
    parts += [f"> 注：{_plain(note)}" for note in notes]
    for number, each in enumerate(found, 1):
        parts.append(f"## 第 {number} 段\n\n> {_quoted(each.text)}")
        if not each.related:
            parts.append("未找到相关条款，以下只是最接近的。" if each.hits else "所选范围内没有条款。")
        parts += [_hit(place, hit) for place, hit in enumerate(each.hits, 1)]
    return "\n\n".join(parts) + "\n"


def table(found: Sequence[Neighbourhood]) -> str:
    """A row a clause, for a spreadsheet: UTF-8 with its mark, so that it opens in Chinese."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    for number, each in enumerate(found, 1):
        for hit in each.hits:
            document = hit.document
            cells = (
                number, each.text, _relation(hit), document.title, document.doc_no or "", document.issued_on or "",
                LABEL[hit.status.value], address(hit.clause.path), hit.clause.printed, hit.quote or "", _differences(hit),
            )  # fmt: skip
            rows.writerow([_cell(str(cell)) for cell in cells])
    return "\ufeff" + out.getvalue()


def _hit(place: int, hit: Hit) -> str:
    document = hit.document
    facts = "，".join(filter(None, (document.doc_no or "未印文号", document.issued_on, LABEL[hit.status.value])))
    where = f" {_plain(address(hit.clause.path))}" if hit.clause.path else ""
    checked = "（扫描识别，待核）" if hit.clause.doubtful else ""
    differing = f"\n   不同之处：{_plain(_differences(hit))}" if hit.differences else ""
    return (
        f"{place}. **{_relation(hit)}**　《{_plain(document.title)}》（{_plain(facts)}）{where}{checked}\n\n"
        f"   > {_quoted(hit.clause.printed, '   ')}{differing}"
    )


def _relation(hit: Hit) -> str:
    return "、".join(dict.fromkeys(filter(None, (hit.relation, hit.standing)))) or "相关"


def _differences(hit: Hit) -> str:
    return "；".join(
        f"{d.kind}{d.what}：粘贴“{hit.unit[slice(*d.ours)] or '未写'}”，本条“{hit.clause.text[slice(*d.theirs)] or '未写'}”"
        for d in hit.differences
    )


def _plain(text: str) -> str:
    """One line in which nothing is markup."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _quoted(text: str, before: str = "") -> str:
    return f"\n{before}> ".join(_MARKS.sub(r"\\\1", line) for line in text.split("\n"))


def _cell(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
