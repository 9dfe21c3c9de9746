"""Scans: pages that are pictures, alone and within a PDF, tables in them, and what is said of them."""

import io

import pytest
from parsing import bare
from sheets import HEIGHT, WIDTH, pdf, photographed, prose, write

from index.errors import UnreadableContent
from index.load import pdf as pdf_reader
from index.load import picture, recogniser, scan
from index.load.gaps import of_pages
from index.parse import parse
from index.schema import RawText

LINES = (
    "湖山市水务局关于河道清淤收费的通知",
    "湖水发〔2025〕6号",
    "一、每公里收费350元，最高不超过4200元。",
    "二、本通知自2025年5月1日起执行。",
)
TOLD = "由扫描图像识别，文字请与原件核对"


def on_page(canvas, png, box=(0, 0, WIDTH, HEIGHT)):
    from reportlab.lib.utils import ImageReader

    left, bottom, right, top = box
    canvas.drawImage(ImageReader(io.BytesIO(png)), left, bottom, right - left, top - bottom)


def same(lines, wanted):
    return bare("".join(line.text for line in lines)) == bare("".join(wanted))


@pytest.mark.parametrize(("skew", "quarter"), [(0.0, 0), (2.0, 0), (0.0, 90), (0.0, 180)])
def test_a_photographed_page_is_read_upright_with_the_place_of_each_line(skew, quarter):
    found = scan.read(photographed(LINES, skew=skew, quarter=quarter))
    assert same(found.lines, LINES), [line.text for line in found.lines]
    assert found.gaps == (f"第 1 页{TOLD}",) and {line.page for line in found.lines} == {1}
    left, top, right, bottom = found.lines[0].box
    wanted = {0: (0.14, 0.11, 0.57, 0.14), 90: (0.11, 0.43, 0.14, 0.86), 180: (0.43, 0.86, 0.86, 0.89)}[quarter]
    assert (left, top, right, bottom) == pytest.approx(wanted, abs=0.04)


def test_the_mark_of_a_scanning_app_is_no_text_and_the_scan_is():
    def page(canvas):
        on_page(canvas, photographed(LINES))
        write(canvas, 480, 830, "某某扫描 制作", 8)

    found = pdf_reader.read(pdf(page))
    (document,) = parse(RawText("x.pdf", tuple(found.lines), "digest", found.gaps))
    assert document.document.title == LINES[0] and same(found.lines, LINES) and found.gaps == (f"第 1 页{TOLD}",)


def test_a_scanned_annex_within_a_text_pdf_is_read_and_said_to_be_one():
    found = pdf_reader.read(
        pdf(lambda c: prose(c, ["关于收费的通知", "各区：", "收费见附件。"]), lambda c: on_page(c, photographed(LINES)))
    )
    assert [line.page for line in found.lines] == [1, 1, 1, 2, 2, 2, 2] and same(found.lines[3:], LINES)
    assert found.gaps == (f"第 2 页{TOLD}",)


def test_a_picture_behind_a_page_of_text_is_left_alone(monkeypatch):
    monkeypatch.setattr(scan, "recogniser", lambda threads: pytest.fail("not to be read"))

    def page(canvas):
        on_page(canvas, photographed(()))
        prose(canvas, [f"第{n}条 底图之上仍有完整的文字，不必识别。" for n in range(6)])

    assert len(pdf_reader.read(pdf(page)).lines) == 6


def test_a_picture_beside_text_is_said_to_be_left_out(monkeypatch):
    monkeypatch.setattr(scan, "recogniser", lambda threads: pytest.fail("not to be read"))

    def page(canvas):
        prose(canvas, [f"第{n}条 图片之外仍有完整的文字。" for n in range(9)])
        on_page(canvas, photographed(()), (80, 60, 500, 360))

    assert pdf_reader.read(pdf(page)).gaps == ("第 1 页另有图片，图片中的文字未收录",)


def test_without_a_recogniser_scans_are_named_and_nothing_else_breaks(monkeypatch):
    def missing(threads):
        raise recogniser.Unavailable

    monkeypatch.setattr(scan, "recogniser", missing)
    found = pdf_reader.read(pdf(lambda c: prose(c, ["关于收费的通知"]), lambda c: on_page(c, photographed(LINES))))
    assert [line.text for line in found.lines] == ["关于收费的通知"]
    assert found.gaps == (f"第 2 页{scan.NOT_INSTALLED}",)
    with pytest.raises(UnreadableContent, match="第 1 页是图像"):
        scan.read(photographed(LINES))


