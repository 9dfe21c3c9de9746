"""PDF: what stands in the margins, columns, tables, damage."""

import io
import re
import time
import zlib

import pytest
from parsing import bare
from sheets import WIDTH, pdf, prose, table, write

from index.errors import UnreadableContent
from index.load import pdf as reader
from index.parse import parse
from index.schema import RawText

NOTICE = (
    "湖山市水务局关于开展河道清淤工作的通知",
    "湖水发〔2025〕6号",
    "各县（区）水务局：",
    "现将河道清淤工作有关事项通知如下。",
    "一、清淤资金按照每公里3万元安排。",
    "二、清淤工作于10月底前完成。",
)


def read(*pages, **options):
    return reader.read(pdf(*pages, **options))


def texts(reading):
    return [line.text for line in reading.lines]


def documents(reading):
    return parse(RawText("x.pdf", tuple(reading.lines), "digest", reading.gaps))


def test_lines_carry_page_number_and_box():
    found = read(lambda c: prose(c, NOTICE), lambda c: prose(c, ["三、本通知自印发之日起施行。"]))
    assert texts(found) == [*NOTICE, "三、本通知自印发之日起施行。"]
    first, last = found.lines[0], found.lines[-1]
    assert (first.page, first.number, last.page, last.number) == (1, 1, 2, 1)
    left, top, right, bottom = first.box
    assert left == pytest.approx(80 / WIDTH, abs=0.01) and 0.1 < top < bottom < 0.15
    assert right == pytest.approx((80 + 14 * len(NOTICE[0])) / WIDTH, abs=0.02)
    assert not found.gaps and not any(line.doubtful for line in found.lines)


@pytest.mark.parametrize("pages", [1, 2, 5])
@pytest.mark.parametrize("size", [9, 14])
def test_head_and_page_number_are_out_of_files_of_any_length(pages, size):
    def page(number):
        def draw(canvas):
            write(canvas, 80, 45, "湖山市政务公开栏", size)
            prose(canvas, NOTICE if number == 1 else [f"{c}、第{number}项工作按期完成。" for c in "三四五六"])
            write(canvas, 280, 800, f"— {number} —")

        return draw

    found = read(*map(page, range(1, pages + 1)))
    assert "政务公开" not in "".join(texts(found)) and not [t for t in texts(found) if re.match("[—0-9 ]+$", t)]
    (document,) = documents(found)
    assert (document.document.title, document.document.issuers) == (NOTICE[0], ("湖山市水务局",))


@pytest.mark.parametrize("first", ["湖水发〔2025〕6号", "湖山市水务局文件", "附件1"])
def test_what_may_open_a_document_is_no_head_though_it_stands_high(first):
    def draw(canvas):
        write(canvas, 80, 45, first)
        prose(canvas, NOTICE[2:], y=120)

    assert texts(read(draw)) == [first, *NOTICE[2:]]


def test_annexes_that_open_their_pages_alike_are_no_heads():
    found = read(
        *(lambda c, n=n: prose(c, [f"附件{n}", f"第{n}批清淤河道名单", "白石河", "金鸡溪"], y=70) for n in (1, 2, 3))
    )
    assert [t for t in texts(found) if t.startswith("附件")] == ["附件1", "附件2", "附件3"]


def test_a_running_head_may_change_from_chapter_to_chapter():
    def page(head):
        return lambda c: (
            write(c, 80, 40, head, 9),
            prose(c, [f"第{n}条 各单位应当按照职责做好工作。" for n in "一二三四"]),
        )

    found = read(page("总则篇"), page("总则篇"), page("保障篇"), page("保障篇"))
    assert all(text.startswith("第") for text in texts(found))


def test_a_head_above_a_title_and_a_table_alone_is_out():
    def draw(canvas):
        write(canvas, 80, 40, "湖山市文件资料库")
        write(canvas, 80, 90, "河道清淤项目清单")
        table(canvas, 80, 120, (80, 80), [("河道", "长度"), ("甲河", "3"), ("乙河", "4")])

    assert texts(read(draw)) == ["河道清淤项目清单", "河道\t长度", "甲河\t3", "乙河\t4"]


def test_two_columns_are_read_one_after_the_other():
    left = [f"左栏第{n}行写满了文字直到栏边为止" for n in range(1, 9)]
    right = [f"右栏第{n}行写满了文字直到栏边为止" for n in range(1, 9)]

    def draw(canvas):
        write(canvas, 80, 100, "湖山市人民政府关于两件事项的通知和说明材料目录汇总", 16)
        prose(canvas, left, x=60, y=140, size=12)
        prose(canvas, right, x=320, y=146, size=12)
        write(canvas, 80, 380, "以上事项由湖山市人民政府办公室负责解释并自印发之日起施行", 16)

    found = texts(read(draw))
    assert found[1:9] == left and found[9:17] == right and found[17].startswith("以上")


