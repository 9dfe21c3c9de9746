"""What a question asks for: cleaned, completed from the conversation, its mentions and expected answer named. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.entities import addresses, doc_nos, titles
from index.entities.dates import SPAN_OF_YEARS, YEAR
from index.entities.doc_nos import DocNo
from index.errors import BadInput
from rag.query.compared import compared
from rag.query.completion import complete

MAX_QUESTION = 5000  # characters; a longer paste belongs to 找相关政策, which splits it

_ENQUIRES = re.compile(r"(?:[?？]|(?:多少|哪[些个几里年]|什么|怎[么样]|如何|是否|能否)[^。；]*。?)\s*$")
_QUOTED = re.compile(r"[“\"]([^“”\"]{2,16})[”\"]")

# What the words of a question say about its answer. The patterns name attributes, never subjects.
_ASKED_BY = {
    "doc_no": r"文号|发文号|批复号|文件号|什么号|几号文|哪个号|几号(?:令|公告)",
    "date": r"(?:哪天|哪一天|什么时候|何时|日期|几月几[日号]|时间).{0,6}(?:印发|发布|出台|批复|成文|发文|公布|下发)|(?:印发|发布|出台|批复|成文|发文|公布|下发).{0,6}(?:哪天|哪一天|什么时候|何时|日期|时间)|哪[一]?天|日期|几月几[日号]",
    "issuer": r"(?:谁|哪(?!一?[天日年月])(?:些|[几两一二三四五六七八九十]*[个家]?)(?:单位|部门|机关)?).{0,4}(?:发布|印发|发的|发文|出台|制定(?!.{0,6}(?:方案|办法|细则|计划|标准|措施)))|(?:发文|印发|发布)(?:机关|单位|部门)|由谁(?:印发|发布|制定)",
    "period": r"(?:实施|规划|有效)期限?(?:是|为|到|至|多[久长]|起止|有|几|[？?]|$)|到哪一?年为止|管到(?:哪一?年|什么时候|何时|几时)|(?:展望|远景)[年期看展望]*到?(?:哪一?年|什么时候|何时|几时)",
    "effective": r"(?:施行|生效|实施|执行)(?:日期|时间|之日)|(?:什么时候|何时|哪[一]?[天年日]|几时|几月几[日号])[^，,。？?]{0,6}(?:施行|生效|开始(?:实施|执行))",
    "status": r"过期|失效|还有效|是否有效|还管用|现行有效|废止|到期",
    "openness": r"公开",
    "duty": r"(?:责任|牵头|配合|负责|主管|承办|实施)(?:的)?(?:单位|部门|机构)|(?:谁|哪[些个几]?[家个]?(?:单位|部门|机构|厅局|委办局)?).{0,6}(?:负责|牵头|管|承担|办理|落实|督促|成立|配合)|归.{0,3}(?:哪|谁)|由(?:谁|哪[家个些几]*(?:单位|部门|机构|厅|局|委|方|级))|分工|找谁|找哪|谁的(?:活|事|责任|职责)|谁(?:来|去|该)?(?:管|办|干|做|出面)|哪[家个](?:单位|部门|局|委|厅)",
    "number": r"多少|好多(?=[年个块钱万人家亩])|(?<![这那好十前后近数])几[个家条项年人座万亿倍成所户届张处种类]|百分之几|比重|比例|占比|规模|总量|数量|面积|人口|增速|目标值|(?<![许很众最])多[大高长远]|指标|达到多|金额|标准是",
    "when": r"哪[一]?年|何时|什么时候|多久|几年|期限|时限|截止|年限|起止",
    "list": r"哪些|哪几|有什么|包括|名单|分别|列出|哪[一二三四五六七八九十两]",
    "confirm": r"吧[？?]?$|对吗|对吧|是吧|对不对|没错",
    "how": r"怎么(?!回事)|怎样|如何|(?:哪些|什么)(?:样的)?(?:措施|安排|政策|举措|办法|方面|支持|便利|机制|要求|规定|任务|做法|说法|打算)|哪些方面",
    "compare": r"(?:区别|不同|差异|差别|对比|相比|比较|vs|VS|不一样|一样[吗么]|哪[个边座家地][^，,。？?]{0,6}(?:更|[高大多长低快早少]些?[？?]?$)|各自|各(?:是|为|占|有|要|定|达|盯|自)|分别|哪边|哪个更|谁更|相差|差多|差距)",
    "whether": r"能不能|可不可以|是不是|有没有|要不要|会不会|是否|能否|可否|[吗不没][？?]?$|没得[？?]?$|([一-鿿])不\1|允许不|支持不",
}
_ASKS = {name: re.compile(pattern) for name, pattern in _ASKED_BY.items()}


@dataclass(frozen=True, slots=True)
class Query:
    """A question understood."""

    asked: str  # as the user typed it, white space trimmed
    text: str  # what is searched: completed from history where it points back
    focus: str  # the new part of a completed follow-up; empty otherwise
    titles: tuple[str, ...]  # between 《》
    doc_nos: tuple[DocNo, ...]  # words may run into their letters
    years: tuple[str, ...]
    address: tuple[str, ...]  # 第四章, 第十七条 …
    asks: frozenset[str]  # names of _ASKS that fit
    quoted: tuple[str, ...]  # between “”: the documents' own terms
    pasted: bool  # reads like a clause, not like a question
    sub_queries: tuple[Query, ...] = ()  # of a comparison: the same question of either of the two it names
    rewriting: str = (
        ""  # the documents' words for an everyday question, searched with beside its own (rag.query.rewriting)
    )


def clean(text: str, limit: int = MAX_QUESTION) -> str:
    """Trimmed text without control characters; BadInput when nothing usable is left or it is too long."""
    if len(text) > limit:
        raise BadInput(f"文字过长：{len(text)} 字，上限 {limit} 字。请缩短，或把长文放到“找相关政策”")
    odd = sum((unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") and c not in "\n\r\t") or c == "�" for c in text)
    if odd > max(3, len(text) // 50):
        raise BadInput("输入像是二进制数据或乱码，请粘贴文字内容")
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    kept = kept.strip()
    if not any(c.isalnum() for c in kept):
        raise BadInput("请输入问题：目前没有可以检索的文字")
    return kept


def understand(question: str, history: Sequence[dict] = ()) -> Query:
    """Read a question in its conversation; `history` holds earlier turns, oldest first, {"role", "content"}."""
    asked = clean(question)
    text, focus = complete(asked, [turn["content"] for turn in history if turn.get("role") == "user"])
    query = _read(asked, text, focus)
    if "compare" not in query.asks or not (parts := compared(text)):
        return query
    sub_queries = (_read(part, part, "") for part in parts)
    return replace(query, sub_queries=tuple(replace(own, asks=own.asks - {"compare"}) for own in sub_queries))


def _read(asked: str, text: str, focus: str) -> Query:
    flat = unicodedata.normalize("NFKC", text)
    asks = frozenset(name for name, pattern in _ASKS.items() if pattern.search(flat))
    return Query(
        asked=asked,
        text=text,
        focus=focus,
        titles=tuple(title for title in titles.titles(text) if len(title) > 1),
        doc_nos=tuple(no for no in doc_nos.asked(text) if no.whole and len(no.letters) > 1),
        years=tuple(dict.fromkeys(YEAR.findall(SPAN_OF_YEARS.sub("", flat)))),
        address=tuple(addresses.parts(flat)),
        asks=asks,
        quoted=tuple(_QUOTED.findall(text)),
        pasted=len(text) >= 60 and text.count("。") + text.count("；") >= 1 and not _ENQUIRES.search(text),
    )
