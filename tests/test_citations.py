"""Verification: true paraphrases pass, corruptions do not."""

import random
import re

import pytest

from rag.verification.citations import Source, repeats, strip_marks, verify

ABOUT = "《岚湾双城带建设规划》\n岚府发〔2022〕12号\n岚江省人民政府\n澜湾市人民政府\n2022-03-18"
TEXT = (
    "建设组合港。湾城港重点发展集装箱运输，到 2025 年吞吐量达到 320 万标箱；青渡港重点发展散货运输，年通过能力不低于 4500 万吨。"
    "鼓励港口经营人使用岸电。未取得批准文件的，不得开工建设。办理时限压缩 50％以上，补助期限为五年。"
    "（责任单位：岚江省交通运输厅、省发展改革委；澜湾市交通局）"
)
SOURCES = [Source(TEXT, ABOUT)]


@pytest.mark.parametrize(
    "claim",
    [
        "湾城港到2025年吞吐量达到320万标箱。",
        "湾城港重点发展集装箱运输。",
        "青渡港年通过能力不低于4500万吨",
        "到2025年，湾城港吞吐量达到３２０万标箱。",
        "办理时限压缩50%以上。",
        "补助期限为5年。",
        "未取得批准文件的，不得开工建设。",
        "责任单位是岚江省交通运输厅、省发展改革委和澜湾市交通局。",
        "鼓励港口经营人使用岸电。[1]",
        "根据《岚湾双城带建设规划》，湾城港到2025年吞吐量达到320万标箱。",
    ],
)
def test_true_paraphrases_pass(claim):
    verdict = verify(claim, SOURCES)
    assert verdict.ok, verdict.problems
    assert TEXT[verdict.start : verdict.stop]


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("湾城港到2025年吞吐量达到230万标箱。", "figure"),
        ("湾城港到2026年吞吐量达到320万标箱。", "date"),
        ("湾城港到2025年吞吐量达到320万吨。", "figure"),
        ("青渡港到2025年吞吐量达到320万标箱，湾城港年通过能力不低于4500万吨。", "subject"),
        ("青渡港年通过能力达到4500万吨以内。", "bound"),
        ("未取得批准文件的，可以开工建设。", "modality"),
        ("鼓励港口经营人不使用岸电。", "negation"),
        ("成都港重点发展集装箱运输。", "name"),
        ("根据《岚江港口总体规划》，湾城港重点发展集装箱运输。", "title"),
        ("港口经营人必须使用岸电。", "modality"),
        ("主管部门审议未取得批准文件的开工建设。", "act"),
        ("责任单位是岚江省商务厅、省发展改革委和澜湾市交通局。", "name"),
        ("港口将建设海洋科学研究中心和深海潜水基地。", "wording"),
    ],
)
def test_corruptions_are_caught(claim, code):
    verdict = verify(claim, SOURCES)
    assert not verdict.ok
    assert code in {c for c, _ in verdict.problems}, verdict.problems


def test_verbatim_sentences_of_the_sample_pass_and_changed_figures_fail(sample):
    random.seed(3)
    sources = [Source(c.text, p.document.title) for p in sample.values() for c in p.clauses if c.kind == "clause"]
    checked = caught = 0
    for source in sources:
        sentence = source.text.split("\n")[0]
        assert verify(sentence, [source]).ok
        match = re.search(r"(?<![〔\d])\d{2,}(?!\d*[年月日〕号])", sentence)
        if match:
            changed = sentence.replace(match[0], str(int(match[0]) + random.randint(1, 9)), 1)
            checked += 1
            caught += not verify(changed, [source]).ok
    assert checked >= 8 and caught == checked


def test_a_reply_that_only_repeats_the_question_is_told():
    assert repeats("湾城港的吞吐量是多少", "湾城港的吞吐量是多少？")
    assert not repeats("吞吐量是320万标箱", "湾城港的吞吐量是多少？")


def test_marks_the_model_writes_are_stripped():
    assert strip_marks("达到320万标箱[1][2]。") == "达到320万标箱。"


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("开工建设。", "未取得批准文件的，不得开工建设。"),
        ("超过300公里。", "线路全长不超过300公里。"),
        ("262平方公里。", "总面积1262平方公里。"),
    ],
)
def test_words_cut_out_of_a_sentence_that_says_otherwise_are_no_quotation(claim, text):
    assert not verify(claim, [Source(text)]).ok
    assert verify(text, [Source(text)]).ok


GROUPS = Source("按每人每月补贴：博士2000元，硕士1200元，本科600元，单笔贷款最高50万元。", "《人才补贴办法》\n第十二条")


@pytest.mark.parametrize(
    ("claim", "question", "code"),
    [
        ("大专毕业生每人每月600元。", "大专毕业生每月多少？", "narrowed"),
        ("600元。", "大专毕业生每月多少？", "subject"),
        ("1200元。", "博士每人每月多少？", "subject"),
        ("硕士每人1200元。", "硕士每人多少？", "per"),
        ("单笔贷款50万元。", "贷款给多少？", "bound"),
        ("博士补贴办法共12条。", "补贴办法共几条？", "figure"),
        ("按第十三条补贴，博士2000元。", "博士补贴多少？", "ordinal"),
    ],
)
def test_what_the_question_is_narrowed_by_must_be_the_clauses_too(claim, question, code):
    assert code in {c for c, _ in verify(claim, [GROUPS], question).problems}


@pytest.mark.parametrize(
    ("claim", "question"),
    [
        ("博士每人每月2000元。", "博士每月能领多少嘛？"),
        ("1200元。", "硕士每人每月补贴多少？"),
        ("贷款50万元。", "单笔贷款最多多少？"),
        ("按第12条，硕士每人每月1200元。", "硕士每月补贴标准是多少"),
    ],
)
def test_what_the_question_says_of_its_figure_need_not_be_said_again(claim, question):
    verdict = verify(claim, [GROUPS], question)
    assert verdict.ok, verdict.problems
