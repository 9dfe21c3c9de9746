"""The region a document is about, read from its title: figures of different regions are no contradiction. Pure."""

from __future__ import annotations

import re

from index.schema import Document
from index.terms import compact, pairs

_REGION = re.compile(
    r"([一-鿿]{2,12}?(?:自治区|自治州|示范区|试验区|先行区|开发区|高新区|新区|示范带|农业带|经济带|城市群|都市圈|经济圈|走廊|毗邻地区|地区|省|市|县|区|州))"
)
_GENERAL = frozenset(("地区", "经济", "发展", "建设", "示范", "协同", "合作"))


def regions(document: Document) -> frozenset[str]:
    """The regions its title names, as printed; empty where it names none."""
    title = compact(document.title)
    for issuer in document.issuers:
        title = title.replace(compact(issuer), "，")
    return frozenset(_REGION.findall(re.sub(r"^[，关于推动推进共建支持加强印发的]+", "", title)))


def may_share(a: Document, b: Document) -> bool:
    """Whether two documents may speak of the same region: one names none, or their names share a telling word."""
    first, second = regions(a), regions(b)
    if not first or not second:
        return True
    return bool(_telling(first) & _telling(second))


def _telling(names: frozenset[str]) -> set[str]:
    return {pair for name in names for pair in pairs(name)} - _GENERAL
