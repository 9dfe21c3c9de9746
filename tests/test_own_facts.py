"""What a document prints of itself is told of that document alone: a plan's 批复, or its 请示, is not the plan."""

import pytest
from conftest import built, engine_over

from rag.query.question import understand

PLAN = """汀州市发展和改革委员会关于印发《汀沅渔港示范区总体方案》的通知

各县（市、区）人民政府：
现将《汀沅渔港示范区总体方案》印发给你们，请认真组织实施。
汀州市发展和改革委员会
2023年5月9日

汀沅渔港示范区总体方案

一、范围
示范区包括汀州市、沅陵市的六个渔港，陆域面积38平方公里。
二、任务
（一）建设冷链仓库。到2025年建成冷库12座。
"""
REPLY = """汀州市人民政府关于汀沅渔港示范区总体方案的批复
汀府函〔2023〕17号

市发展改革委：
你委《关于报审汀沅渔港示范区总体方案的请示》（汀发改〔2023〕204号）收悉。现批复如下：
一、原则同意《汀沅渔港示范区总体方案》，由你委印发实施。
二、示范区建设要守住耕地红线。
汀州市人民政府
2023年4月21日
"""
RULES = """霁山水库管理办法
霁政发〔2022〕8号

第一条　水库管理单位应当每季度巡查一次。
第二条　本办法自2022年7月1日起施行。
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    for name, text in (("方案.txt", PLAN), ("批复.txt", REPLY), ("办法.txt", RULES)):
        (folder / "corpus").mkdir(exist_ok=True)
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    built(folder / "corpus", folder / "index")
    return engine_over(folder / "index")


def told(answer):
    return [sentence.text for sentence in answer.sentences if sentence.origin == "metadata"]


@pytest.mark.parametrize(
    "question", ["《汀沅渔港示范区总体方案》是什么文号？", "汀沅渔港示范区总体方案的印发通知，文号是多少？"]
)
def test_a_文号_that_is_not_printed_is_refused(engine, question):
    answer = engine.ask(question)
    assert answer.refused and "没有印出文号" in answer.text and "17号" not in answer.text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("汀沅渔港示范区总体方案的批复是什么文号？", "汀府函〔2023〕17号"),
        ("《汀沅渔港示范区总体方案》是哪天印发的？", "2023年5月9日"),
        ("同意汀沅渔港示范区总体方案的批复是哪一天发的？", "2023年4月21日"),
        ("霁山水库管理办法的文号", "霁政发〔2022〕8号"),
    ],
)
def test_each_answers_for_itself(engine, question, said):
    assert len(told(engine.ask(question))) == 1 and said in told(engine.ask(question))[0]


@pytest.mark.parametrize(
    "question",
    [
        "汀沅渔港示范区的批复，对应的请示是什么文号？",
        "汀沅渔港示范区的工作方案是什么文号？",
        "汀沅渔港示范区实施细则 文号",
    ],
)
def test_of_a_letter_or_a_kind_that_is_not_here_nothing_is_told(engine, question):
    assert not told(engine.ask(question))


def test_when_is_not_by_whom():
    assert "issuer" not in understand("总体方案是哪一天印发的？").asks
    assert "issuer" in understand("总体方案是哪个部门印发的？").asks


def test_a_文号_that_another_document_gives_is_looked_for_there(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "方案.txt").write_text(PLAN, encoding="utf-8")
    cites = "霁山渔业发展规划\n\n一、依据\n本规划依据《汀沅渔港示范区总体方案》（汀发改发〔2023〕66号）制定。\n"
    (tmp_path / "corpus" / "规划.txt").write_text(cites, encoding="utf-8")
    built(tmp_path / "corpus", tmp_path / "index")
    answer = engine_over(tmp_path / "index").ask("《汀沅渔港示范区总体方案》是什么文号？")
    assert not answer.refused and "66号" in answer.text
