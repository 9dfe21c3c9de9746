"""Automatic numbers as they are drawn: a value and the name of its form → its characters. Pure."""

from __future__ import annotations

from index.load import numerals

# Word's numbers for forms (MSONFC), those that are not drawn as plain figures.
FORMS = {
    1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 10: "digits", 11: "chinese", 14: "fullwidth",
    16: "financial", 17: "digits", 18: "circled", 19: "fullwidth", 28: "circled", 29: "circled", 30: "stems", 31: "branches",
    33: "chinese", 34: "financial", 35: "chinese", 36: "digits", 37: "chinese", 38: "financial", 39: "chinese",
}  # fmt: skip
_FINANCIAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
_CYCLES = {"stems": ("ideographTraditional", 10), "branches": ("ideographZodiac", 12)}


def numeral(value: int, form: str) -> str:
    """`form`: decimal, chinese (十二), digits (一二), financial (拾贰), circled, lowerLetter, upperLetter, lowerRoman,
    upperRoman, stems, branches, fullwidth; any other is decimal."""
    if form == "chinese":
        return chinese(value)
    if form == "digits":
        return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(value))
    if form == "financial":
        return chinese(value).translate(_FINANCIAL)
    if form == "circled":
        return numerals.circled(str(value)) or str(value)
    if form in ("lowerLetter", "upperLetter", "lowerRoman", "upperRoman"):
        return numerals.numeral(value, form)
    if form in _CYCLES and value >= 1:
        name, length = _CYCLES[form]
        return numerals.numeral((value - 1) % length + 1, name)
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
