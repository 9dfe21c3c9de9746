"""What is shown of a paste's related clauses, as CSV; memo.paper has it as a paper. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from memo.paper import differing
from page.html import address
from rag.relating.related import RelatedClauses
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


def table(found: Sequence[RelatedClauses]) -> str:
    """A row a clause, for a spreadsheet: UTF-8 with its mark, so that it opens in Chinese."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    for number, each in enumerate(found, 1):
        for hit in each.hits:
            document = hit.document
            cells = (
                number, each.text, _relation(hit), document.title, document.doc_no or "", document.issued_on or "",
                LABEL[hit.status.value], address(hit.clause.path), hit.clause.printed, hit.quote or "", "；".join(differing(hit)),
            )  # fmt: skip
            rows.writerow([_cell(str(cell)) for cell in cells])
    return "\ufeff" + out.getvalue()


def _relation(hit: Hit) -> str:
    return "、".join(dict.fromkeys(filter(None, (hit.relation, hit.hierarchy)))) or "相关"


def _cell(text: str) -> str:
    """A text that a spreadsheet does not take for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
