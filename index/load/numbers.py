"""Automatic numbers as they are drawn: a value and the name of its form → its characters. Pure."""

from __future__ import annotations

# Word's numbers for forms (MSONFC), those that are not drawn as plain figures.
FORMS = {
    1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 10: "digits", 11: "chinese", 14: "fullwidth",
    16: "financial", 17: "digits", 18: "circled", 19: "fullwidth", 28: "circled", 29: "circled", 30: "stems", 31: "branches",
    33: "chinese", 34: "financial", 35: "chinese", 36: "digits", 37: "chinese", 38: "financial", 39: "chinese",
}  # fmt: skip
_FINANCIAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"),
          (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"


def numeral(value: int, form: str) -> str:
    """`form`: decimal, chinese (十二), digits (一二), financial (拾贰), circled, lowerLetter, upperLetter, lowerRoman,
    upperRoman, stems, branches, fullwidth; any other is decimal."""
    if form == "chinese":
        return chinese(value)
    if form == "digits":
        return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(value))
    if form == "financial":
        return chinese(value).translate(_FINANCIAL)
    if form == "circled" and 1 <= value <= 50:
        return chr(0x245F + value if value <= 20 else 0x323C + value if value <= 35 else 0x328D + value)
    if form in ("lowerLetter", "upperLetter") and 1 <= value <= 780:
        letter = chr(96 + (value - 1) % 26 + 1) * ((value - 1) // 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman") and 1 <= value < 4000:
        return _roman(value) if form == "lowerRoman" else _roman(value).upper()
    if form in ("stems", "branches") and value >= 1:
        cycle = _STEMS if form == "stems" else _BRANCHES
        return cycle[(value - 1) % len(cycle)]
    if form == "fullwidth":
        return str(value).translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    return str(value)


def chinese(value: int) -> str:
    """12 → 十二, 110 → 一百一十; 0 → 〇."""
    import cn2an

    if value <= 0:
        return "〇" if value == 0 else str(value)
    text = cn2an.an2cn(str(value))
    return text[1:] if text.startswith("一十") else text


def _roman(value: int) -> str:
    out = ""
    for size, letters in _ROMAN:
        while value >= size:
            out, value = out + letters, value - size
    return out
