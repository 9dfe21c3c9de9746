"""A document's name in the words of another → the document: title variants, issuers before it, 文号, dates. Pure.

A name resolves to one document or to none; where several would do and nothing tells them apart, it stays unresolved.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from index.entities.dates import CENTURY
from index.entities.doc_nos import normal
from index.entities.mentions import mentions
from index.entities.organs import BEFORE_A_TITLE
from index.entities.titles import EDITION, core, plain
from index.headers import several_policies
from index.schema import Document
from index.terms import compact

_SAME_LETTERS = 10  # characters from which two names of the same letters in another order are one name misprinted


class Names:
    """The documents of a corpus by every name they go under."""

    def __init__(self, documents: Sequence[Document], policies: Mapping[str, Sequence[str]] | None = None) -> None:
        """`policies`: doc_id → further titles it issues, for a notice with several."""
        self._documents = {document.doc_id: document for document in documents}
        self._exact: dict[str, set[str]] = defaultdict(set)
        self._core: dict[str, set[str]] = defaultdict(set)
        self._letters: dict[tuple[frozenset, str], set[str]] = defaultdict(set)
        self._number: dict[str, set[str]] = defaultdict(set)
        for document in documents:
            notice = document.notice_title or document.title
            names = {document.title, notice, *several_policies(notice), *(policies or {}).get(document.doc_id, ())}
            for name in names:
                self._exact[plain(name)].add(document.doc_id)
                self._core[core(name)].add(document.doc_id)
                if len(core(name)) >= _SAME_LETTERS:
                    self._letters[_letters(core(name))].add(document.doc_id)
            if document.doc_no:
                self._number[normal(document.doc_no)].add(document.doc_id)

    def resolve(self, name: str, doc_no: str | None, citing: Document, others: bool = False) -> str | None:
        """doc_id of the document named; `others`: not `citing` itself, as an edition it replaces has its title."""
        found = self._titled(name, doc_no, citing, others) if name else None
        if found is None and doc_no is not None and not (name and self._exact.get(plain(name))):
            found = self._only(self._number.get(normal(doc_no), set()), citing, others)
        return found

    def _titled(self, name: str, doc_no: str | None, citing: Document, others: bool) -> str | None:
        wanted = core(name)
        ways = [self._exact.get(plain(name), set()), self._core.get(wanted, set())]
        if len(wanted) >= _SAME_LETTERS:
            ways.append(self._letters.get(_letters(wanted), set()))
        for way in ways:
            fit = {i for i in way if self._agrees(self._documents[i], name, doc_no)}
            same_number = {i for i in fit if doc_no and normal(self._documents[i].doc_no or "") == normal(doc_no)}
            if found := self._only(same_number or fit, citing, others):
                return found
        return None

    def _only(self, candidates: set[str], citing: Document, others: bool) -> str | None:
        """The one candidate; of several editions the one in hand when `citing` was written."""
        if not others and citing.doc_id in candidates:
            return citing.doc_id
        left = [self._documents[i] for i in candidates if i != citing.doc_id]
        if len(left) > 1:
            dated = [d for d in left if d.issued_on and d.issued_on <= (citing.issued_on or "")]
            last = max((d.issued_on or "" for d in dated), default=None)
            left = [d for d in dated if d.issued_on == last]
        return left[0].doc_id if len(left) == 1 else None

    @staticmethod
    def _agrees(document: Document, name: str, doc_no: str | None) -> bool:
        """No 文号 of another year, no other edition, no issuers before the title that are all somebody else."""
        if doc_no and document.doc_no and _year(doc_no) != _year(document.doc_no):
            return False
        if not _same_edition(name, document):
            return False
        named = BEFORE_A_TITLE.match(compact(name))
        own = (plain(document.title), plain(document.notice_title or ""))
        if named is None or not document.issuers or plain(name) in own:
            return True
        # 发展改革委 is 发展和改革委员会 in short: its letters, in their order.
        return any(
            _within(compact(issuer), named[0]) or _within(named[0], compact(issuer)) for issuer in document.issuers
        )


def issued_titles(text: str) -> list[str]:
    """The policies a notice says it issues: 现将《甲》印发, 《甲》《乙》已经……同意，现印发."""
    flat = compact(text)
    found: list[str] = []
    for match in re.finditer(
        r"现将((?:《[^》]+》[、和及与]*)+)(?:[(（][^()（）]*[)）])?(?:予以)?(?:印|发|下|公)", flat
    ):
        found += [m.name for m in mentions(match[1])]
    for match in re.finditer(
        r"(?:^|[。：:\n）)])((?:《[^》]+》[、和及与]*)+)已经?[^《》。]{0,80}(?:现|予以)(?:予以)?(?:印|公|发)", flat
    ):
        found += [m.name for m in mentions(match[1])]
    return found


def _year(doc_no: str) -> str | None:
    match = re.search(CENTURY, compact(doc_no))
    return match[0] if match else None


def _letters(text: str) -> tuple[frozenset, str]:
    """The characters of a title in any order, its figures in theirs: 2012 is not 2021."""
    return frozenset(Counter(text).items()), "".join(re.findall(r"[\d一二三四五六七八九十]", text))


def _same_edition(name: str, document: Document) -> bool:
    """A （试行） is not the final text, nor （2020—2022年） the （2023—2025年） one; a draft or 修正 is the same
    text."""
    said = EDITION.search(plain(name))
    if said is None:
        return True
    titles = [plain(document.title), plain(document.notice_title or "")]
    if re.search("试行|暂行", said[0]) and not any(re.search("试行|暂行", title) for title in titles):
        return False
    ranges = [re.findall(r"\d{4}", held[0]) for title in titles if (held := EDITION.search(title))]
    years = re.findall(r"\d{4}", said[0])
    return not (years and any(ranges)) or years in ranges


def _within(short: str, long: str) -> bool:
    """Whether the letters of `short` occur in `long` in their order."""
    rest = iter(long)
    return all(letter in rest for letter in short)