def test_type_set_askew_is_no_text():
    def draw(canvas):
        prose(canvas, NOTICE)
        canvas.saveState()
        canvas.translate(200, 300)
        canvas.rotate(40)
        canvas.drawString(0, 0, "内部资料")
        canvas.restoreState()

    assert texts(read(draw)) == list(NOTICE)


def test_a_page_that_is_shown_turned_is_read_as_it_is_shown():
    def draw(canvas):
        canvas.setPageRotation(90)
        canvas.saveState()
        canvas.rotate(90)
        canvas.translate(0, -595)
        for place, line in enumerate(NOTICE):
            canvas.setFont("STSong-Light", 14)
            canvas.drawString(80, 480 - 25 * place, line)
        canvas.restoreState()

    assert texts(read(draw)) == list(NOTICE)


ROWS = [
    ("序号", "项目名称", "建设单位", "投资\n（万元）"),
    ("1", "白石河清淤工程\n（含堤岸加固）", "湖山市水务局", "1200"),
]


def test_cells_wrapped_over_lines_are_joined_and_each_row_is_whole():
    found = read(lambda c: table(c, 80, 100, (40, 90, 100, 70), [*ROWS, ("2", "金鸡溪疏浚", "桃源县\n人民政府", "90")]))
    assert texts(found) == [
        "序号\t项目名称\t建设单位\t投资 （万元）",
        "1\t白石河清淤工程（含堤岸加固）\t湖山市水务局\t1200",
        "2\t金鸡溪疏浚\t桃源县 人民政府\t90",
    ]


def test_cells_that_touch_are_parted_by_their_rulings():
    rows = [("机具品目", "档次", "补贴"), ("水稻插秧机具类", "6行", "26500"), ("深松机", "5铲", "62")]
    found = read(lambda c: table(c, 80, 100, (84, 40, 60), rows))
    assert texts(found)[1:] == ["水稻插秧机具类\t6行\t26500", "深松机\t5铲\t62"]


def test_a_row_cut_by_the_page_end_is_one_and_the_repeated_head_is_told_once():
    widths = (40, 90, 100, 70)

    def first(canvas):
        table(
            canvas,
            80,
            700,
            widths,
            [ROWS[0], ("1", "甲河清淤", "湖山市水务局", "10"), ("2", "白石河清淤工程", "湖山市水务局", "1200")],
        )

    def second(canvas):
        table(canvas, 80, 90, widths, [ROWS[0], ("", "（含堤岸加固）", "", ""), ("3", "乙河清淤", "桃源县水务局", "7")])
        prose(canvas, ["以上项目应当按期完工。"], y=300)

    found = texts(read(first, second))
    assert found[2:] == [
        "2\t白石河清淤工程（含堤岸加固）\t湖山市水务局\t1200",
        "3\t乙河清淤\t桃源县水务局\t7",
        "以上项目应当按期完工。",
    ]
    assert sum("序号" in text for text in found) == 1


def test_a_head_alone_at_the_end_of_a_page_heads_the_rows_of_the_next():
    widths = (100, 60, 80)
    found = read(
        lambda c: (prose(c, NOTICE), table(c, 80, 740, widths, [("河道", "长度", "备注")])),
        lambda c: table(c, 80, 90, widths, [("甲河", "3", "重点"), ("乙河", "4", "")]),
    )
    (document,) = documents(found)
    rows = [(c.path[-1], bare(c.text)) for c in document.clauses if c.kind == "row"]
    assert rows == [("河道 长度 备注", "甲河3重点"), ("河道 长度 备注", "乙河4")]


def test_an_empty_remark_at_the_top_of_a_page_does_not_make_its_row_part_of_the_last():
    widths = (100, 60, 80)
    head = ("河道", "长度", "备注")
    found = read(
        lambda c: table(c, 80, 700, widths, [head, ("甲河", "3", ""), ("乙河", "4", "重点")]),
        lambda c: table(c, 80, 90, widths, [head, ("丙河", "5", ""), ("丁河", "6", "")]),
    )
    assert texts(found) == ["河道\t长度\t备注", "甲河\t3\t", "乙河\t4\t重点", "丙河\t5\t", "丁河\t6\t"]


