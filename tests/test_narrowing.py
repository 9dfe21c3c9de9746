"""What narrows a question, and whether a clause speaks of it."""

import time

import pytest

from rag.verification.narrowing import mentions, narrowing

TEXT = (
    "到2025年，湾城港吞吐量达到320万标箱；到2030年，达到600万标箱。按每人每月发放：博士2000元，硕士1200元，本科600元。"
    "65周岁以上老年人免费乘车。研究开发费用按5%补助。"
)
ABOUT = "《岚湾双城带建设规划》\n岚江省人民政府\n第二批"


def said(found):
    return [mention.said for mention in found]


@pytest.mark.parametrize(
    "question", ["好多？", "咋个办？", "啥子时候", "要几年多少钱", "多长时间办得完", "标准是什么？"]
)
def test_what_only_asks_narrows_nothing(question):
    assert not said(mentions(question))


def test_years_figures_titles_names_and_groups_are_mentions():
    found = {(m.kind, m.said) for m in mentions("《岚湾规划》里2027年第二批大专毕业生贷款50万元多少？")}
    assert {
        ("title", "岚湾规划"),
        ("year", "2027"),
        ("figure", "50万元"),
        ("ordinal", "第2批"),
        ("word", "大专"),
    } <= found


@pytest.mark.parametrize(
    ("question", "phrase", "missing"),
    [
        ("大专每月多少？", "600元", ["大专"]),
        ("2027年湾城港吞吐量多少？", "320万标箱", ["2027"]),
        ("重庆的博士每月多少？", "2000元", ["重庆"]),
        ("第三批博士每月多少？", "2000元", ["第3批"]),
        ("《青渡港规划》里博士多少？", "2000元", ["青渡港规划"]),
        ("70岁的老年人坐车要钱不？", "免费乘车", []),
        ("研发费用补助多少？", "5%", []),
        ("岚江省的博士每月领好多？", "2000元", []),
    ],
)
def test_what_neither_the_clause_nor_its_document_says_is_missing(question, phrase, missing):
    assert said(narrowing(question, phrase, TEXT, ABOUT).missing) == missing


@pytest.mark.parametrize(
    ("question", "phrase", "elsewhere"),
    [
        ("博士每月多少？", "1200元", ["博士"]),
        ("硕士每月多少？", "1200元", []),
        ("2025年吞吐量多少？", "600万标箱", ["2025"]),
        ("2030年湾城港吞吐量多少？", "600万标箱", []),
    ],
)
def test_what_is_said_of_a_sibling_of_the_phrase_is_elsewhere(question, phrase, elsewhere):
    assert said(narrowing(question, phrase, TEXT, ABOUT).elsewhere) == elsewhere


def test_years_are_fixed_and_each_mention_counts_the_same():
    found = narrowing("2027年湾城港吞吐量多少？", "320万标箱", TEXT, ABOUT)
    assert said(found.fixed) == ["2027"] and 0 < found.share < 1
    assert not narrowing("好多？", "600元", TEXT, ABOUT).share


def test_a_clause_is_compared_within_5_ms():
    narrowing("先读词典。", "600元", TEXT, ABOUT)
    start = time.process_time()
    for _ in range(50):
        narrowing("2027年大专毕业生每月多少？", "600元", TEXT * 5, ABOUT)
    assert (time.process_time() - start) / 50 <= 0.005
