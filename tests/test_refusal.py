"""Refusing: what is not in the documents is not answered, and what is, is.

tests/data/refusals.jsonl: questions from elsewhere (“foreign”) and near misses (“near”: a subject of the book, an
attribute its text does not give; each was looked for in the text). The “held” halves were run once, when all was done.
"""

import json
import random
import re
from pathlib import Path

import pytest
from conftest import BOOK, KeptReader, engine_over, needs_book, needs_models

from index.errors import BrokenIndex
from index.settings import load_settings
from rag.query.asked import Asked, asked, stated
from rag.query.question import understand

SETS = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "refusals.jsonl").read_text("utf-8").splitlines()
]
FIGURE = re.compile(
    r"[，、。；]([一-鿿]{4,14}?)(?:达到|超过|突破|提高到|降至|不低于|控制在)\s*[\d.]+\s*(万?亿?元|%|％|万?人|公里|个|家|项|亩|万吨|条|万户|台)"
)


@pytest.fixture(scope="module")
def engine():
    from rag.engine import Engine

    settings = load_settings().model_copy(update={"chat_model": ""})
    try:
        engine = Engine.open(settings)
    except BrokenIndex:
        pytest.skip("no index: python -m index")
    if engine.store.manifest.corpus != [str(BOOK.resolve())]:
        pytest.skip("the index is not that of the book")
    engine.reader = KeptReader(engine.reader)
    return engine


@pytest.mark.slow
@needs_book
@needs_models
@pytest.mark.parametrize(("which", "least"), [("foreign", 0.9), ("near", 0.70)])
@pytest.mark.parametrize("half", ["open", "held"])
def test_questions_without_an_answer_are_refused(engine, which, half, least):
    chosen = [entry for entry in SETS if (entry["set"], entry["half"]) == (which, half)]
    chosen = chosen[:: 2 if which == "near" else 1]  # these are read, at two seconds each
    answers = [engine.ask(entry["question"]) for entry in chosen]
    assert sum(answer.refused for answer in answers) >= least * len(chosen)
    for answer in answers:
        if answer.refused:
            assert answer.sentences[0].origin == "refusal" and answer.sentences[0].text.endswith("无法回答。")
            assert all(s.origin == "nearest" for s in answer.sentences[1:])


@pytest.mark.slow
@needs_book
@needs_models
def test_figures_that_stand_in_the_book_are_not_refused(engine):
    """Questions made by rule from sentences that state a figure; at most 4% may be refused."""
    made = []
    for row, (clause_row, start, stop) in enumerate(engine.store.sentences):
        clause = engine.store.clauses[clause_row]
        for match in FIGURE.finditer("，" + clause.text[start:stop]) if clause.kind != "row" else ():
            title, year = engine.document(clause).title, engine.target_years[row]
            when = f"到{year.year}年" if year else ""
            made.append(
                [
                    f"{title}中{match[1]}是多少？",
                    f"{title}提出{match[1]}要达到多少{match[2]}？",
                    f"{when}{match[1]}要达到多少？",
                ]
            )
    drawn = random.Random(7).sample(made, 30)
    questions = [forms[place % 3] for place, forms in enumerate(drawn)]
    refused = [question for question in questions if engine.ask(question).refused]
    assert len(refused) <= 0.04 * len(questions), refused


