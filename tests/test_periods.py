"""Only a sentence about the document itself sets its period: licences, contracts and money have terms of their own."""

import json
import time
from datetime import date
from pathlib import Path

import pytest
from parsing import raw
from test_status import document

from index.entities.dates import effective_on
from index.entities.periods import period
from index.parse import parse
from rag.status import status

OWN = (
    ("本办法自2021年3月1日起施行，有效期五年。", "2026-02-28"),
    ("第三十二条　本条例有效期至2026年12月31日。", "2026-12-31"),
    ("（十五）本措施自发布之日起施行，有效期2年，由云泽州商务局负责解释。", "2022-04-29"),
    ("十一、本通告自2021年5月1日起施行，有效期3年。", "2024-04-30"),
    ("本意见由云泽州教育局负责解释，自2020年9月1日起施行，有效期至2023年8月31日止。", "2023-08-31"),
    ("本方案由州交通运输局负责解释，有效期5年。", "2025-04-29"),
    ("本规定自公布之日起30日后施行，有效期为十年。", "2030-05-29"),
    ("本行动计划自印发之日起实施，有效期至2025年12月31日。", "2025-12-31"),
    ("本细则自2020年7月1日起试行，试行期一年。", "2021-06-30"),
    ("本办法（试行）自2020年7月1日起施行，试行期限为两年。", "2022-06-30"),
    ("本实施意见自2021年1月1日起施行，期限3年。", "2023-12-31"),
    ("本若干措施执行期限为2021年1月1日至2024年12月31日。", "2024-12-31"),
    ("本政策措施自2021年1月1日起实施，执行至2023年6月30日。", "2023-06-30"),
    ("以上政策措施自发布之日起施行，有效期至2022年12月31日。", "2022-12-31"),
    ("自2021年2月1日起施行，有效期三年。", "2024-01-31"),
    ("本通知自印发之日起执行，有效期18个月。", "2021-10-29"),
    ("本办法自2021年1月1日起施行，原《云泽州渡口管理办法》（云府发〔2015〕9号）同时废止，有效期5年。", "2025-12-31"),
    ("本办法自印发之日起施行。有效期三年。", "2023-04-29"),
    ("本办法自2021年1月1日起施行，2025年12月31日自行废止。", "2025-12-31"),
    ("本规划期限为2021—2030年，展望到2035年。", "2030-12-31"),
    ("本规划范围为云泽州全域，规划期至2025年。", "2025-12-31"),
    ("实施期限为2021—2023年。", "2023-12-31"),
    ("本公告自2021年6月1日起至2023年5月31日施行。", "2023-05-31"),
    ("有效期至2024年6月30日。", "2024-06-30"),
    ("（有效期：三年）", "2023-04-29"),
    ("本通知自发布之日起2年内有效。", "2022-04-29"),
    ("《办法》自2021年1月1日起施行，有效期5年。", "2025-12-31"),
)

OTHERS = (
    "依照本条例取得的采砂许可证有效期为一年。", "依照本条例取得的许可证，有效期一年，自颁发之日起计算。", "本条例规定的许可证有效期为一年。",
    "本办法所称短期证书，是指有效期一年以内的证书。", "按照本办法核发的渡船检验证书，有效期至2021年12月31日。", "本办法施行前取得的批准文件有效期至2022年6月30日。",
    "根据本意见签订的帮扶合同，期限为三年。", "本措施安排的专项资金执行期限为2020年1月1日至2021年12月31日。", "享受本政策的企业，补贴期限为两年。",
    "本办法规定的补贴自2021年12月31日起停止执行。", "本通知所附优惠券有效期至2020年12月31日。", "批准文件自签发之日起生效，有效期二年。",
    "许可证自颁发之日起生效，有效期五年。", "许可证有效期为五年，期满前三十日内申请延续。", "协议自双方签字之日起生效，有效期一年。", "租赁合同自2020年7月1日起执行，期限2年。",
    "项目建设期限为2019年至2021年。", "建设周期为2019—2021年。", "试点期限为2020年至2021年。", "健康证明有效期1年。", "资格证书由州人力资源社会保障局核发，有效期三年。",
    "本条例第八条规定的临时牌照有效期最长不超过三十日，正式牌照有效期六年。", "收费标准自2020年5月1日起执行，有效期一年。", "价格执行期限自2020年5月1日至2021年4月30日。",
    "承诺书自本办法施行之日起一年内有效。", "县级国土空间规划期限为2019—2021年。", "保函有效期至2021年3月31日，由承包人提供。", "本办法自2021年1月1日起施行，许可证有效期五年。",
    "本市人才绿卡自2020年6月1日起实行年审，有效期3年。", "检验报告自出具之日起6个月内有效。", "延长本办法规定的优惠期限至2021年12月31日。", "有效期五年的许可证，每年检验一次。",
    "本方案实施期限内取得的补助，使用期限为一年。", "对自2020年1月1日至2021年12月31日期间新办企业给予补助。",
)  # fmt: skip
MIDDLE = (
    "第三条　渡口应当设置标志。",
    "第四条　渡船每年检验一次。",
    "第五条　县级人民政府负责监督。",
    "第六条　违反规定的，责令改正。",
)


