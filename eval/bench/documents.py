"""Invented documents as blocks (eval.bench.written says what a block is), to be written in every format."""

from __future__ import annotations

from pathlib import Path

from index.load import READERS
from index.load.numbers import numeral
from index.markers import marker

LONG = "渡口经营者应当按照规定配备救生设备，定期检查渡船的技术状况，发现隐患及时消除，并将检查情况记入渡口日志，保存期限不少于三年。"
TABLE = [
    ["序号", "事项", "责任单位", "完成时限"],
    ["1", "修缮渡口", "市交通局", "2025年底"],
    ["2", "更新渡船", "市财政局", "2026年6月"],
    ["3", "培训船员", "市人社局", "长期"],
]


def statute(name, chapters):
    """A statute of chapters, each a name and its articles, each a list of paragraphs."""
    blocks, article = [("title", f"云泽州{name}")], 0
    for number, (chapter, texts) in enumerate(chapters, 1):
        blocks.append(("h", 1, f"第{'一二三四五六'[number - 1]}章　{chapter}"))
        for text in texts:
            article += 1
            blocks += [("p", f"第{numeral(article, 'chinese')}条　{text[0]}"), *(("p", item) for item in text[1:])]
    return blocks


def notice(subject, items, table=None):
    """A notice of items, each a heading and its paragraphs; with an annex that is a table, or signed."""
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


INVENTED = [
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


def of_file(path: Path, most: int = 5):
    """The shortest documents of a text or Markdown file that have no table, each as blocks: title, chapters and
    paragraphs as the parser tells them, without the lines they were broken into."""
    from index.parse import parse
    from index.schema import RawText

    suffix = path.suffix.lower()
    found = parse(RawText(path.name, tuple(READERS[suffix](path.read_bytes()).lines), ""))
    plain = [each for each in found if not any(clause.kind == "row" for clause in each.clauses)]
    return [_blocks(each.printed) for each in sorted(plain, key=lambda each: sum(map(len, each.printed)))[:most]]


def _blocks(printed):
    rows = [row for entry in printed for row in entry.split("\n")]
    marks = [marker(row) for row in rows[1:]]
    chapters = (
        mark is not None and mark.kind == "章" and len(row) < 40 for row, mark in zip(rows[1:], marks, strict=True)
    )
    body = (("h", 1, row) if chapter else ("p", row) for row, chapter in zip(rows[1:], chapters, strict=True))
    return [("title", rows[0]), *body]


def long(articles: int, rows: int):
    """A notice of some length: `articles` paragraphs under five headings, and a table of `rows`."""
    each = max(1, articles // 5)
    items = [
        (f"第{n}类工作", *(f"（{numeral(m, 'chinese')}）任务{n}.{m}。{LONG}" for m in range(1, each + 1)))
        for n in range(1, 6)
    ]
    table = [TABLE[0], *([str(n), f"第{n}项工程", "市交通局", f"{2025 + n % 4}年底"] for n in range(1, rows + 1))]
    return notice("渡口全面整治", items, table)
