"""One flat form, its stretches found again in print, and the part of a sentence around a place."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.entities.printed import flatten, locate, part


@pytest.mark.parametrize(
    ("printed", "flat"),
    [
        ("9． 83 ％", "9.83%"),
        ("岚府发〔2022〕12号", "岚府发[2022]12号"),
        ("岚府发（2022）12号", "岚府发[2022]12号"),
        ("2021——2025年", "2021—2025年"),
        ("2022－01－16", "2022-01-16"),
        ("〈办法〉：", "<办法>:"),
    ],
)
def test_one_form_and_back_again(printed, flat):
    assert flatten(printed) == flat
    assert locate(f"前文{printed}后文", flat) == (2, 2 + len(printed))


def test_words_printed_elsewhere_are_found_and_others_are_not():
    assert locate("海岚省 人民\n政府", "海岚省人民政府") == (0, 9)
    assert locate("岚府发[2022]12号", "岚府发〔2022〕12号") == (0, 12)
    assert locate("甲乙甲乙", "甲乙", 1) == (2, 4)
    assert locate("海岚省", "云江省") is None


@given(st.text("甲乙丙 ％（）〔〕—－12", min_size=1, max_size=20))
def test_every_text_holds_its_own_flat_form(text):
    flat = flatten(text)
    assert not flat or locate(text, flat) is not None


def test_the_part_around_a_place():
    text, stops = "甲乙，丙丁；戊己", re.compile("[，；]")
    assert [text[slice(*part(text, at, stops))] for at in (0, 4, 7)] == ["甲乙", "丙丁", "戊己"]
    assert part("甲乙", 1, stops) == (0, 2)