def found(paragraphs):
    effective = effective_on(paragraphs, "2020-04-30")
    return document(
        "云泽州渡口办法", period("云泽州渡口办法", "办法", paragraphs, effective, "2020-04-30"), effective, "2020-04-30"
    )


@pytest.mark.parametrize(("sentence", "end"), OWN)
def test_a_sentence_about_the_document_sets_its_period(sentence, end):
    stated = found([*MIDDLE, sentence])
    assert stated.period is not None and stated.period.text in sentence
    assert (stated.period.end + "-12-31" if len(stated.period.end) == 4 else stated.period.end) == end
    assert status(stated, date(2040, 1, 1)).value == "expired"


@pytest.mark.parametrize("sentence", OTHERS)
def test_a_term_of_anything_else_sets_none_wherever_it_stands(sentence):
    for paragraphs in (
        [sentence],
        [sentence, *MIDDLE],
        [*MIDDLE, sentence],
        [*MIDDLE, "第七条　" + sentence, *MIDDLE],
        [f"第七条　渡船应当登记。{sentence}"],
    ):
        assert found(paragraphs).period is None, paragraphs
        assert status(found(paragraphs), date(2040, 1, 1)).value == "unknown"


REAL = [
    json.loads(row)
    for row in (Path(__file__).parent / "data" / "periods.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("row", REAL, ids=lambda row: row["sentence"])
def test_documents_of_many_kinds_state_their_own_terms_and_those_of_others(row):
    kind, sentence = row["kind"], row["sentence"]
    other = [[sentence], [sentence, *MIDDLE], [*MIDDLE, sentence], [*MIDDLE, "第七条　" + sentence]]
    title = "云泽州渡口" + kind
    for paragraphs in [[*MIDDLE, sentence]] if row["end"] else other:
        effective = effective_on(paragraphs, "2024-03-15")
        term = period(title, kind, paragraphs, effective, "2024-03-15")
        stated = document(title, term, effective, "2024-03-15")
        assert (term and (term.start, term.end)) == (row["end"] and (row["start"], row["end"])), paragraphs
        said = status(stated, date(2040, 1, 1))
        assert said.value == ("expired" if row["end"] else "unknown")
        assert not row["end"] or (stated.period.text in sentence and stated.period.text in said.reason)


@pytest.mark.parametrize(
    ("title", "kind", "years"),
    [
        ("云泽州2024—2026年渡口改造实施方案", "实施方案", ("2024", "2026")),
        ("云泽州渡口改造三年行动计划（2024－2026年）", "行动计划", ("2024", "2026")),
        ("云泽州2024年至2026年渡口规划", "规划", ("2024", "2026")),
        ("云泽州渡口规划(2023-2027)", "规划", ("2023", "2027")),
        ("云泽州关于下达2021—2023年渡口补助资金的通知", "通知", None),
        ("云泽州2021—2023年渡口安全情况的通报", "通报", None),
        ("云泽州2026年前渡口改造方案", "方案", None),
    ],
)
def test_the_years_in_a_plan_s_title_are_its_period(title, kind, years):
    stated = period(title, kind, MIDDLE, None, "2024-03-15")
    assert (stated and (stated.start, stated.end)) == years


@pytest.mark.parametrize("sentence", ["有效期五年。", "有效期至2021年12月31日。", "试行期一年。"])
def test_a_bare_term_is_the_document_s_at_its_end_only(sentence):
    assert found([*MIDDLE, sentence]).period is not None
    assert found([*MIDDLE, "本办法自印发之日起施行。" + sentence]).period is not None
    for paragraphs in (
        [sentence, *MIDDLE],
        [*MIDDLE, "第七条　渡船应当取得渡运证。" + sentence],
        [*MIDDLE, f"渡运证\n{sentence}\n州交通运输局"],
    ):
        assert found(paragraphs).period is None


def test_a_regulation_that_issues_licences_does_not_expire_with_them():
    (parsed,) = parse(
        raw(
            "云泽州河道采砂条例\n第一条　为加强采砂管理，制定本条例。\n第二条　依照本条例取得的许可证有效期为一年。\n第三条　本条例自2019年1月1日起施行。\n"
        )
    )
    assert parsed.document.period is None and parsed.document.effective_on == "2019-01-01"
    assert status(parsed.document, date(2026, 1, 1)).value == "unknown"


@pytest.mark.parametrize(
    "part",
    [
        "《废止",
        "《甲》废止，",
        "由甲解释，",
        "本办法",
        "自2021年1月1日起施行，",
        "原废止",
        "有效期",
        "第一条",
        "以本办法为准，",
    ],
)
def test_no_text_takes_long(part):
    begin = time.perf_counter()
    period("某办法", "办法", [part * 3000, "本办法" + part * 3000 + "有效期"], None, None)
    assert time.perf_counter() - begin < 1
