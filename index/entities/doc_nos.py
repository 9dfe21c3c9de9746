"""文号: 岚府发〔2022〕12号, 海州省人民政府令第312号, 财政部公告2024年第8号. Pure.

Alone on a line a 文号 may stand in brackets of any kind; in running text nothing marks where its letters begin, so that
the words that run into it are told by a list; and in a question it may lack its brackets, its 号 or its letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.entities.dates import CENTURY
from index.entities.printed import flatten

_OPEN, _CLOSE = r"[〔\[［【（(]", r"[〕\]］】）)]"
_PRINTED = rf"[一-鿿]{{2,14}}\s*{_OPEN}\s*\d{{4}}\s*{_CLOSE}\s*(?:第\s*)?\d+\s*[号號]"
ANYWHERE = re.compile(_PRINTED)
_ALONE = re.compile(rf"^[（(]?\s*({_PRINTED})\s*[）)]?(?:签发人[：:].{{1,16}})?$")
_ANNOUNCED = re.compile(r"^[（(]?([一-鿿]{0,40}(?:公告|通告)\d{4}年第\d+号)[)）]?$")
_LABELLED = re.compile(rf"(?:发文字号|公文字号|发文文号|文件编号|文\s*号)\s*[：:]\s*({_PRINTED})")
_ORDER_NO = re.compile(r"^[（(]?(?:\d{4}年)?第\d+号[)）]?$")
RUNNING = (
    rf"[一-鿿]{{2,14}}\s*[〔\[［【]\s*{CENTURY}\s*[〕\]］】]\s*(?:第\s*)?\d{{1,5}}\s*号"
    r"|[一-鿿]{2,24}(?:令|公告)\s*(?:[12]\d{3}\s*年\s*)?第\s*\d{1,5}\s*号"
)
_RUNNING = re.compile(RUNNING)
_LETTERS = re.compile(r"[一-鿿]+")
# Words that run into a 文号: 根据海府发〔2020〕5号.
_BEFORE = re.compile(
    r"^.*(?:根据|依据|按照|依照|遵照|参照|贯彻|落实|执行|实施|废止|代替|替代|文件|印发|发布|公布|转发|同意|通过|决定|通知|意见|文号[为是]|[日的号])"
)
_ASKED = re.compile(
    rf"(?P<letters>[一-鿿]{{0,12}}?)\s*(?P<open>{_OPEN})?\s*(?P<year>{CENTURY})\s*(?P<close>{_CLOSE})?\s*(?P<of>年)?\s*(?P<nth>第)?\s*"
    r"(?P<number>\d{1,5})\s*(?P<end>号)?"
)
_OFFICIAL = re.compile(
    r"(?:政|府|办|发|函|规|字|令|委)[一-鿿]{0,3}$"
)  # letters that are told from words without brackets
_CENTRAL = re.compile(r"(?:国发|国办|国函|国令|中发|中办|中委|主席令|国务院令)")


@dataclass(frozen=True, slots=True)
class DocNo:
    """A 文号 as a question writes it; words may run into its letters, and there may be none."""

    letters: str
    year: str
    number: str
    start: int
    stop: int
    whole: bool  # with both brackets, or with letters that only a 文号 has and its 号

    @property
    def printed(self) -> str:
        """The 文号 as documents print it."""
        if self.letters.endswith(("公告", "通告", "令")):
            return f"{self.letters}{self.year}年第{int(self.number)}号"
        return f"{self.letters}〔{self.year}〕{int(self.number)}号"


def alone(text: str) -> str | None:
    """The 文号 that a line is, as it is printed but with 〔〕; None where there is more on the line, or none."""
    bare = "".join(text.split())
    if _ANNOUNCED.match(bare):
        return re.sub(r"\s+", " ", text.strip(" 　（()）"))
    return _own(_ALONE.match(bare))


def is_doc_no(text: str) -> bool:
    """A 文号 alone on its line."""
    return alone(text) is not None


def labelled(text: str) -> str | None:
    """The 文号 behind 发文字号： or the like."""
    return _own(_LABELLED.search("".join(text.split())))


def order_no(text: str) -> str | None:
    """第312号 alone on its line, as below 海州省人民政府令."""
    match = _ORDER_NO.match("".join(text.split()))
    return match[0].strip("（）()") if match else None


def running(text: str) -> list[tuple[int, int]]:
    """The span of every 文号 in running text, the words before it left out."""
    found = []
    for match in _RUNNING.finditer(text):
        lettered = _LETTERS.match(match[0])
        assert lettered is not None  # every 文号 begins with its office’s characters
        run_in = _BEFORE.match(lettered[0][:-2])  # the last two letters are always its own
        start = match.start() + (run_in.end() if run_in else 0)
        if text[start] in "和及与" and text[:start].rstrip().endswith(("号", "》", "）", ")")):
            start += 1  # elsewhere it may be the first letter of a place, as in 和政发
        found.append((start, match.end()))
    return found


def doc_nos(flat: str) -> set[str]:
    """The 文号 of a flat text."""
    return {flat[start:stop] for start, stop in running(flat)}


def asked(text: str) -> list[DocNo]:
    """The 文号 of a question or a query, however it is written: with one bracket or its 号 at least."""
    found = []
    for match in _ASKED.finditer(text):
        letters = "".join(match["letters"].split())
        bracketed = bool(match["open"] and match["close"])
        whole = bracketed or bool(match["end"] and _OFFICIAL.search(letters))
        # 2022年12号 without letters that only a 文号 has is a house.
        marked = bool(match["end"] or match["open"] or match["close"]) and (whole or not match["of"] or match["nth"])
        if marked:
            found.append(DocNo(letters, match["year"], match["number"], *match.span(), whole))
    return found


def normal(doc_no: str) -> str:
    """The form in which 文号 are compared: flat, brackets of any kind [], without 第."""
    flat = re.sub(r"[(【]((?:19|20)\d{2})[)】]", r"[\1]", flatten(doc_no)).replace("號", "号")
    return re.sub(r"第(?=\d)", "", flat)


def same(said: DocNo, printed: str) -> bool:
    """Whether a question's 文号 is a printed one, whatever words run into its letters."""
    return normal(said.printed).endswith(normal(printed))


def is_central(doc_no: str) -> bool:
    """Whether the centre's own letters begin it."""
    return bool(_CENTRAL.match(doc_no))


def _own(match: re.Match[str] | None) -> str | None:
    return re.sub(r"[\[［]", "〔", re.sub(r"[\]］]", "〕", match[1])) if match else None