class Fake:
    """Finds one line on every page and reads it as told."""

    def __init__(self, score=1.0, text="第一条"):
        self.score, self.text = score, text

    def find(self, picture):
        import numpy as np

        return np.array([[[100, 300], [400, 300], [400, 350], [100, 350]]], dtype=float)

    def upside_down(self, lines):
        return False

    def read(self, lines):
        places = [(c, (i + 0.5) / len(self.text), self.score) for i, c in enumerate(self.text)]
        return [recogniser.Words(tuple(places), self.score)] * len(lines)


def test_pages_beyond_the_allowance_are_named(monkeypatch):
    monkeypatch.setenv("TIAOWEN_SCAN_PAGES", "2")
    monkeypatch.setattr(scan, "recogniser", lambda threads: Fake())
    found = pdf_reader.read(pdf(*[lambda c: on_page(c, photographed(()))] * 4))
    assert [line.page for line in found.lines] == [1, 2]
    assert found.gaps[0] == f"第 1—2 页{TOLD}" and found.gaps[1].startswith("第 3—4 页是图像，超出每份文件识别的限度")


def test_time_beyond_the_allowance_ends_it(monkeypatch):
    monkeypatch.setenv("TIAOWEN_SCAN_SECONDS", "0")
    monkeypatch.setattr(scan, "recogniser", lambda threads: Fake())
    found = pdf_reader.read(pdf(*[lambda c: on_page(c, photographed(()))] * 2))
    assert [line.page for line in found.lines] == [1] and "第 2 页" in found.gaps[1]


@pytest.mark.parametrize(("score", "doubtful"), [(0.99, False), (0.7, True)])
def test_a_line_read_with_little_confidence_makes_its_clause_doubtful(monkeypatch, score, doubtful):
    monkeypatch.setattr(scan, "recogniser", lambda threads: Fake(score, "第一条 收费三百元。"))
    found = scan.read(photographed(()))
    assert [line.doubtful for line in found.lines] == [doubtful]
    (document,) = parse(RawText("x.png", tuple(found.lines), "digest", found.gaps))
    assert [clause.doubtful for clause in document.clauses] == [doubtful]


def test_a_doubtful_clause_is_marked_wherever_it_is_shown(monkeypatch, tmp_path):
    from conftest import built

    from index.load import load_files, pool
    from index.store import Store
    from index.take import take
    from page import html, reader
    from rag.contract import citation_json, clause_json
    from rag.schema import Citation, Status

    def here(files, limits):
        """As in a child process, where the recogniser could not be replaced."""
        for place, file in enumerate(files):
            raws, _ = load_files(file.path, file.name)
            yield place, pool.Outcome(tuple(map(take, raws)))

    monkeypatch.setattr(pool, "taken", here)
    monkeypatch.setattr(scan, "recogniser", lambda threads: Fake(0.7, "第一条 收费三百元。"))
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.png").write_bytes(photographed(()))
    (tmp_path / "corpus" / "b.txt").write_text(
        "湖山市收费办法\n第一条 收费四百元。\n第二条 每年公布一次。\n", encoding="utf-8"
    )
    built(tmp_path / "corpus", tmp_path / "index")
    store = Store.open(tmp_path / "index")
    assert {clause.source.file: clause.doubtful for clause in store.clauses} == {"a.png": True, "b.txt": False}
    status = Status("unknown", "原文未写明", None)
    for clause in store.clauses:
        document = store.documents[clause.doc_id]
        shown = [
            html.card(clause, document, status, [], "", titled=True),
            html.cited(document, clause, status),
            reader.document(document, [clause], reader.Reading(status)),
        ]
        assert [("待核" in each) for each in shown] == [clause.doubtful] * 3
        assert clause_json(clause, document, status)["doubtful"] is clause.doubtful
        cited = citation_json(Citation(1, clause, document, status, clause.text))
        assert cited["doubtful"] is clause.doubtful


@pytest.mark.parametrize("text", ["每件2400.5元", "合同公证 每件300元", "按 GDP 计 W1i7 元"])
def test_figures_are_not_torn_and_blanks_that_are_read_are_kept(text):
    """Whatever the widths of the type: a recogniser tells middles only."""
    from index.load.paged.sheet import Box
    from index.load.paged.strips import row_text, rows

    for pitch in (0.45, 0.6, 0.75):
        at, characters = 0.0, []
        for character in text:
            step = 1.0 if picture._wide(character) else pitch
            characters.append((character, at + step / 2, 1.0))
            at += step
        words = recogniser.Words(tuple((c, middle / at, sure) for c, middle, sure in characters), 1.0)
        (row,) = rows(picture._glyphs(words, Box(0, 0, at * 30, 40), 1.0))
        assert row_text(row) == text


