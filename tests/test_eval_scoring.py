"""The scorer against cases worked by hand, and against a second implementation that knows no shortcuts."""

from __future__ import annotations

import random
import re
import unicodedata

import pytest
from conftest import BOOK
from hypothesis import given
from hypothesis import strategies as st

from eval import scoring
from eval.figures import figures, missing
from eval.questions import Evidence, Question
from eval.trace import Passage, Reply, Said, Seconds, Trace
from eval.verdict import Collection, judge
from index.sentences import split_sentences

AREA = Passage("a", "甲规划", ("一、总体要求",), "规划面积124平方公里，到2025年常住人口达到26万人。")
ROADS = Passage("b", "乙方案", (), "新建公路124公里，由省交通厅负责。")
GOLD = "规划面积124平方公里"


def question(**change) -> Question:
    fields = {
        "id": "q",
        "type": "fact",
        "question": "规划面积多大？",
        "answer": "",
        "must": (("124平方公里",),),
        "must_not": (),
        "evidence": (Evidence("甲规划", GOLD),),
        "any_of": False,
        "answerable": True,
        "history": (),
        "line": 1,
        "digest": "",
    }
    return Question(**{**fields, **change})


def verdict(asked: Question, *sentences: tuple[str, tuple[int, ...]], cited=None, refused=False, found=(AREA,)):
    reply = Reply(
        tuple(Said(text, marks) for text, marks in sentences),
        cited if cited is not None else {1: AREA},
        refused,
        Seconds(0.1, 0.1, None, 1.0),
    )
    return judge(asked, Trace("q", tuple(found), 0.1, reply=reply), Collection([AREA, ROADS]))


def test_a_right_answer_gets_everything():
    v = verdict(question(), ("规划面积124平方公里。", (1,)))
    assert all(v.scores[name] == 1 for name in ("nuggets@200", "complete@200", "nuggets@500", "complete@500"))
    assert v.scores["citation_precision"] == v.scores["citation_recall"] == v.scores["recall@1"] == v.scores["rr"] == 1
    assert v.scores["unheld"] == v.scores["misplaced"] == 0 and v.lost == ()


def test_a_wrong_number_is_no_nugget_and_no_clause_holds_it():
    v = verdict(question(), ("规划面积214平方公里。", (1,)))
    assert v.scores["nuggets@500"] == v.scores["complete@500"] == 0
    assert v.scores["unheld"] == 1 and "没有一条引用含有“214”" in v.lost
    assert v.scores["citation_precision"] == 1  # the clause it cites holds the question's quote


def test_the_right_number_in_the_wrong_clause_is_a_wrong_citation():
    v = verdict(question(), ("规划面积124平方公里。", (1,)), cited={1: ROADS}, found=(ROADS, AREA))
    assert v.scores["complete@200"] == 1 and v.scores["unheld"] == 0
    assert v.scores["citation_precision"] == v.scores["citation_recall"] == 0
    assert v.scores["recall@1"] == 0 and v.scores["recall@3"] == 1 and v.scores["rr"] == 0.5


def test_a_figure_whose_sentence_cites_another_clause_is_misplaced():
    v = verdict(
        question(), ("规划面积124平方公里，常住人口26万人。", (2,)), ("另据规划。", (1,)), cited={1: AREA, 2: ROADS}
    )
    assert v.scores["unheld"] == 0 and v.scores["misplaced"] == 1


def test_a_citation_that_states_the_sentence_holds_without_the_quote():
    other = question(must=(("交通厅",),), evidence=(Evidence("甲规划", GOLD),))
    v = verdict(other, ("新建公路124公里由省交通厅负责。", (1,)), ("沿线都要绿化美化。", (1,)), cited={1: ROADS})
    assert v.scores["citation_precision"] == 1 and v.scores["citation_recall"] == 0.5


def test_a_mark_without_a_clause_is_a_wrong_citation():
    v = verdict(question(), ("规划面积124平方公里。", (1, 7)))
    assert v.scores["citation_precision"] == 0.5 and v.scores["citation_recall"] == 1


def test_an_uncited_answer_has_no_precision_and_no_recall():
    v = verdict(question(), ("规划面积124平方公里。", ()))
    assert "citation_precision" not in v.scores and v.scores["citation_recall"] == 0 and v.scores["unheld"] == 1


def test_a_refusal_that_should_not_be_answers_nothing_whatever_it_shows():
    v = verdict(question(), ("资料未写明。", ()), ("规划面积124平方公里。", (1,)), refused=True)
    assert v.scores["nuggets@500"] == v.scores["complete@500"] == 0
    assert v.scores["refused_wrongly"] == 1 and "误拒：资料中有答案" in v.lost
    assert "citation_recall" not in v.scores


def test_a_right_refusal_may_repeat_the_questions_figures():
    asked = question(type="unanswerable", question="2030年的面积？", must=(), evidence=(), answerable=False)
    v = verdict(asked, ("资料没有写明2030年的面积。", ()), refused=True, cited={})
    assert v.scores["refused_rightly"] == 1 and v.scores["unheld"] == 0 and v.lost == ()
    v = verdict(asked, ("面积为300平方公里。", (1,)))
    assert v.scores["refused_rightly"] == 0 and v.scores["unheld"] == 1 and v.lost[0].startswith("应拒未拒")


