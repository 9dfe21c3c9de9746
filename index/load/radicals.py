"""Radical forms back to the characters they stand for. Pure.

Many fonts map a character that is also a radical (工, 长, 民) to the radical's own code point; PDF text then holds ⼯,
⻓, ⺠, which look alike and match nothing. Kangxi radicals decompose under NFKC; those of the supplement do not, so
they are listed after Unicode's EquivalentUnifiedIdeograph.txt.
"""

from __future__ import annotations

import unicodedata

_SUPPLEMENT = {
    "⺁": "厂", "⺄": "乙", "⺅": "亻", "⺆": "冂", "⺇": "几", "⺈": "刀", "⺉": "刂", "⺊": "卜", "⺋": "㔾", "⺌": "小",
    "⺍": "小", "⺎": "兀", "⺏": "尣", "⺐": "尢", "⺒": "巳", "⺓": "幺", "⺔": "彑", "⺕": "彐", "⺖": "忄", "⺘": "扌",
    "⺙": "攵", "⺛": "旡", "⺜": "日", "⺝": "月", "⺞": "歺", "⺟": "母", "⺠": "民", "⺡": "氵", "⺢": "氺", "⺣": "灬",
    "⺤": "爫", "⺥": "爫", "⺦": "丬", "⺧": "牛", "⺨": "犭", "⺩": "王", "⺬": "示", "⺭": "礻", "⺮": "竹", "⺯": "糹",
    "⺰": "纟", "⺲": "罒", "⺶": "羊", "⺷": "羊", "⺹": "耂", "⺻": "聿", "⺼": "肉", "⺽": "臼", "⺾": "艹", "⺿": "艹",
    "⻀": "艹", "⻁": "虎", "⻂": "衤", "⻃": "覀", "⻄": "西", "⻅": "见", "⻆": "角", "⻇": "角", "⻈": "讠", "⻉": "贝",
    "⻊": "足", "⻋": "车", "⻌": "辶", "⻍": "辶", "⻎": "辶", "⻏": "阝", "⻐": "钅", "⻑": "長", "⻒": "镸", "⻓": "长",
    "⻔": "门", "⻖": "阝", "⻗": "雨", "⻘": "青", "⻙": "韦", "⻚": "页", "⻛": "风", "⻜": "飞", "⻝": "食", "⻟": "飠",
    "⻠": "饣", "⻡": "首", "⻢": "马", "⻣": "骨", "⻤": "鬼", "⻥": "鱼", "⻦": "鸟", "⻧": "卤", "⻨": "麦", "⻩": "黄",
    "⻪": "黾", "⻬": "齐", "⻮": "齿", "⻰": "龙", "⻱": "龜", "⻳": "龟",
}  # fmt: skip
_SIMPLIFIED = {"⼾": "户", "⾭": "青", "⿈": "黄", "⽟": "玉", "⾬": "雨"}  # NFKC would give 戶, 靑, 黃
_LIGATURES = {"⸺": "——", "⸻": "———"}  # of dashes
_TABLE = {
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)},
    **{ord(radical): character for radical, character in (_SUPPLEMENT | _SIMPLIFIED | _LIGATURES).items()},
}


def unified(text: str) -> str:
    """`text` with ordinary characters in the place of radicals."""
    return text.translate(_TABLE)