def test_a_narrow_mark_beside_chinese_becomes_the_wide_one():
    assert "".join(picture._punctuated([*"第一条(试行),共3.5元"])) == "第一条（试行），共3.5元"


def test_rulings_of_a_pale_table_are_found_and_strokes_of_type_are_not():
    import cv2
    import numpy as np

    image = cv2.imdecode(np.frombuffer(photographed(("三二一三二一二三一", "王三土二干王")), np.uint8), 1)
    for y in (800, 860, 920):
        image[y : y + 3, 200:1000] = 235
    for x in (200, 600, 998):
        image[800:922, x : x + 3] = 235
    across, down, clean = picture._rulings(image, 200)
    assert [round(r.at / 10) for r in across] == [80, 86, 92] and [round(r.at / 10) for r in sorted(down)] == [
        20,
        60,
        100,
    ]
    assert (clean[790:930, 190:1010] == 255).all() and (clean[:700] == image[:700]).all()


def test_frames_and_odd_modes_are_pages(monkeypatch):
    from PIL import Image

    monkeypatch.setattr(scan, "recogniser", lambda threads: Fake())
    frames = [Image.new(mode, (600, 800), 1) for mode in ("1", "L", "RGB", "CMYK", "I;16", "RGBA")]
    out = io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    assert [line.page for line in scan.read(out.getvalue()).lines] == [1, 2, 3, 4, 5, 6]


def test_what_is_no_picture_is_refused():
    from PIL import UnidentifiedImageError

    with pytest.raises(UnidentifiedImageError):
        scan.read(b"\x89PNG nothing")


def test_pages_are_named_in_runs():
    assert of_pages([9, 2, 3, 4], "未收录") == ("第 2—4、9 页未收录",) and of_pages([], "未收录") == ()


def test_no_model_is_fetched_and_nothing_is_connected_to(monkeypatch):
    import socket

    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connects"))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looks up"))
    reader = recogniser.Recogniser(1)
    import cv2
    import numpy as np

    image = cv2.imdecode(np.frombuffer(photographed(LINES[:1]), np.uint8), 1)
    assert len(reader.find(image)) == 1


def test_a_model_that_is_missing_is_not_looked_for_elsewhere(monkeypatch):
    monkeypatch.setitem(recogniser._MODELS, "Det", "no-such-model.onnx")
    with pytest.raises(recogniser.Unavailable):
        recogniser.Recogniser(1)


def strip(text, top):
    from index.load.paged.sheet import Box, Glyph
    from index.load.paged.strips import Strip

    glyphs = tuple(Glyph(c, 80 + 14 * n, top, 94 + 14 * n, top + 14, top + 12, 14) for n, c in enumerate(text))
    return Strip(glyphs, text, Box(80, top, 80 + 14 * len(text), top + 14), top + 12, 14.0)


@pytest.mark.parametrize(("scanned", "left"), [(True, 0), (False, 4)])
def test_a_running_head_of_scans_goes_out_though_no_page_lies_or_reads_quite_like_another(scanned, left):
    from index.load.paged.margins import Face, without

    heads = (
        "湖山市人民政府公报 2025年第三期",
        "湖山市人民政府公报 2025年第三朋",
        "湖山市入民政府公报 2025年第三期",
        "湖山市人民政府公报2025年第三期",
    )
    body = ("第一条 渡口应当设置标志。", "第二条 渡口应当设置灯。", "第三条 渡口应当检查。", "第四条 渡口应当登记。")
    pages = [
        Face(595, 842, [[strip(head, 62 + shift)], [strip(text, 88)], [strip("其他单位参照执行。", 400)], [strip(f"一 {n} 一", 790)]], scanned)
        for n, (head, shift, text) in enumerate(zip(heads, (0, 9, -7, 15), body, strict=True), 1)
    ]  # fmt: skip
    told = [row[0].text for page in without(pages) for row in page]
    assert sum("公报" in text for text in told) == left
    assert [text for text in told if "条" in text] == list(body) and not any(text.endswith("一") for text in told)
