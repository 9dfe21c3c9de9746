"""Modality: words of duty, leave and degree, and what is negated or reversed. Pure; flat texts."""

from __future__ import annotations

import re

ASKED_FOR, TENTATIVE, PERMITTED, FIRM, DUTY = range(5)  # how strictly a half-sentence asks

_MODAL = re.compile(
    "应当|必须|务必|可以|鼓励|支持|允许|探索|力争|争取|原则上|有条件|优先|严禁|禁止|不得|不予|暂不|无需|不必|不再|免予|"
    "主动公开|依申请公开|不予公开|公开发布|强制|自愿|试行|试点|完成|启动"
)
_NEGATION = re.compile(
    r"不得|禁止|严禁|不再|不能|不可(?!或缺|分割|持续)|不予|不必|不准|不允许|不(?=[一-鿿])|未(?=[一-鿿])(?!来)|没有|无需|无须|并非|非(?=[一-鿿])(?!遗|公|物|常|税)"
)
# Stopping or limiting something must be the clause's own word; a rise is no fall.
_AGAINST = re.compile(
    r"暂停|暂缓|停止|取消|撤销|中止|终止|推迟|延缓|延后|叫停|放弃|废除|限制|限定|压制|抑制|阻止|拒绝|反对|削弱|弱化"
)
_RISE = re.compile(r"增加|增长|提高|提升|上升|扩大|延长|上调|翻番|加大|加快")
_FALL = re.compile(r"减少|降低|下降|压缩|压减|缩减|缩短|缩小|削减|下调|减小|放缓|减缓")
# Words in which a negating character negates nothing.
_IDIOM = re.compile(
    r"不断|不低于|不少于|不超过|不高于|不小于|不大于|不多于|不同|不动产|不仅|不良|不足|不平衡|不可移动|无废|无人|无线|无障碍|无纸化|无缝|无理由|无差别|无还本|不可或缺|不可分割|不见面|非遗|非物质|非公有|非税|非法|非自然人|未来|未成年|不利|不含|不包括|不限于|不等|不光|不只|不管|不论|无论|不孕"
)
_VERB = (
    r"建立|建设|制定|制订|设立|规划|推进|推动|推行|出台|支持|开展|编制|布局|构建|优化|提出|打造|实施|完善|申报|争取|探索|组建|成立|开通|"
    r"开行|发行|发展|开发|试行|扩大|放宽|取消|允许|将|把|在|对"
)
_TENTATIVE = re.compile(
    rf"^.{{0,6}}?(?:探索|研究(?={_VERB})|论证|谋划|力争|适时|酝酿|条件成熟)|有条件的|先行先试|试行|试点(?:示范|工作|改革)?$|试点(?={_VERB})"
)
_ASKED_FOR = re.compile(r"^.{0,6}?(?:争取|争创|申报|申请)")  # it is for others to grant
_PERMITTED = re.compile(r"^.{0,6}?(?:鼓励|支持|引导|倡导|允许|可以)|自愿")
_DUTY = re.compile(r"应当|必须|不得|禁止|严禁|一律|强制(?!性)")
# All that tells how strictly something is asked, and how eagerly.
STRENGTH = re.compile(
    r"探索|研究|论证|谋划|争取|力争|适时|试点|先行先试|试行|有条件的|规划|鼓励|支持|引导|倡导|允许|可以|自愿|应当|必须|一律|强制|"
    r"积极|加快|大力|深入|进一步|持续|有序|稳步|着力|协同|共同|联合|推动|推进|开展|建立|健全|完善|建设|打造|构建|加强|强化|实施|推行"
)


def modals(flat: str) -> set[str]:
    """Words of duty, permission and degree."""
    return set(_MODAL.findall(flat))


def deontic_strength(half: str) -> int:
    """How strictly a half-sentence asks: ASKED_FOR, TENTATIVE, PERMITTED, FIRM or DUTY."""
    if _DUTY.search(half):
        return DUTY
    if _ASKED_FOR.search(half):
        return ASKED_FOR
    if _TENTATIVE.search(half):
        return TENTATIVE
    return PERMITTED if _PERMITTED.search(half) else FIRM


def negations(flat: str) -> list[str]:
    """What is negated: the two characters behind each negating word, idioms aside."""
    plain = _IDIOM.sub(lambda m: "□" * len(m[0]), flat)
    return [plain[match.end() : match.end() + 2] for match in _NEGATION.finditer(plain)]


def reversals(flat: str, source: str) -> list[str]:
    """Words of stopping or limiting that the source lacks, and rises where it only speaks of falls, or the reverse."""
    found = [word for word in dict.fromkeys(_AGAINST.findall(flat)) if word not in source]
    for mine, theirs in ((_RISE, _FALL), (_FALL, _RISE)):
        if (said := mine.search(flat)) and theirs.search(source) and not mine.search(source):
            found.append(said[0])
    return found
