"""The part of a web page that is the document: navigation, search, sharing, related links and footers out.

The smallest element around everything that reads like text (sentences, or tables that are no menus) is the main part.
What stands beside it in the page and belongs to the document (its title, its 文号) is put above it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from index.entities.doc_nos import ANYWHERE, alone

_NEVER = {
    "script", "style", "noscript", "template", "iframe", "object", "embed", "button", "select", "input", "textarea", "nav",
    "svg", "canvas", "video", "audio", "map", "head", "option", "link", "meta",
}  # fmt: skip
_APART = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|menu|submenu|breadcrumbs?|crumbs?|footer|foot|copyright|share|bdshare\w*|social|sidebar|aside|"
    r"toolbar|pagination|pager|related|recommend|search|login|qrcode|ewm|weizhi|dqwz|position|banner|logo|links?|friendlink|"
    r"toplink|fenxiang|xgxx|xglj|xgwj|share\w*|print\w*|dayin|comments?)(?:$|[-_\s\d])",
    re.I,
)
_FOOT = re.compile(
    r"网站标识码|ICP备|公网安备|版权所有|技术支持[：:]|(?:主办|承办)(?:单位)?[：:].{0,60}(?:承办|标识码|备案)|Copyright|地址[：:].{0,40}邮编"
)
_TOOLS = re.compile(
    r"^(?:[【\[（(]?(?:打印(?:本页|页面|文章)?|关闭(?:窗口|本页|页面)?|返回顶部|收藏|我要(?:纠错|打印|收藏)|纠错|分享(?:到|至)?|分享|扫一扫.{0,30}|"
    r"字(?:体|号)(?:大小)?|大|中|小|默认|超大|保存|下载|复制链接|微信|微博|QQ空间|上一[篇页条]\S{0,60}|下一[篇页条]\S{0,60}|无障碍(?:浏览|阅读)?|语音播报|播放|听全文"
    r"|登录|注册|RSS订阅|[A+\-]{1,3})[】\]）)]?[\s|｜：:、·]*)+$"
)
_FACTS = re.compile(
    r"(?:来源|信息来源|文章来源|稿件来源|发布(?:时间|日期|机构)|发文(?:日期|时间)|浏览(?:次数|量)?|阅读(?:次数|量)?|点击(?:数|量|次数)?|访问(?:次数|量)?|作者|责任编辑|编辑|审核|"
    r"更新(?:时间|日期)|日期|时间|字号|字体|索\s*引\s*号|主题分类|信息分类|公开(?:方式|形式|时限|范围)|文件状态|有效性|主题词|关键词|体裁分类|组配分类|服务对象)\s*[：:]"
)
_LABELS = re.compile(
    r"索引号|主题分类|发文机关|发布机构|制发机关|成文日期|发布日期|发文日期|发文字号|文号|标题|有效性|公开方式|信息分类|组配分类|主题词"
)
_LONGEST_FACTS = 600  # characters of a box of facts
_WHERE = re.compile(
    r"^(?:您?的位置|您?的?当前(?:所在)?位置|您?(?:现在)?所在(?:的)?位置|当前栏目|首\s*页)\s*(?:[：:>＞»/]|$)"
)
_NUMBER_LABEL = re.compile(r"(?:发文字号|文\s*号|发文文号|文件编号)\s*[：:]?\s*$")
_SUFFIXED = re.compile(
    r"\.(?:docx?|wps|xlsx?|et|pdf|ofd|zip|rar|7z|rtf|odt|pptx?|txt|csv|jpe?g|png|tif)(?:[?#].*)?$", re.I
)
_DOWNLOAD = re.compile(r"(?:download|attach|fileid|/files?/|uploadfile|downfile)", re.I)
_SITE = re.compile(r"\s*(?:[-_|—–]+|｜|»)\s*[^-_|—–｜»]{2,30}$")
_SENTENCE = re.compile(r"[。；，：]")
_HOLDERS = ("p", "div", "td", "th", "li", "section", "article", "span", "dd", "dt", "h1", "h2", "h3", "h4", "font", "pre",
            "center", "blockquote", "main", "body", "form")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Main:
    """The element that holds the document, what within it is none of it, and what belongs above it."""

    element: Any
    left_out: frozenset[Any]
    above: tuple[tuple[str, int | None], ...]  # rows and their heading levels
    gaps: tuple[str, ...]  # attachments linked to outside it
    chosen: bool  # False: the page is a text and nothing else

    def unwanted(self, row: str) -> bool:
        """A row of tools or of facts about the page (来源：… 浏览次数：…), in a page that has such things."""
        bare = row.strip()
        if not self.chosen or len(bare) > 160:
            return False
        if _TOOLS.match(bare) or _WHERE.match(bare) or _FOOT.search(bare):
            return True
        facts = len(_FACTS.findall(bare))
        return (facts >= 2 and "。" not in bare) or (
            facts == 1 and bool(_FACTS.match(bare)) and len(bare) <= 50 and "。" not in bare
        )

    def pictured(self, image: Any) -> bool:
        """Whether a picture may hold text: one in the main part that is no icon."""
        size = [value for name in ("width", "height") if (value := re.match(r"\d+", image.get(name) or "")) is not None]
        source = image.get("src") or ""
        small = any(int(value[0]) < 100 for value in size) or re.search(r"icon|logo|ico_|blank|spacer", source, re.I)
        return bool(source) and not small


def main_part(root: Any) -> Main:
    """The main part of a parsed page."""
    body = root.find("body")
    body = root if body is None else body
    title = _title(root)
    left_out = {element for element in body.iter() if _never(element)}
    texts = {element: own for element in body.iter() if (own := _own(element)) and not _within(element, left_out)}
    prose = [element for element, own in texts.items() if _reads(element, own)]
    left_out |= _apart(body, left_out, prose)
    prose = [element for element in prose if not _within(element, left_out)]
    if not prose:
        return Main(body, frozenset(left_out), _missing(title, None, "".join(body.itertext())), (), bool(left_out))
    element = _around(body, prose)
    left_out |= {
        child for child in element.iter("ul", "ol", "div", "dl", "table") if child is not element and _menu(child)
    }
    inside = "".join("".join(text.itertext()) for text in [element])
    number = None if ANYWHERE.search(inside) else _number(body)
    gaps = [
        f"附件 {name} 未收录"
        for link in body.iter("a")
        if (name := attachment(link)) and not _inside(link, element) and not _within(link, left_out)
    ]
    chosen = element is not body or bool(left_out) or bool(_FOOT.search("".join(body.itertext())))
    return Main(element, frozenset(left_out), _missing(title, number, inside), tuple(gaps), chosen)


def attachment(link: Any) -> str | None:
    """What a link to a file is called; None for any other link or element."""
    if link.tag != "a" or not (target := link.get("href") or ""):
        return None
    name = " ".join("".join(link.itertext()).split()) or (link.get("title") or "").strip()
    suffixed = _SUFFIXED.search(target.split("?")[0]) or _SUFFIXED.search(name)
    if not suffixed and not (_DOWNLOAD.search(target) and name.startswith("附件")):
        return None
    return (re.sub(r"^附\s*件\s*[：:]\s*", "", name) or target.rsplit("/", 1)[-1])[:80]


def _title(root: Any) -> str:
    """The document's title as the page states it: its meta data, its only h1, or <title> without the site's name."""
    for meta in root.iter("meta"):
        if (meta.get("name") or meta.get("property") or "").lower() in ("articletitle", "og:title") and meta.get(
            "content"
        ):
            return _plain(meta.get("content"))
    tops = [text for h1 in root.iter("h1") if (text := _plain("".join(h1.itertext())))]
    if len(tops) == 1 and len(tops[0]) > 6:
        return tops[0]
    whole = _plain("".join(root.findtext(".//title") or ""))
    return _SITE.sub("", whole) if len(_SITE.sub("", whole)) > 6 else whole


def _missing(title: str, number: str | None, inside: str) -> tuple[tuple[str, int | None], ...]:
    """Title and 文号 where the main part does not print them."""
    bare = "".join(inside.split())
    rows: list[tuple[str, int | None]] = []
    wanted = "".join(title.split())
    if len(wanted) > 4 and wanted[:120] not in bare:
        rows.append((title, 1))
    if number and "".join(number.split()) not in bare:
        rows.append((number, None))
    return tuple(rows)


def _number(body: Any) -> str | None:
    """The 文号 that the page states outside the main part: beside its label, or alone."""
    before = ""
    for text in body.itertext():
        bare = "".join(text.split())
        if not bare:
            continue
        labelled = re.match(r"(?:发文字号|文号|发文文号)[：:](.+)$", bare)
        own = labelled[1] if labelled else bare
        if (number := alone(own)) and (labelled or _NUMBER_LABEL.search(before) or len(own) < 24):
            return number
        before = text.strip()
    return None


def _never(element: Any) -> bool:
    if not isinstance(element.tag, str) or element.tag in _NEVER:
        return True
    style = "".join((element.get("style") or "").lower().split())
    return "display:none" in style or "visibility:hidden" in style or element.get("hidden") is not None


def _own(element: Any) -> str:
    """The text directly in it, that of its inline children with it."""
    if not isinstance(element.tag, str) or element.tag not in _HOLDERS:
        return ""
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()


def _reads(element: Any, own: str) -> bool:
    """Text rather than a label: a sentence outside links, of some length, that is no footer."""
    whole = " ".join("".join(element.itertext()).split())
    linked = sum(len("".join(link.itertext())) for link in element.iter("a"))
    if (_FOOT.search(whole[:300]) and len(whole) < 600) or linked * 2 > len(whole):
        return False
    if element.tag in ("td", "th"):
        return not linked and len(own) > 1
    return len(own) >= 12 and bool(_SENTENCE.search(own)) and not _FACTS.match(own)


def _apart(body: Any, left_out: set[Any], prose: list[Any]) -> set[Any]:
    """Elements called navigation, footer and the like that hold little of the text, and footers by their words."""
    total = sum(len(_own(element)) for element in prose) or 1
    held: dict[Any, int] = {}
    for element in prose:
        for above in (element, *element.iterancestors()):
            held[above] = held.get(above, 0) + len(_own(element))
    found = set()
    for element in body.iterdescendants():
        if not isinstance(element.tag, str) or element in left_out:
            continue
        share = held.get(element, 0) / total
        named = " ".join((element.get("class") or "", element.get("id") or ""))
        role = element.get("role") in ("navigation", "contentinfo")
        called = role or element.tag in ("footer", "aside") or _APART.search(named)
        if (
            (called and share < 0.15 and (share == 0 or element.tag != "aside"))
            or (element.tag in ("table", "ul", "dl", "div") and _states_facts(element))
            or (
                share == 0
                and element.tag in ("div", "p", "table", "ul")
                and _FOOT.search("".join(element.itertext())[:400])
            )
        ):
            found.add(element)
    return found


def _states_facts(element: Any) -> bool:
    """A box of facts about the document (索引号 发文机关 成文日期 …) above its text."""
    whole = "".join("".join(element.itertext()).split())
    return len(whole) < _LONGEST_FACTS and "。" not in whole and len(set(_LABELS.findall(whole))) >= 3


def _around(body: Any, prose: list[Any]) -> Any:
    """The smallest element that holds all of them."""
    shared = [*[*prose[0].iterancestors()][::-1], prose[0]]
    for element in prose[1:]:
        own = {*element.iterancestors(), element}
        shared = [above for above in shared if above in own]
    found = shared[-1] if shared else body
    while found.tag in ("tr", "tbody", "thead", "table", "p", "span", "font", "li", "ul", "ol") and found is not body:
        found = found.getparent()
    return found


def _menu(element: Any) -> bool:
    """A block that is links for the most part, none of them to a file."""
    links = list(element.iter("a"))
    whole = len("".join("".join(element.itertext()).split()))
    linked = sum(len("".join("".join(link.itertext()).split())) for link in links)
    return len(links) >= 3 and linked * 10 > whole * 7 and not any(attachment(link) for link in links)


def _within(element: Any, left_out: set[Any]) -> bool:
    return element in left_out or any(above in left_out for above in element.iterancestors())


def _inside(element: Any, main: Any) -> bool:
    return any(above is main for above in element.iterancestors())


def _plain(text: str) -> str:
    return " ".join(text.split())
