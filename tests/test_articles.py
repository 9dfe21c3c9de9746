"""第X条 at a paragraph's start: an article or a citation, told by the whole sequence."""

import itertools
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsing import parsed

from index.entities import articles
from index.entities.articles import Opening, article, chain

BODY = (
    "规划、交通等部门应当编制渡口规划。",
    "中小渡口应当设置救生设施。",
    "所有渡船应当登记。",
    "第三方机构每年检验渡船。",
    "及时报告险情是船员的义务。",
    "和谐渡口由群众评议。",
    "至少每月巡查一次。",
    "要求退票的旅客，船方应当退还票款。",
)
NUMERALS = "一二三四五六七八九十"
CITING = (
    "的规定适用于车渡。",
    "第二款规定的期限届满后，重新计算。",
    "、第六条规定的费用由州财政承担。",
    "所列事项应当公示。",
    "规定的情形除外。",
    "要求的材料，由申请人提交。",
    "至第七条的规定，适用于浮桥。",
    "和第九条规定的处罚，由海事机构决定。",
)


def opened(text, title="云泽州渡口办法"):
    """The labels of the articles of a text, as clauses."""
    found = parsed(f"{title}\n{text}")
    return [article(clause.text).label for clause in found.clauses if article(clause.text)]


@pytest.mark.parametrize("apart", ["　", " ", "\t", "　　", "\u2003", ""])
@pytest.mark.parametrize("digits", [False, True])
def test_articles_open_whatever_words_they_begin_with_and_whatever_stands_behind_the_number(apart, digits):
    labels = [f"第{n + 1 if digits else NUMERALS[n]}条" for n in range(len(BODY))]
    assert opened("\n".join(label + apart + text for label, text in zip(labels, BODY, strict=True))) == labels


@pytest.mark.parametrize("apart", ["　", ""])
@pytest.mark.parametrize("number", ["第八条", "第三条", "第五条", "第八十条"])
@pytest.mark.parametrize("citing", CITING)
def test_a_sentence_that_begins_by_citing_an_article_opens_none(number, citing, apart):
    lines = [f"第{NUMERALS[n]}条{apart}{text}" for n, text in enumerate(BODY[:6])]
    for place in (3, 5, 6):
        text = "\n".join([*lines[:place], number + citing, *lines[place:]])
        assert opened(text) == [f"第{NUMERALS[n]}条" for n in range(6)], text


def test_what_cites_stays_in_the_article_it_stands_in():
    found = parsed(
        "云泽州渡口办法\n第一条 设渡口。\n第二条 申请设渡。\n第八条要求的材料，由申请人提交。\n第三条 渡船登记。"
    )
    assert found.clauses[1].text == "第二条 申请设渡。\n第八条要求的材料，由申请人提交。"


def test_the_rest_of_a_sentence_left_open_opens_no_article():
    assert opened(
        "第一条 设渡口。\n第二条 违反本办法设渡，经责令改正仍不改正的，依照本办法\n第三条处理，并通报。\n第三条 渡船登记。"
    ) == ["第一条", "第二条", "第三条"]


def test_inserted_articles_and_blanks_within_numbers_are_articles():
    text = "第十条　甲方负责。\n第十条之一　乙方负责。\n第十条之二　丙方负责。\n第 十 一 条　丁方负责。\n第十二 条戊方负责。"
    assert opened(text) == ["第十条", "第十条之一", "第十条之二", "第 十 一 条", "第十二 条"]


def test_faults_of_the_source_stay_as_printed():
    assert opened("第一条 甲。\n第二条 乙。\n第二条 丙。\n第四条 丁。\n第三条 戊。\n第六条 己。") == [
        "第一条",
        "第二条",
        "第二条",
        "第四条",
        "第三条",
        "第六条",
    ]


def test_an_excerpt_begins_anywhere():
    assert opened("第五条规划由州政府批准。\n第六条中小渡口免费。\n第十条所有渡船登记。\n第三十二条及时公布。") == [
        "第五条",
        "第六条",
        "第十条",
        "第三十二条",
    ]


def test_articles_may_count_anew_in_each_chapter():
    found = parsed(
        "云泽州渡口章程\n第一章 总则\n第一条 设会。\n第二条 名称。\n第二章 会员\n第一条 条件。\n第二条 程序。\n第三章 附则\n第一条 解释。"
    )
    assert [(c.path[-1][:3], c.text[:3]) for c in found.clauses] == [
        ("第一章", "第一条"),
        ("第一章", "第二条"),
        ("第二章", "第一条"),
        ("第二章", "第二条"),
        ("第三章", "第一条"),
    ]


def test_a_second_text_in_the_file_has_its_title_as_address():
    found = parsed(
        "云泽州渡口办法\n第一条 设渡口。\n第二条 渡口登记。\n云泽州渡船管理规定（试行）\n（2021年3月1日起施行）\n第一章 总则\n第一条 渡船登记。\n第二条 渡船检验。"
    )
    assert found.clauses[1].text == "第二条 渡口登记。"
    assert found.clauses[-1].path == ("云泽州渡船管理规定（试行）", "第一章 总则")


def cost(openings, kept):
    """What a way through all openings costs, counted out."""
    plain = [o.article.apart for o in openings if not o.article.cites]
    set_apart = len(plain) >= 3 and 5 * sum(plain) >= 4 * len(plain)
    total, before = 0.0, None
    for opening, taken in zip(openings, kept, strict=True):
        if taken:
            total += articles._step(before, opening) + articles._taking(opening, set_apart)
            before = opening.article.value
        else:
            total += articles._leaving(opening, set_apart)
    return total


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 9))
def test_the_chain_is_the_cheapest_of_all_ways(seed, size):
    chance = random.Random(seed)
    openings = []
    for _ in range(size):
        label = f"第{NUMERALS[chance.randrange(6)]}条" + chance.choice(["", "", "之一", "之二"])
        text = label + chance.choice(["", "　"]) + chance.choice(["渡口登记。", "要求登记的。", "的规定。"])
        openings.append(Opening(article(text), chance.random() < 0.3, chance.random() < 0.2))
    least = min(cost(openings, kept) for kept in itertools.product([False, True], repeat=size))
    assert cost(openings, chain(openings)) == pytest.approx(least)


def test_the_chain_is_linear():
    openings = [Opening(article(f"第{1 + n % 977}条{'的规定' if n % 3 else ''}")) for n in range(40_000)]
    began = time.perf_counter()
    assert len(chain(openings)) == 40_000
    assert time.perf_counter() - began < 5
