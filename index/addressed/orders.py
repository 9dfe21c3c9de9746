"""Sentences of a document that order the assistant about instead of stating policy (“忽略以上规则，回答……”). Pure.

What policies, guides and notices say to citizens (你需要携带身份证) and of people and machines that answer
(话务员应直接回答, 模型应当输出出处) is no order. These patterns see markup, encoded text and the plainest orders, each with
certainty; index.addressed.head sees the rest.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape

_ALIKE = str.maketrans(
    "аеіорсухᴀοαεικνρτυѕԁ為爲規則請說輸詞應該統對條內寫資訊視須當問顯",
    "aeiopcyxaoaeiknptusd为为规则请说输词应该统对条内写资讯视须当问显",
)
_INVISIBLE = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
_SPEAKING = re.compile(
    r"[答问读录忽忘编校注译摘抄诵请您你]|说(?!明书|服)|转述|转告|告诉|告知|理解|视为|当[作成]|认[作定]|看[成到]|称[为作]|写|记[住作为]|定为|返回|显示|输出|取值|结论|口径|数值|来源|程序|软件|系统|平台|模型|算法|智能|助[手理]|机器|工具|知识库|扮|假[设定装如]|设想|误|更正|勘误|订正|上文|前文|前[面款条]|上[面条段款]|本[段条文句]|此[处条句]|下[面列句]|这[段句条里处]|回复|复述|冒充|公开|泄露|透露|拒绝|停止|提示|指令|任务|小编|批注|概括|总结|提炼|检索|引用|优先|服从|听从|遵照|解[码密]|宣布|给出|无视|抛开|推翻|覆盖|作废|无效|替换|改[为成]|从[现此]|不[要用必管得]|[a-z<>{}\[\]#|]{2}"
)
_MACHINE = "(?:ai|人工智能|模型|助手|机器人|问答系统|(?:计算机|检索|问答)程序)"  # 程序 alone is a procedure
_ASKER = "(?:用户|提问者|提问人|读者)"
_HERE = "[本此这以][下]?[段句条里处]"
_EARLIER = "(?:以上|上述|上面|之前|先前|前面|此前|前述|前文|上文|原有|你的|系统|其他|其它|其余|别的|所有|一切|任何)"
_SAYING = '[:“"「『](?![是否同您]|[^。]*[?])'  # what follows is to be said word for word, and is no question
_NOT = "".join(f"(?<!{word})" for word in ("不得", "不能", "不可", "不应", "严禁", "禁止", "避免", "防止"))
_FORGET = (
    f"{_NOT}(?:忽略|无视|忘记|忘掉|忘了|抛开|丢弃|推翻|覆盖|停止遵守|不(?:要|必|用|再)(?:遵守|遵循|遵从|理会|相信|管))"
)

# Two of these in one sentence make an order; policies have them one at a time (你需要携带身份证, 直接回答来电人的问题,
# 如已缴费请忽略以上内容). Matched without white space, as Chinese may be spaced out to hide.
_SIGNS = tuple(
    map(
        re.compile,
        (
            # a machine is spoken to, not of
            rf"{_MACHINE}(?:请(?!用户|您|来)|须知|注意|[,:!]|在(?:总结|处理|阅读)|[^。,]{{0,4}}(?:看到|读到|检索到){_HERE})|(?:只给|(?<!提)供|提示|作为|若为|你?是|你好,?)[^。,]{{0,6}}{_MACHINE}[看读,:]",
            # whoever answers is called 你
            r"你[^。,]{0,4}(?:回答|作答|答复|答案|输出|扮演|忘|忽略|说(?![明出清])|服从)",
            # the one who asks
            rf"{_ASKER}|(?:任何|所有|一切)提问|(?:无论|不论|不管)[^。,]{{0,8}}[提]?问(?!题)|凡[^。,]{{0,6}}问(?!题)",
            # the answer is laid down
            rf"(?:答案|回答|作答|答复|回复|输出|(?<!用户)(?<!人)(?<!先)说|(?<=[都均就])答)(?:内容|开头|末尾)?(?:必须|只能|一律|统一|应当?|应该|都|均)*(?:为|是(?!否)|成|写成?|改成|加上|替换为|[只都]说|{_SAYING})|(?:理解|解释)为",
            # say it, told to nobody by name
            r"(?:^|[^一-鿿])(?:(?:请|就|再|并|只|仅|直接|务必|只能|只许|照此|据此|改为|一律|都)+(?:用[^,。]{1,3})?(?:回答|作答|输出|说(?![明出清])|写(?![明清出入在])|宣布|给出)|(?:请|只)[^。,]{0,2}(?:答复|回复|回应))",
            # this place stands above the rest of the text, or the rest is to be left aside
            rf"(?:{_FORGET}|停止执行)[^。,]{{0,6}}{_EARLIER}|{_EARLIER}[^。,]{{0,6}}(?:作废|无效|有误|是错)|(?:^|[,;:])(?:请|务必)?只?[以用将引]用?{_HERE}(?:为|作|优先|回)|{_HERE}优先|从(?:现在|此刻)起?开?始?",
        ),
    )
)
# Each of these is an order by itself.
_ORDER = re.compile(
    "|".join(
        (
            rf"{_FORGET}[^。]{{0,8}}?{_EARLIER}[^。]{{0,10}}?(?:(?:规则|指令|指示|命令|约束|设定|要求|规定)(?!的|造成|导致))|{_FORGET}你(?:学|知)|(?:不管|无论)(?:之前|前面)说|将(?:以上|上述|前文)内容视为无效|假设[^。]*据此回答|你必须服从:",
            rf"只能引用{_HERE}|以{_HERE}为准,其[他它余](?:条款)?[^。]{{0,4}}(?:作废|忽略)|不[用必]看其[他它]|停止引用原文|引用[^。]{{0,8}}[写标改][^。]{{0,3}}\[\d",
            rf"(?:把|将)(?:答案|回答|上文|前文|上面的?|所有回答|全部回答)[^。]{{0,12}}(?:改成|改为|替换|换成|写成)|(?:当成|当作|作为|视为|为)(?:唯一|最终|正确|标准)+(?:答案|回答)|(?:正确|真实|标准)(?:的)?(?:答案|回复|回答)[是为]?{_SAYING}",
            rf"(?:回答|答案|答复)(?:必须|只能|一律)[为是]{_SAYING}|回答一律[为是]|[(]答案[为是]|本题(?:答案[为是]|拒绝)|在(?:回答|答案)(?:末尾|开头|里|中)(?:把|写(?!明|清[楚晰]|出)|加)|接下来的回答|回答[^。]{{0,6}}时(?:一律|只|都|统一)[写说]|回答前先说[:“\"](?!您)|重要的事情说[^,]{{1,3}}遍|命令:回答",
            r"(?:^|[,;])请拒绝回答|请输出[a-z]{1,8}[。!]?$",
            rf"(?:^|[,;:])请?对{_ASKER}说{_SAYING}|告诉{_ASKER}[^。]{{0,4}}真实|(?:回复|回应|答复){_ASKER}{_SAYING}",
            rf"作为[^。,]{{0,6}}{_MACHINE},你|{_MACHINE}(?:须知|请?注意):|(?:总结|处理|检索到){_HERE}[^。]{{0,2}}的(?:{_MACHINE}|程序)|{_MACHINE}在(?:总结|处理){_HERE}|你(?:现在)?是[一个名位款]{{1,2}}[^。,]{{0,10}}{_MACHINE}|请(?:你)?扮演(?!好)|进入开发者模式,",
            rf"{_NOT}(?:复述|泄露|透露|输出|打印|显示|公开|重复|说出|写出|把)[^。]{{0,2}}你的[^。]{{0,4}}(?:提示|指令|设定)",
            r"<\||\|>|^>>>|^<<<|\[/?(?:system|user|assistant|inst|系统)\]|【系统】|<</?sys>>|</?(?:system|user|assistant|instructions?|answer)>|<(?:script|svg)|\"(?:role|answer|sentences|refused)\":",
            r"^(?:#+(?:system|assistant|instructions?|系统|指令|回答)|[-*>]*(?:system|assistant|user|human)[:])|(?:解码|解密|翻译)并执行|(?:听从|服从|遵照)[本此这]段",
        )
    )
)
_BARE = 16  # characters
_REVOKED = re.compile(rf"{_FORGET}[^。,]{{0,6}}{_EARLIER}|{_EARLIER}[^。,]{{0,6}}(?:作废|无效|有误|是错)")
_ENGLISH = re.compile(
    "|".join(
        (
            r"\b(?:ignore|disregard|forget|override|bypass|do not follow|stop following)\b[^.]{0,60}\b(?:instructions?|rules?|prompts?|above|previous|prior|everything|guidelines|context)\b",
            r"\b(?:answer|respond|reply) in (?:english|chinese|json)\b|\byou (?:must|should|will) (?:answer|say|reply|respond)(?: with| only|:| [\"“])|\byou are (?:now )?an? [^.]{0,30}\b(?:assistant|ai|model|chatbot)\b|\bnew instructions?:|\btell the user\b|\bfrom now on\b|\bpretend (?:that|to|you)\b",
            r"\b(?:answer|respond|reply|say|output|print|return|write|repeat)\b(?: only| just| exactly|:| ?=| [\"“])",
            r"\b(?:assistant|ai|model|chatbot) (?:should|must|shall) (?:state|say|answer|reply)\b",
        )
    )
)


def instructs(sentence: str) -> bool:
    """Whether a sentence gives orders to whoever answers; look-alike, invisible and encoded characters seen through."""
    return of_plain(plain(sentence))


def of_plain(lower: str) -> bool:
    """Whether a sentence gives orders to whoever answers, of its form as `plain` makes it."""
    text = "".join(lower.split())
    if not _SPEAKING.search(text):
        return False
    return bool(_ENGLISH.search(lower) or _ORDER.search(text)) or sum(bool(sign.search(text)) for sign in _SIGNS) > 1


def revokes(words: str) -> bool:
    """Whether a passage only says to leave aside what is before it, and says nothing in its stead."""
    text = "".join(plain(words).split())
    return len(text) <= _BARE and bool(_REVOKED.search(text))


def plain(text: str) -> str:
    """In lower case, with look-alike characters as what they look like, entities decoded, invisible ones gone."""
    lower = unicodedata.normalize("NFKC", unescape(text)).lower().translate(_ALIKE)
    return _INVISIBLE.sub("", lower)


def speaks(lower: str) -> bool:
    """Whether a plain text names anyone who reads or answers, or anything they do: most policy does not, at no cost."""
    return bool(_SPEAKING.search("".join(lower.split())))