def test_a_cell_merged_over_rows_is_told_with_each():
    rows = [("地区", "档次", "标准"), ("东部", "一档", "300"), ("", "二档", "200"), ("西部", "一档", "100")]
    found = read(lambda c: table(c, 80, 100, (80, 80, 80), rows, skip={(2, 0)}))
    assert texts(found)[1:] == ["东部\t一档\t300", "东部\t二档\t200", "西部\t一档\t100"]


def test_a_cell_over_all_columns_heads_the_rows_below_it():
    def draw(canvas):
        prose(canvas, ["附件", "清淤项目清单"], y=60)
        y = table(canvas, 80, 120, (40, 120, 80), [("序号", "项目", "投资"), ("1", "甲河", "10")])
        canvas.line(80, 842 - y - 22, 320, 842 - y - 22)
        canvas.line(80, 842 - y, 80, 842 - y - 22)
        canvas.line(320, 842 - y, 320, 842 - y - 22)
        write(canvas, 84, y + 15, "二、新建项目", 12)
        table(canvas, 80, y + 22, (40, 120, 80), [("2", "乙河", "20"), ("3", "丙河", "30")])

    (document,) = documents(read(draw))
    rows = [c for c in document.clauses if c.kind == "row"]
    assert [bare(c.text) for c in rows] == ["1甲河10", "2乙河20", "3丙河30"]
    assert [c.path[-1] for c in rows] == ["序号 项目 投资", "二、新建项目", "二、新建项目"]


def test_columns_without_rulings_become_rows():
    def draw(canvas):
        prose(canvas, NOTICE[2:4], y=100)
        for place, row in enumerate(
            [("品目", "档次", "补贴"), ("插秧机", "六行", "26500"), ("深松机", "五铲", "6200"), ("收割机", "大型", "9")]
        ):
            for x, cell in zip((90, 220, 350), row, strict=True):
                write(canvas, x, 180 + 22 * place, cell, 12)

    assert texts(read(draw))[2:] == ["品目\t档次\t补贴", "插秧机\t六行\t26500", "深松机\t五铲\t6200", "收割机\t大型\t9"]


def test_a_frame_around_text_is_no_table():
    def draw(canvas):
        canvas.rect(70, 842 - 300, 450, 220)
        prose(canvas, NOTICE)

    assert texts(read(draw)) == list(NOTICE)


def damaged(data, page):
    """The same file with bytes of the content of `page` (from 1) overwritten."""
    starts = [m.end() for m in re.finditer(rb"stream\r?\n", data) if data[m.start() - 3 : m.start()] != b"end"]
    streams = [s for s in starts if data[s : s + 1] == b"x" and b"Tj" in zlib.decompressobj().decompress(data[s:])]
    at = streams[page - 1] + 30
    return data[:at] + b"\xff\x00\xff" * 8 + data[at + 24 :]


def test_a_damaged_page_is_named_and_the_others_are_read(monkeypatch):
    from reportlab import rl_config

    monkeypatch.setattr(rl_config, "useA85", 0)
    pages = [lambda c, n=n: prose(c, [f"第{n}页第{k}行的文字应当保留。" for k in range(9)]) for n in (1, 2, 3)]
    found = reader.read(damaged(pdf(*pages, pageCompression=1), 2))
    assert any("第 2 页" in gap and "损" in gap for gap in found.gaps), found.gaps
    assert {line.page for line in found.lines} >= {1, 3}


def test_a_cut_file_is_refused_or_says_that_it_is_not_whole():
    data = pdf(*[lambda c, n=n: prose(c, [f"第{n}页"] * 5) for n in range(1, 7)])
    for share in (0.3, 0.6, 0.9):
        try:
            assert reader.read(data[: int(share * len(data))]).gaps
        except UnreadableContent:
            pass
        except Exception as error:  # index.load names any other
            assert type(error).__name__ == "PdfiumError"


def test_a_password_is_asked_for_in_words():
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(pdf(lambda c: prose(c, NOTICE)))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(UnreadableContent, match="密码"):
        reader.read(out.getvalue())


def test_attachments_are_named_as_left_out():
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(PdfReader(io.BytesIO(pdf(lambda c: prose(c, NOTICE)))))
    writer.add_attachment("价格表.txt", b"1")
    out = io.BytesIO()
    writer.write(out)
    assert reader.read(out.getvalue()).gaps == ("文件另附 1 个附件，未收录",)


def test_many_pages_take_time_in_proportion():
    data = pdf(*[lambda c, n=n: prose(c, [f"第{n}页的文字"]) for n in range(300)])
    begun = time.process_time()
    assert len(reader.read(data).lines) == 300
    assert time.process_time() - begun < 20
