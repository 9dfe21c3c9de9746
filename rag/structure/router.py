"""What kind of answer a question wants: rules and a trained softmax together, rules alone where its embedding model is not
at hand; unsure is a passage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.terms import compact
from rag.structure import beside, counts, learned, shelves, versions
from rag.structure.asking import doing

if TYPE_CHECKING:
    import numpy as np

KINDS = ("passage", "list", "outline", "rows", "count", "compare", "documents", "article", "facts")
_ARTICLE = re.compile(
    r"第[一二三四五六七八九十百零〇两\d]+条(?:之[一二三四五六七八九十]+)?(?=$|[的是规内写讲说怎有原全]|[？?])"
)
_OUTLINE = re.compile(
    r"(?:主要|重点|基本)?(?:内容|框架|结构|目录|大纲|提纲|章节|要点)(?:有哪些|是什么|包括|有什么|是啥|怎么|$|[？?])|讲了(?:些)?(?:什么|啥|哪)|(?:写|说|规定|提)了(?:些)?(?:什么|啥)|"
    r"(?:措施|举措|任务|目标|做法|部署|安排|要求)(?:都)?(?:有哪些|是什么|包括什么|包括哪些|有什么|有啥|分别)|(?:哪些|什么)(?:主要|重点|具体|保障|支持|政策|工作|方面)*(?:的)?(?:措施|举措|任务|目标|内容|要求|做法|安排|方面|部分|章)|"
    r"分(?:为|成)?(?:哪|几)(?:几)?(?:个)?(?:章|部分|方面)|哪几(?:个)?(?:章|部分|方面|大块)|(?:概括|总结|梳理|归纳|介绍)"
)
_LIST = re.compile(r"哪些|哪几|哪[两二三四五六七八九十]|有什么|包括什么|列出|列举|名单|分别是")
_BARE_NO = re.compile(
    r"^[一-鿿]{2,12}[〔\[［(（【]?\d{4}[〕\]］)）】年]?第?\d+号?(?:文|文件)?(?:是什么|是啥|讲什么)?[？?。]?$"
)
_BARE_TITLE = re.compile(r"^《[^》]+》[？?。]?$")


_OWN = re.compile(
    r"文号|(?:哪天|何时|什么时候|谁|哪个?部门|哪一天)(?:印发|发布|发文)|(?:印发|发文|成文)(?:日期|机关|时间)"
)
_SURE = 0.35  # likelihood below which the softmax says nothing


def route(question: str, encoder: str = "", vector: np.ndarray | None = None) -> str:
    """One of KINDS. `rows` is an operation over a table's rows (most, sum, share, apart); a lookup or a filter reads
    like a passage or a list, and what stands in the tables decides.

    `encoder`: digest of the embedding model that made `vector`, float32 [dimension].
    """
    by_rule = ruled(question)
    if by_rule == "facts" or vector is None or (trained := learned.load()).encoder != encoder:
        return by_rule
    kind, odds = trained.read(question, vector, by_rule)
    if by_rule == "passage" and kind != "documents" and _OWN.search(compact(question)):
        return "passage"  # what a document prints about itself
    sure = odds >= _SURE and kind != "facts"  # all facts at once are for a bare name; a question of one is not
    return kind if sure else "passage"


def ruled(question: str) -> str:
    """What rules make of a question's words alone."""
    text = compact(question)
    if _BARE_NO.match(text) or _BARE_TITLE.match(text):
        return "facts"
    if shelves.wanted(text):
        return "documents"
    if counts.wanted(text) is not None:
        return "count"
    if _ARTICLE.search(text):
        return "article"
    if versions.wanted(text) or beside.wanted(text):
        return "compare"
    if doing(text).name in ("extreme", "sum", "mean", "share", "apart", "count"):
        return "rows"
    if _OUTLINE.search(text):
        return "outline"
    return "list" if _LIST.search(text) else "passage"
