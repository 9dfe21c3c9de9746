"""The region a document is about, read from its title: figures of different regions are no contradiction. Pure."""

from __future__ import annotations

import re

from index.entities.regions import areas
from index.schema import Document
from index.terms import compact, pairs

_EXTENT = re.compile(
    r"(?:自治[区州]|城市群|都市圈|农业带|经济[带圈]|示范[区带]|试验区|先行区|开发区|新区|走廊|地区|[省市县区州])$"
)
_JOINT = re.compile(r"联合$|^(?:中央|部委)$")  # levels at which documents are of more than one province
_LEADING = re.compile(r"^(?:，|关于|推动|推进|共建|支持|加强|印发|的)+")  # 建德市 begins with none of these
_GENERAL = re.compile(
    r"自治[区州]|示范[区带]|试验区|先行区|开发区|高新区|新区|农业带|经济[带圈]|城市群|都市圈|走廊|毗邻|地区|革命|老区|振兴|协同|合作|共建|一体化|"
    r"统筹|融合|推动|推进|协同|同意|设立|做好|绿色|高效|现代|特色|发展|建设|城市|[省市县区州]$|\d+年?"
)


def regions(document: Document) -> frozenset[str]:
    """The regions its title names, as printed; empty where it names none."""
    title = compact(document.title)
    for issuer in document.issuers:
        title = title.replace(compact(issuer), "，")
    return frozenset(areas(_LEADING.sub("", title)))


def may_share(a: Document, b: Document) -> bool:
    """Whether two documents may speak of the same region: one names none, or their names share a distinctive word."""
    first, second = _distinctive(regions(a)), _distinctive(regions(b))
    return not first or not second or bool(first & second)


def same_region(a: Document, b: Document) -> bool:
    """Whether figures of the two may be of one region: neither is a single province's where the other is wider.

    Where both titles name a region, one must be the other's by name and by kind: a city is not the 都市圈 called after
    it.
    """
    if not may_share(a, b) or bool(_JOINT.search(a.level or "")) != bool(_JOINT.search(b.level or "")):
        return False
    one, other = regions(a), regions(b)
    if not one or not other:
        return True
    by_size = sorted((_distinctive(one), _distinctive(other)), key=len)
    return by_size[0] <= by_size[1] and bool(_extents(one) & _extents(other))


def _extents(names: frozenset[str]) -> set[str]:
    return {found[0] for name in names if (found := _EXTENT.search(name))}


def _distinctive(names: frozenset[str]) -> set[str]:
    return {pair for name in names for part in _GENERAL.split(name) if len(part) > 1 for pair in pairs(part)}