def test_any_of_needs_one_quote_and_otherwise_each_counts():
    both = (Evidence("甲规划", GOLD), Evidence("乙方案", "由省交通厅负责"))
    v = verdict(question(evidence=both), ("规划面积124平方公里。", (1,)))
    assert v.scores["recall@10"] == 0.5 and v.missed[0].holder == ROADS and v.missed[0].instead == AREA
    v = verdict(question(evidence=both, any_of=True), ("规划面积124平方公里。", (1,)))
    assert v.scores["recall@1"] == 1 and v.missed == ()


def test_width_and_white_space_do_not_matter():
    wide = Passage("w", "甲规划", (), "规划面积 １２４\n平方 公里。")
    v = verdict(question(), ("规划 面积１２４ 平方公里。", (1,)), cited={1: wide}, found=(wide,))
    assert v.scores["complete@200"] == v.scores["recall@1"] == v.scores["citation_recall"] == 1


@pytest.mark.parametrize(
    ("padding", "at_200", "at_500"), [(0, 1, 1), (192, 1, 1), (193, 0, 1), (200, 0, 1), (492, 0, 1), (493, 0, 0)]
)
def test_a_nugget_counts_where_it_ends_within_the_limit(padding, at_200, at_500):
    # Marks and white space take no room; the nugget ends at character padding + 8.
    text = "甲" * padding + "[1] \n" + "约124平方公里"
    v = verdict(question(), (text, (1,)))
    assert (v.scores["complete@200"], v.scores["complete@500"]) == (at_200, at_500)


def test_must_not_spoils_an_answer_wherever_it_stands():
    v = verdict(question(must_not=("收费",)), ("规划面积124平方公里。" + "甲" * 600 + "收 费。", (1,)))
    assert v.scores["nuggets@200"] == 1 and v.scores["complete@200"] == v.scores["complete@500"] == 0


def test_a_year_in_square_brackets_is_no_mark():
    assert scoring.answer_text(["渝府[2022]1号[3]，见", " ［12］ 。"]) == "渝府[2022]1号,见。"


def test_a_failed_question_is_not_an_empty_answer():
    v = judge(question(), Trace("q", (), 0.0, error="文字过长"), Collection([AREA]))
    assert v.scores == {} and v.lost == ("未能运行：文字过长",)


# --- figures


@pytest.mark.parametrize(
    ("claim", "clause"),
    [
        ("常住人口9600万人", "常住人口0.96亿人"),
        ("地区生产总值6.3万亿元", "地区生产总值近63000亿元"),
        ("过渡期5年", "五年过渡期"),
        ("过渡期五年", "过渡期5年"),
        ("超过百分之三十", "超过30％"),
        ("年均增长3—5%", "增长3%至5%"),
        ("2020年12月29日", "二〇二〇年十二月二十九日"),
        ("2020年12月29日", "2020-12-29"),
        ("12月29日", "2020年12月29日"),
        ("2020年", "2020 年 12 月"),
        ("2022年印发", "渝府〔2022〕1号"),
        ("2023—2027年", "2023年至2027年"),
        ("1,000个", "1000个"),
        ("第十七条", "第17条"),
        ("一百二十项任务", "120项任务"),
        ("①建设三峡库区，②推进一体化", "建设三峡库区，推进一体化"),
        ("1. 加快建设", "加快建设"),
        ("“十四五”时期一批四川重大项目", "一批重大项目"),
        ("面积6.63m²", "面积6.63平方米"),
        ("按《规划》执行", "成渝地区规划"),
        ("G93高速", "g93 高速"),
        ("提高1.7个百分点", "相比上年提高 1． 7 和 4． 6 个百分点"),
        ("100万、200万人", "分别为100、150和200万人"),
        ("2027", "12 某航运工程\n2023\n2027\n9.5"),
        ("2023\n2027\n9.5", "12 某航运工程\n2023\n2027\n9.5"),
        ("比例为9.83%", "比例为 9． 83%"),
    ],
)
def test_figures_written_otherwise_are_the_same(claim, clause):
    assert missing(claim, clause) == []


@pytest.mark.parametrize(
    ("claim", "clause", "lost"),
    [
        ("66%", "66个", "66%"),
        ("66家", "206家", "66"),
        ("124平方公里", "242平方公里", "124"),
        ("6.3亿元", "6.3万亿元", "630000000"),
        ("2025年", "2035年", "2025年"),
        ("2020年12月28日", "2020年12月29日", "2020年12月28日"),
        ("2020年12月29日", "2020年", "2020年12月29日"),
        ("五年", "三年", "5"),
        ("5个百分点", "5%", "5个百分点"),
        ("《乙规划》", "《甲规划》", "《乙规划》"),
        ("G5高速", "G93高速", "g5"),
        ("提高4.6%", "提高 1.7 和 4.6 个百分点", "4.6%"),
        ("2028", "2023 2027", "2028"),
    ],
)
def test_figures_that_differ_are_named(claim, clause, lost):
    assert missing(claim, clause) == [lost]


