"""What a document says of itself: titles, 文号, 发文机关, 成文日期, 层级, 文种. Pure.

All from its own words: the printed title, the notice around it, the closing articles. What is not printed is None.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.entities import organs
from index.entities.dates import DATE, date_line, iso
from index.entities.doc_nos import alone, labelled, order_no
from index.entities.regions import known
from index.entities.titles import kind
from index.layout import Paragraph

_ISSUES = r"(?:印[发發]|[发發]布|公布|[颁頒]布|下[发發])"
_ABOUT = "(?:关于|關於)"
_ORDER = re.compile(r"^([一-鿿]{2,30}?)(令|公告)\s*([（(]?第\s*\d+\s*号[)）]?)?$")
_LABELLED_ISSUER = re.compile(
    r"(?:发文机关|发文单位|发文部门|发布机构|发布单位|制定机关|印发机关)\s*[：:]\s*(\S{2,30})"
)
_LABELLED_DAY = re.compile(
    rf"(?:成文日期|成文时间|印发日期|发文日期)\s*[：:]\s*(?:{DATE}|(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}))"
)
_ADOPTED = re.compile(
    rf"(?:{DATE})(?:经)?([一-鿿]{{2,40}}?)(?:第[一二三四五六七八九十百\d]+次[一-鿿]{{0,4}}会议)?(?:((?:令|公告)第\d+号)|公告第?\d*号?)?"
    r"(?:审议)?(?:通过|公布|发布|修订)"
)
_ADOPTION = re.compile(rf"[（(]?{DATE}[^。；]{{2,400}}?(?:通过|公布|发布|修订|修正|修改|批准|施行)[)）]?")
_LEAD_ISSUERS = re.compile(
    r"(?:^|近日，|日前，|，)([一-鿿]{2,}(?:、[一-鿿]{2,}?)+?)(?:日前|近日)?(?:联合)?印发(?:了)?《"
)


@dataclass(frozen=True, slots=True)
class Header:
    """The metadata of one document, as in index.schema.Document."""

    title: str
    notice_title: str | None
    doc_no: str | None
    issuers: tuple[str, ...]
    issued_on: str | None
    level: str | None
    kind: str | None


def header(
    printed: str, own: str | None, notice: Sequence[Paragraph], body_title: str | None, closing: Sequence[Paragraph]
) -> Header:
    """Read the printed title, the policy's own (None where it is the printed one), the notice's paragraphs with what
    stands above the title, the repeated body title, and the last paragraphs."""
    whole = repair_quotes(spaces(printed))
    issuing = policy_title(whole)[1]
    if body_title is not None and own is not None:
        repeated = repair_quotes(spaces(body_title))
        own = repeated if _same_policy(own, repeated) and len(repeated) >= len(own) else own
    adopted = _adopted(notice)
    issuers = _issuers(whole, issuing, notice, closing) or ((adopted[4],) if adopted else ())
    around = [*notice, *closing]
    return Header(
        title=own or whole,
        notice_title=whole if own else None,
        doc_no=next((no for p in notice if (no := alone(p.text) or labelled(p.text))), None)
        or _order_no(whole, notice)
        or _ordered(adopted),
        issuers=issuers,
        issued_on=next(
            (day for p in around if (day := date_line(p.text))), iso(adopted) if adopted else _labelled_day(notice)
        ),
        level=_level(issuers, own or whole),
        kind=kind(own or whole),
    )


def policy_title(printed: str) -> tuple[str | None, str]:
    """(the policy's own title, the words before 印发 or 关于); None where the document is no 印发通知 of another."""
    if several_policies(printed):
        return None, re.split(_ABOUT, printed, maxsplit=1)[0]  # it issues several policies
    if match := re.match(
        rf"^(.*?){_ABOUT}?(?:联合)?{_ISSUES}{_ABOUT}?《(.+)》(?:的(?:通知|函|公告|通告|令))?$", printed
    ):
        return match[2], match[1]
    if match := re.match(rf"^(.*?){_ABOUT}(?:联合)?({_ISSUES})(.+)的(?:通知|公告)$", printed):
        # What is made known (公布……一览表的公告) is a policy only where its name says so.
        issued = match[2][0] in "印下" or kind(match[3].strip()) is not None
        return (match[3].strip() if issued else None), match[1]
    if (match := re.match(r"^(.*?)印发(.*《.+》.+)$", printed)) and not printed.endswith("通知"):
        return match[1] + match[2], match[1]
    if match := _ORDER.match(printed):
        return None, match[1]
    return None, re.split(_ABOUT, printed, maxsplit=1)[0] if re.search(_ABOUT, printed) else ""


def several_policies(printed: str) -> list[str]:
    """The policies that one notice issues together (印发《…》《…》的通知); [] where it issues one or none."""
    listed = re.search(rf"{_ISSUES}((?:《[^《》]+》[、和及与]{{0,2}}){{2,}})", printed)
    return re.findall(r"《([^《》]+)》", listed[1]) if listed else []


def repair_quotes(text: str) -> str:
    """A title whose two quotation marks both print as ” gets its opening one back."""
    return re.sub(r"”([^“”]+)”", r"“\1”", text) if "“" not in text else text


_PARTED = re.compile(r"^(.*?)(关于|關於|印发|印發|$)(.*)$")


def spaces(text: str) -> str:
    """Blanks out of a title, but for the one between two issuers."""
    text = re.sub(r"\s+", " ", text).strip()
    parted = _PARTED.match(text)
    assert parted is not None  # a text without any of these words is all head
    head, mark, tail = parted.groups()
    parts = [part for part in head.split(" ") if part]
    joined = ""
    for part in parts:
        joined += (" " if joined and organs.ends_organ(joined) else "") + part
    return joined + mark + tail.replace(" ", "")


def is_adoption(text: str) -> bool:
    """A note on who adopted, ordered or amended the text and when, in brackets or not."""
    return bool(_ADOPTION.fullmatch("".join(text.split())))


def signature(text: str) -> list[str]:
    """The organs a line names, and nothing else; [] where it is no signature."""
    parts = text.split()
    if (
        len(text) > 60
        or re.search(r"[。，；：、]", text)
        or not all(organs.is_issuer(part) and len(part) <= 24 for part in parts)
    ):
        return []
    return parts


def _same_policy(a: str, b: str) -> bool:
    from rapidfuzz import fuzz

    bare = [re.sub(r"[（(][^（()）]*[)）]$", "", "".join(title.split())) for title in (a, b)]
    return fuzz.ratio(*bare) >= 70  # the repeated one was found by its place and words (index.notice)


def _labelled_day(notice: Sequence[Paragraph]) -> str | None:
    """成文日期：2024年3月5日, as web pages print it above a title."""
    found = next((match for p in notice if (match := _LABELLED_DAY.search(p.text))), None)
    if found is None:
        return None
    return iso(found) if found[1] else date_line("-".join(found.groups()[3:]))


def _order_no(whole: str, notice: Sequence[Paragraph]) -> str | None:
    """海州省人民政府令第312号, whose number stands in the title or on the line below it."""
    match = _ORDER.match("".join(whole.split()))
    if match is None:
        return None
    below = next((no for p in notice if (no := order_no(p.text))), None)
    number = match[3].strip("（）()") if match[3] else below
    return f"{match[1]}{match[2]}{number}" if number else None


def _adopted(notice: Sequence[Paragraph]) -> re.Match[str] | None:
    """Where a note below the title says who adopted or ordered the text and when; that of an order before others."""
    bare = ["".join(p.text.split()) for p in notice]
    notes = [note for note in bare if is_adoption(note) or (note[:1] in ("（", "(") and _ADOPTED.match(note, 1))]
    found = [match for note in notes for match in _ADOPTED.finditer(note)]
    return next((match for match in found if match[5]), found[0] if found else None)


def _ordered(adopted: re.Match[str] | None) -> str | None:
    """海州省人民政府令第312号, of such a note."""
    return adopted[4] + adopted[5] if adopted and adopted[5] else None


def _issuers(whole: str, issuing: str, notice: Sequence[Paragraph], closing: Sequence[Paragraph]) -> tuple[str, ...]:
    words = re.sub(r"联合$", "", issuing.strip())
    named = tuple(part for part in re.split(r"[ 、]", words) if part)
    if named and not re.search(r"等(?:.{1,3}(?:部门|单位))?$", words) and all(organs.is_issuer(name) for name in named):
        return named
    for paragraph in notice:
        if match := _LEAD_ISSUERS.search(paragraph.text):
            return tuple(match[1].split("、"))
    signed = _signature(notice) or _signature(closing)
    alone = next((tuple(names) for p in notice if (names := signature(p.text))), ())
    if not (signed or alone):
        labelled = (
            tuple(re.split(r"[、，,;；]", match[1])) for p in notice if (match := _LABELLED_ISSUER.search(p.text))
        )
        alone = next((names for names in labelled if all(map(organs.is_issuer, names))), ())
    return signed or alone or tuple(name for name in named if organs.is_issuer(name))


def _signature(paragraphs: Sequence[Paragraph]) -> tuple[str, ...]:
    """Organs named on the lines right before a date line."""
    for place, paragraph in enumerate(paragraphs):
        if date_line(paragraph.text) is None:
            continue
        names: list[str] = []
        for before in reversed(paragraphs[:place]):
            parts = signature(before.text)
            if not parts:
                break
            names[:0] = parts
        if names:
            return tuple(names)
    return ()


def _level(issuers: Sequence[str], title: str) -> str | None:
    if issuers:
        return organs.level(issuers)
    if re.match(r"中华人民共和国.+(?:法|法典|条例)$", title):
        return organs.CENTRE
    place = known(title.removeprefix("中共"))
    return place.name if place is not None and not place.name.endswith(("都市", "城市")) else None