@pytest.mark.parametrize(
    ("question", "attribute", "units"),
    [
        ("湾城港的补助标准是多少元？", ("补助",), {"元"}),
        ("该中心有多少名院士？", ("院士",), {"名"}),
        ("管委会主任叫什么名字？", ("管委会", "主任"), set()),
        ("到2030年比重要达到多少？", ("比重",), {"%"}),
        ("通行费打几折？", ("通行费",), {"折"}),
        ("技术进步贡献率目标是百分之几？", ("进步", "贡献率"), {"%"}),
        ("青山一带有几个5A景区？", ("景区",), {"个"}),
        ("应急救援要几个小时？", ("应急", "救援"), {"小时"}),
        ("偷捕要罚好多钱？", (), {"元"}),
        ("工作专班的联系电话给一个？", ("联系电话",), set()),
        ("空间布局里的三条带叫什么？", (), set()),
        ("应急救援圈，都市圈发展规划又要求几小时？", (), {"小时"}),
        ("中心城区“断头路”三年要打通多少条？", ("断头路",), set()),
        ("车站提高票价应当提前多长时间公布？", (), {"月"}),
        ("违反规定的，罚款幅度是多少？", ("罚款",), set()),
        ("库里的牛奶一般隔几年？", ("牛奶",), {"年"}),
        ("要在网上挂多少天才行？", (), {"天"}),
        ("要引进多少人才？", ("人才",), set()),
        ("审核通过后，最迟多少个工作日到账？", (), {"工作日", "天"}),
        ("修这条路总共要砸多少钱进去？", (), {"元"}),
        ("到明年这些泵站能有多少个？", ("泵站",), {"个"}),
    ],
)
def test_the_attribute_and_unit_asked_for_are_read_beside_the_interrogative(question, attribute, units):
    wanted = asked(understand(question))[0]
    assert wanted.attribute == attribute and units <= wanted.units


def test_a_follow_up_is_asked_by_its_own_words():
    query = understand("在哪儿办公？", [{"role": "user", "content": "联合办公室管哪些活儿？"}])
    assert query.focus and asked(query) == [Asked((), frozenset(), False)]


@pytest.mark.parametrize("question", ["朋友想顺便玩几天，最多能待多久？", "还有几亩田没流转，补助怎么领？"])
def test_some_days_ask_for_no_number(question):
    assert asked(understand(question)) == []


@pytest.mark.parametrize("question", ["不知道谁家扔下来的花盆砸了车，怎么办？"])
def test_who_nobody_knows_is_not_asked_for(question):
    assert asked(understand(question)) == []


def test_days_of_work_and_projects_are_told_in_the_documents_words():
    days, works = asked(understand("钱转过来最多要等多少天？"))[0], asked(understand("开工的工程一共有多少个？"))[0]
    assert stated(days, "办结时间缩短至 15 个工作日。", "") and not stated(days, "办结窗口增至15个。", "")
    assert stated(works, "新开工项目 160 个。", "") and not stated(works, "新开工厂房160平方米。", "")


def test_a_文号_is_told_by_its_form():
    wanted = asked(understand("被它废止的旧通知文号是什么？"))[0]
    assert stated(
        wanted, "《湾城港口通知》（岚府发〔2011〕18号）同时废止。", "《湾城港口通知》（岚府发〔2011〕18号）同时废止。"
    )
    assert not stated(wanted, "《湾城港口通知》同时废止。", "《湾城港口通知》同时废止。")


def test_a_figure_of_another_unit_or_subject_is_no_answer():
    wanted = asked(understand("港口每年的补助是多少元？"))[0]
    assert stated(wanted, "每年补助港口300万元。", "")
    assert not stated(wanted, "每年补助港口3次。", "") and not stated(wanted, "每年投入300万元。", "")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("岚江省港口条例第九十九条怎么规定？", "第九十九条"),
    ],
)
def test_a_refusal_names_what_is_missing(sample_root, question, said):
    answer = engine_over(sample_root).ask(question)
    assert answer.refused and said in answer.sentences[0].text


@pytest.mark.parametrize(
    "question",
    [
        "岚城交通三年方案里城际铁路全长多少公里？",  # an abbreviation, no foreign document
        "湾城一体化规划范围多大，城际铁路全长多少公里？",
        "我家几亩田挨着城际铁路，铁路全长到底有多长？",
        "按文件里说的岚城交通三年方案，城际铁路全长多少公里？",
    ],
)
def test_abbreviations_and_everyday_wording_are_no_reason_to_refuse(sample_root, question):
    answer = engine_over(sample_root).ask(question)
    assert not answer.refused, answer.sentences[0].text
