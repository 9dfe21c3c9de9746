"""Titles: where they stand, what they are of, and the form they are compared in; and what stands beside them."""

import pytest

from index.entities.mentions import mentions
from index.entities.titles import core, kind, outermost, plain, replaced, titles


def test_only_the_outermost_title_is_one():
    text = "按照《关于印发〈渡口办法〉的通知》和《渡口《办法》细则》，落实《未完"
    assert titles(text) == ["关于印发〈渡口办法〉的通知", "渡口《办法》细则"]
    assert all(text[start] == "《" and text[stop - 1] == "》" for start, stop in outermost(text))
    assert titles("《《渡口办法》怎么说》") == ["渡口办法"]
    assert replaced(text, "□") == "按照□和□，落实《未完"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("云泽市渡口管理办法", "管理办法"),
        ("渡口规划（2021—2025年）", "规划"),
        ("关于渡口的批復", "批复"),
        ("渡口二三事", None),
    ],
)
def test_the_kind_is_what_a_title_ends_with(title, expected):
    assert kind(title) == expected


def test_names_of_one_document_have_one_core():
    names = (
        "云泽市渡口管理办法",
        "关于印发《云泽市渡口管理办法》的通知",
        "云泽市人民政府关于印发云泽市渡口管理办法的通知",
        "云泽市渡口管理办法（试行）",
    )
    assert len(set(map(core, names))) == 1
    assert plain("渡口规划（2021—2025年）") == plain("《渡口规划(2021-2025年)》")


def test_a_mention_has_its_number_and_its_short_name():
    text = "依据《云泽市渡口管理办法》（云府发〔2020〕5号，以下简称《办法》）办理。"
    (found,) = mentions(text)
    assert (found.name, found.doc_no, found.short) == ("云泽市渡口管理办法", "云府发〔2020〕5号", "办法")
    assert text[found.after :] == "办理。"
