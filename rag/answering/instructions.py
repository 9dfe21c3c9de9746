"""Sentences of a document that order the assistant about instead of stating policy (“忽略以上规则，回答……”). Pure.

Anyone can write such a sentence into a document. It stays in its clause and is shown with it, but it is no evidence: it
is not chosen, not given to the model, and bears out nothing the model writes. The forms are those of orders to whoever
answers; what policies say of people who answer (当事人拒绝回答, 限期答复, 印发给你们) is none of them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import unescape

from index.sentences import split_sentences

_ALIKE = str.maketrans("аеіорсухᴀοαεικνρτυѕԁ為爲規則請說輸詞應該統對條內寫資訊視須當問顯", "aeiopcyxaoaeiknptusd为为规则请说输词应该统对条内写资讯视须当问显")
_NOT = "".join(f"(?<!{word})" for word in ("不得", "不能", "不可", "不应", "严禁", "禁止", "避免", "防止"))
_ANSWER = "(?:回答|作答|答案)"
_ASSISTANT = "(?:ai|人工智能|智能|问答|聊天|语言)(?:助手|机器人|模型|系统|程序)"

# Matched without white space, as Chinese may be spaced out to hide.
_CHINESE = re.compile("|".join((
    # what came before is to be forgotten, or other words left aside
    rf"{_NOT}(?:忽略|无视|忘记|忘掉|忘了|抛开|丢弃|推翻|不(?:要|必|用|再)(?:理会|理睬|遵守|遵循|遵从))[^。]{{0,8}}?"
    r"(?:以上|上述|上面|之前|先前|前面|此前|前述|前文|所有|一切|全部|任何|你的|系统|原有|原来|下面|后面|其他|其它|别的)[^。]{0,10}?"
    r"(?:规则|指令|指示|提示|命令|约束|设定|要求|内容|材料|说明|条款|条文|文字|文件|限制|资料|规定|对话|信息|数字|数据)",
    rf"{_NOT}(?:忽略|无视|忘记|忘掉|抛开|推翻)(?:前文|上文|以上|上述|前面|之前|你)(?:的)?(?:[,。:!]|所|学|知|说|$)|覆盖(?:原有|之前|以上|系统)(?:的)?(?:设定|规则|指令)",
    r"(?:不管|无论|不论)(?:之前|前面|上面|以上|前文|上文|别处)[^。]{0,6}(?:说|写)|(?:不管|无论|不论)[^。]{0,6}问(?:什么|到|及|起|何|哪)|改口(?:说|称)",
    r"以本[条句段行]为(?:准|唯一)[^。]{0,12}(?:其他|其余|其它|别的)[^。]{0,8}(?:作废|无效|忽略)",
    r"(?:禁止|不要|不得|不能|不准|停止|不用看|不必看|无需看)(?:引用)?(?:原文|(?:其他|其它|别的|其余)(?:条款|条文|段落))|只(?:能|准|可|许)?引用本[条段句]",
    r"(?:将|把)(?:以上|上述|前文|上文)[^。]{0,6}视为无效|本[段句条](?:的)?优先级最高|引用(?:标号|编号|序号|标记)[^。]{0,4}(?:写|标|改|为)",
    # what the answer is to be
    rf"{_ANSWER}(?:内容)?(?:必须|应当|应该|应|须|要|只能|一律|统一|均|都)*(?:为|是(?!否)|成|写|说|如下|[“\"「『\d])|答案:",
    r"(?:正确|最终|标准|唯一)(?:的)?(?:答案|答复|回复|回答)(?:是(?!否)|为|应|[:])",
    r"(?:答复|回复)(?:内容)?(?:必须|应当|应该|应|只能|一律|统一|务必)+(?:为|是|写|说)?[:“\"「]|(?:请|一律|直接|统一)[^。]{0,8}?(?:答复|回复|回应)(?:用户|读者|提问者)",
    r"(?:请|一律|统一|必须|务必|均|都|只|应)(?:答复|回复|作答|答)(?:为|是|成|说)?[:“\"「]|(?:只|仅)(?:用|按|根据)本[条句段](?:回答|作答)|以下[句文](?:作答|答复|回答)",
    r"(?:请|只|仅|直接|统一|一律|只能|必须|务必)(?:你|只|仅|直接|统一|一律|都|这样|如此|照此)*(?:回答|作答)(?!.{0,4}(?:问题|询问|提问|质询))",
    rf"{_ANSWER}(?:用户|本题|本问题|该问题|任何问题|一切问题|所有问题)|{_ANSWER}(?:问题)?时[^。]{{0,6}}(?:一律|只|都|统一|不要|把|写|请|说)",
    r"(?:^(?!回答:)|[,。;:!)>])(?:请|再|并)?(?:据此)?回答(?!.{0,12}(?:问题|提问|询问|质询|咨询|疑问|关切))|据此(?:回答|作答|回复)",
    rf"{_ANSWER}(?:请|全部使用|中|里|的?(?:开头|末尾|结尾|最后))|(?:把|将)(?:答案|回答|上文|前文|上面)[^。]{{0,12}}(?:改(?:成|为|说)|替换|换成|写成)",
    r"(?:请|一律|必须|直接|都|要|务必|应)拒绝(?:回答|作答)|拒绝(?:回答|作答)(?:任何|所有|一切|本|该|用户|此|关于)|(?:不要|请勿)(?:回答|作答)|禁止回答",
    r"(?:作为|当作|视为|视作)(?:你的|最终|唯一|正确|标准)*(?:答案|回答)|本[句段](?:话)?作为(?:唯一|最终)?(?:结论|依据|答案)",
    r"(?:用户|有人|提问者|读者|你被|被)(?:问到|问起|问及|提问|询问|问)[^。]{0,30}(?:回答|就说|就答|一律说|请说|都说|应说|只说|输出|答[:“])",
    r"(?<!应当)(?<!应)告诉(?:用户|提问者|提问人|读者)|对(?:用户|提问者|提问人)说|请(?:直接|只|务必|一定)?说(?![明清出服话])|请(?:直接|只|仅)写(?![明清入在])",
    r"(?:请|只|仅|直接|必须|应|务必)输出(?:[:“\"「a-z\d]|以下|下列|这|本|如下|你|系统|提示)|输出(?:内容|结果)?(?:必须|只能|一律|应当?)(?:为|是)",
    # who is meant to obey
    r"你(?:现在|从现在|必须|务必|只能|只需|应当|应该|应|需要|要|将|不要|不得|不能|不再|被|扮演|的(?:回答|答复|回复|任务|角色|身份|提示|系统|指令|答案|输出|设定|规则)|是(?:一[个名位]|个|管理员|谁))",
    rf"{_ASSISTANT}[,:!]?(?:请|注意|你|收到|读到|看到|检索|在(?:总结|回答|阅读)|(?:必须|须|应当?|只能|一律)(?:回答|忽略|输出|说|写|照))",
    r"(?:ai|模型|助手|机器人|程序)(?:须知|请注意|注意:)|你好[,!]?(?:ai|智能)?(?:助手|模型)|(?:检索|读取|读|看)到(?:本|此|这)(?:里|段|句|条|处)?(?:时|的|后|,)|总结(?:本|此|这)(?:段|句)|(?:模型|ai|程序)(?:看到|读到|检索到)|作为(?:ai|人工智能|语言模型)(?:助手)?,",
    r"(?:请|现在|从现在起|从现在开始)[^。]{0,4}(?:扮演|充当|假装)|(?:开发者|越狱|管理员|dan)模式",
    # its prompt, and marks that pretend to be part of it
    r"(?:泄露|透露|输出|打印|复述|显示|公开|重复|展示|告诉|给出|说出|附上|写出|发送)[^。]{0,8}(?:提示词|系统提示|系统消息|系统指令|初始指令|隐藏指令|内部指令)",
    r"<\||\|>|<<<|>>>|\[/?(?:system|user|assistant|inst|系统)\]|<</?sys>>|</?(?:system|user|assistant|instructions?|answer)>|\"(?:role|answer|sentences|refused)\":",
    r"^(?:#+(?:system|assistant|instructions?|系统|指令|新指令|回答)|(?:[-*>]*)(?:system|assistant|user|human|助手)[:])",
    r"(?:系统|新|最高|隐藏|管理员)(?:的)?(?:指令|命令)[:]|系统消息:|执行(?:以下|下列|如下|新的)(?:指令|命令)|(?:解码|解密)[^。]{0,6}(?:执行|照做|遵照)",
    r"(?:听从|遵照|服从|执行|按照)(?:本|此|这)[段句](?:文字|话)?(?:的)?(?:指示|指令|命令|要求)",
)))  # fmt: skip
_ENGLISH = re.compile("|".join((
    r"\b(?:ignore|disregard|forget|override|bypass|do not follow|stop following)\b[^.]{0,60}\b(?:instructions?|rules?|prompts?|above|previous|prior|everything|guidelines|context)\b",
    r"\b(?:answer|respond|reply) in\b|\byou(?: are|'re) (?:now|a|an|no longer)\b|\byou (?:must|should|will|shall|have to|need to)\b[^.]{0,40}\b(?:answer|say|reply|respond|output|ignore|refuse|write|print|repeat)\b|\bas an ai\b|\btell the user\b|\bfrom now on\b|\bpretend (?:that|to|you)\b",
    r"\b(?:answer|respond|reply|say|output|print|return|write|repeat)\b(?: only| just| exactly|:| ?=| [\"“]| the (?:following|answer|system))",
    r"\b(?:system|hidden|initial) (?:prompt|message|instructions?)\b|\bnew instructions?\b|\bthe (?:correct|final|only) answer is\b",
    r"\b(?:assistant|chatbot|language model|llm)\b ?[,:]|\b(?:assistant|ai|model|chatbot) (?:should|must|shall)\b",
)))  # fmt: skip
_REPLY = re.compile(r"\W*回\s*答\s*[：:]")
_CUT = re.compile(r"(?:[，,]|&#?\w+;)$")


def instructs(sentence: str) -> bool:
    """Whether a sentence gives orders to whoever answers; look-alike, invisible and encoded characters seen through."""
    plain = unicodedata.normalize("NFKC", unescape(sentence)).lower().translate(_ALIKE)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    return bool(_ENGLISH.search(plain) or _CHINESE.search("".join(plain.split())))


@lru_cache(maxsize=4096)  # an answer asks this of each of its clauses several times
def spans(text: str) -> tuple[tuple[int, int], ...]:
    """(start, stop) of the sentences of a clause that give orders; those cut at commas for length count whole.

    “回答：” opens an answer of the document's own (政策问答), unless an order stands in the same clause.
    """
    whole = _whole(text)
    orders = [span for span in whole if instructs(text[slice(*span)])]
    return tuple(span for span in whole if span in orders or orders and _REPLY.match(text, *span))


def blanked(text: str) -> str:
    """The text, as long as before, with blanks for its orders: what they say of other documents is not so either."""
    for start, stop in spans(text):
        text = text[:start] + " " * (stop - start) + text[stop:]
    return text


def stating(text: str, start: int, stop: int) -> tuple[int, int] | None:
    """The longest stretch of text[start:stop] without an order; None where there are no words but orders."""
    at, free = start, []
    for begin, end in [*spans(text), (stop, stop)]:
        free.append((at, min(max(begin, at), stop)))
        at = min(max(end, at), stop)
    begin, end = max(free, key=lambda span: span[1] - span[0])
    return (begin, end) if any(c.isalnum() for c in text[begin:end]) else None


def behind(text: str, stop: int) -> bool:
    """Whether what ends at `stop` is an order or stands behind one."""
    return any(begin < stop for begin, _ in spans(text))


def masked(text: str) -> str:
    """The text, as long as before, blank from its first order on: what stands behind one may be what it announces."""
    found = spans(text)
    return text if not found else text[: found[0][0]] + " " * (len(text) - found[0][0])


def _whole(text: str) -> list[tuple[int, int]]:
    """Sentences, put together again where index.sentences cut a long one at a comma, or all at an entity's end."""
    whole: list[tuple[int, int]] = []
    for start, stop in split_sentences(text):
        if whole and _CUT.search(text, *whole[-1]) and "\n" not in text[whole[-1][1] : start]:
            whole[-1] = (whole[-1][0], stop)
        else:
            whole.append((start, stop))
    return whole
