"""The same document in every format gives the same clauses at the same addresses."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import written
from conftest import SAMPLE

from index.load import READERS
from index.load.text import decode
from index.markers import marker
from index.parse import parse
from index.schema import RawText

FORMATS = {
    "md": written.md,
    "html": written.html,
    "docx": written.docx,
    "odt": written.odt,
    "rtf": written.rtf,
    "ofd": written.ofd,
}
TABLE = [
    ["序号", "事项", "责任单位", "完成时限"],
    ["1", "修缮渡口", "市交通局", "2025年底"],
    ["2", "更新渡船", "市财政局", "2026年6月"],
    ["3", "培训船员", "市人社局", "长期"],
]


def statute(name, chapters):
    blocks, article = [("title", f"云泽州{name}")], 0
    for number, (chapter, texts) in enumerate(chapters, 1):
        blocks.append(("h", 1, f"第{'一二三四五六'[number - 1]}章　{chapter}"))
        for text in texts:
            article += 1
            blocks += [
                ("p", f"第{'一二三四五六七八九十'[article - 1]}条　{text[0]}"),
                *(("p", item) for item in text[1:]),
            ]
    return blocks


def notice(subject, items, table=None):
    blocks = [
        ("title", f"云泽州交通局关于{subject}的通知"),
        ("p", "云交发〔2025〕7号"),
        ("p", "各县（市）交通局："),
        ("p", f"为做好{subject}工作，根据州人民政府的部署，结合本州实际，现将有关事项通知如下。"),
    ]
    for number, (head, *texts) in enumerate(items):
        blocks += [("p", f"{'一二三四五'[number]}、{head}"), *(("p", text) for text in texts)]
    if table:
        blocks += [("p", "附件"), ("p", f"{subject}任务分解表"), ("table", table)]
    else:
        blocks += [("p", "云泽州交通局"), ("p", "2025年5月8日")]
    return blocks


LONG = "渡口经营者应当按照规定配备救生设备，定期检查渡船的技术状况，发现隐患及时消除，并将检查情况记入渡口日志，保存期限不少于三年。"
DOCUMENTS = [
    statute("渡口管理办法", [("总则", [["为了加强渡口管理，保障渡运安全，制定本办法。"], ["本办法适用于本州行政区域内的渡口。"]]),
                       ("经营", [[LONG], ["渡口不得有下列行为：", "（一）超过核定载客人数；", "（二）在大风、大雾天气渡运。"]]),
                       ("附则", [["本办法自2025年6月1日起施行。"]])]),
    statute("农村公路条例", [("总则", [["为了规范农村公路的建设、养护和管理，制定本条例。"], [LONG + LONG]]),
                       ("罚则", [["违反本条例规定的，处五百元以上二千元以下罚款。"]])]),
    notice("渡口安全检查", [("检查范围。本州行政区域内的全部渡口。",), ("检查时间。2025年6月1日至6月30日。", LONG)]),
    notice("渡船更新", [("总体要求", "（一）坚持安全第一。" + LONG, "（二）坚持分步实施。每年更新渡船不少于20艘。"), ("保障措施", "（一）加强资金保障。州财政安排800万元。")]),
    notice("渡口改造", [("工作目标。到2026年完成全部渡口改造。",), ("责任分工。各项任务的责任单位见附件。",)], TABLE),
    notice("航标维护", [("维护标准。航标正常率不低于98.5%。",), ("经费。每座航标每年补助1200元。",)],
           [["序号", "航段", "航标数"], ["1", "上游段", "35"], ["2", "下游段", "41"]]),
    [("title", "云泽州渡运补贴标准"), ("table", [["类别", "标准", "对象"], ["甲类", "每年3000元", "渡口"], ["乙类", "每年1800元", "渡船"]])],
]  # fmt: skip


def sample(name):
    """A document of the sample corpus as blocks."""
    found = next(path for path in SAMPLE.iterdir() if name in path.name)
    rows = [re.sub(r"^#+\s*", "", row).strip() for row in decode(found.read_bytes()).splitlines()]
    rows = [row for row in rows if row]
    marks = [marker(row) for row in rows]
    return [
        ("title", rows[0]),
        *(
            ("h", 1, row) if mark and mark.kind == "章" else ("p", row)
            for row, mark in zip(rows[1:], marks[1:], strict=True)
        ),
    ]


def clauses(data, suffix):
    reading = READERS[suffix](data)
    found = parse(RawText("文件" + suffix, tuple(reading.lines), "", tuple(reading.gaps)))
    return [
        (tuple(bare(head) for head in clause.path), bare(clause.text)) for parsed in found for clause in parsed.clauses
    ], [(bare(parsed.document.title), parsed.document.doc_no, parsed.document.issuers) for parsed in found]


def bare(text):
    return "".join(text.split())


@pytest.mark.parametrize("suffix", FORMATS)
def test_clauses_and_addresses_are_those_of_the_plain_text(suffix):
    same, total, wrong = 0, 0, []
    for blocks in [*DOCUMENTS, sample("条例"), sample("人才公寓"), sample("批复")]:
        expected, heads = clauses(written.txt(blocks), ".txt")
        found, own = clauses(FORMATS[suffix](blocks), "." + suffix)
        shared = sum((Counter(expected) & Counter(found)).values())
        same, total = same + shared, total + max(len(expected), len(found))
        wrong += [clause for clause in expected if clause not in found]
        assert own == heads
    assert same >= 0.995 * total, (same, total, wrong[:5])


def test_a_table_is_the_same_rows_as_a_spreadsheet():
    rows = [
        clause
        for clause in clauses(written.txt([("title", "任务表"), ("table", TABLE)]), ".txt")[0]
        if clause[1][0].isdigit()
    ]
    for data, suffix in (
        (written.xlsx({"任务": ([["任务表"], *TABLE], ["A1:D1"], "")}), ".xlsx"),
        (written.comma_separated(TABLE), ".csv"),
    ):
        found = clauses(data, suffix)[0]
        assert [text for _, text in found if text[0].isdigit()] == [text for _, text in rows]
        assert all(path[-1] == "序号事项责任单位完成时限" for path, text in found if text[0].isdigit())