@given(st.text(alphabet="0123456789.,%年月日万亿百十五三二一个《》-—至 甲乙", max_size=40))
def test_a_text_holds_its_own_figures(text):
    assert missing(text, text) == []


@given(st.text(max_size=60))
def test_any_text_has_figures(text):
    figures(text)
    figures(text, lenient=True)


# --- the same definitions once more, written as slowly as possible

CHARS = "甲乙丙丁1２2 ％%\n[]"
texts = st.text(alphabet=CHARS, max_size=12)
filled = texts.filter(lambda t: "".join(unicodedata.normalize("NFKC", t).split()))


def plain(text: str) -> str:
    kept = ""
    for character in unicodedata.normalize("NFKC", text):
        if not character.isspace():
            kept += character
    return kept


def contains(text: str, part: str) -> bool:
    text, part = plain(text), plain(part)
    return any(text[start : start + len(part)] == part for start in range(len(text) - len(part) + 1))


@given(
    st.lists(st.lists(filled, min_size=1, max_size=3), min_size=1, max_size=4),
    texts,
    st.integers(0, 12),
    st.lists(filled, max_size=2),
)
def test_nuggets_agree_with_brute_force(must, text, limit, must_not):
    flat = scoring.flat(text)
    head = "".join(flat[i] for i in range(min(limit, len(flat))))
    met = 0
    for group in must:
        hit = False
        for option in group:
            hit = hit or contains(head, option)
        met += hit
    assert scoring.nuggets(must, flat, limit) == pytest.approx(met / len(must))
    spoiled = any(contains(flat, bad) for bad in must_not)
    assert scoring.complete(must, must_not, flat, limit) == (met == len(must) and not spoiled)


@given(st.lists(filled, min_size=1, max_size=4), st.lists(texts, max_size=6))
def test_quote_ranks_agree_with_brute_force(quotes, found):
    expected = []
    for quote in quotes:
        rank = None
        for place in range(len(found), 0, -1):
            if contains(found[place - 1], quote):
                rank = place
        expected.append(rank)
    assert scoring.quote_ranks(quotes, found) == expected
    assert [place for place in range(len(found)) if contains(found[place], quotes[0])] == scoring.holders(
        quotes[0], found
    )


CLAUSE = st.text(alphabet="规划面积公里建设12%", min_size=1, max_size=14)
SENTENCES = st.lists(st.tuples(CLAUSE, st.lists(st.integers(1, 3), unique=True, max_size=3)), max_size=4)


@given(SENTENCES, st.fixed_dictionaries({1: CLAUSE, 2: CLAUSE, 3: CLAUSE}), st.lists(CLAUSE, max_size=2))
def test_citations_agree_with_brute_force(sentences, clauses, quotes):
    got = scoring.citing(sentences, clauses, quotes)
    cited, right, backed, counted = [], [], 0, 0
    for text, marks in sentences:
        if not any(c.isalnum() for c in text):
            continue
        counted += 1
        good = []
        for mark in marks:
            if mark not in cited:
                cited.append(mark)
            if any(contains(clauses[mark], quote) for quote in quotes) or slow_states(text, clauses[mark]):
                good.append(mark)
        right += good
        backed += bool(good)
    assert got.precision == (pytest.approx(len(set(right)) / len(cited)) if cited else None)
    assert got.recall == (pytest.approx(backed / counted) if counted else None)


def slow_states(sentence: str, clause: str) -> bool:
    wanted, held = slow_pairs(sentence), slow_pairs(clause)
    if not wanted or missing(sentence, clause):
        return False
    return sum(pair in held for pair in wanted) / len(wanted) >= 0.6 - 1e-12


def slow_pairs(text: str) -> list[str]:
    text, pairs = plain(text).lower(), []
    for start in range(len(text) - 1):
        pair = text[start : start + 2]
        if all((c.isascii() and c.isalnum()) or "㐀" <= c <= "鿿" for c in pair) and pair not in pairs:
            pairs.append(pair)
    return pairs


def test_no_sentence_lacks_its_own_figures_and_a_changed_digit_is_noticed(at_hand):
    rng = random.Random(3)
    caught = changed = 0
    for clause in (clause for document in at_hand for clause in document.clauses):
        for start, stop in split_sentences(clause.text):
            sentence = clause.text[start:stop]
            assert missing(sentence, clause.text) == []
            item = re.match(r"[（(]?\d+[）)．.、]", sentence)  # item numbers are no figures
            digits = [m.start() for m in re.finditer(r"\d", sentence) if item is None or m.start() >= item.end()]
            if digits and len(sentence) > 15:
                place = rng.choice(digits)
                other = rng.choice([digit for digit in "123456789" if digit != sentence[place]])
                wrong = sentence[:place] + other + sentence[place + 1 :]
                changed, caught = changed + 1, caught + bool(missing(wrong, clause.text))
    # What slips through is a figure that another place of the same clause happens to hold.
    assert changed > (300 if BOOK.is_dir() else 20) and caught >= 0.93 * changed, f"{caught} of {changed}"
