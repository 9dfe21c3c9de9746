"""Addresses and other ordinals."""

import pytest

from index.entities.addresses import articles, ordinals, parts, spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("第四章第二节讲什么", ["第四章", "第二节"]),
        ("第十七条的规定", ["第十七条"]),
        ("第 十 条之一是什么", ["第十条之一"]),
        ("第三条第二款第一项", ["第三条", "第二款", "第一项"]),
        ("第三条路怎么走", []),
        ("第12条", ["第12条"]),
    ],
)
def test_the_parts_of_an_address(text, expected):
    assert parts(text) == expected


def test_an_article_with_what_was_put_in_behind_it():
    assert articles("第十条之一规定了什么") == [("第十条之一", (10, 1), False)]
    assert articles("第8条和第九条第二款") == [("第8条", (8, 0), False), ("第九条第二款", (9, 0), True)]
    assert articles("第三批") == []


def test_ordinals_are_compared_as_figures():
    assert ordinals("第十二条") == ordinals("第12条") == {"第12条"}
    text = "第二批共三项"
    assert [text[start:stop] for start, stop in spans(text)] == ["第二批"]
