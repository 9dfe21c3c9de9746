"""OFD: the order of its text, its odd makers, and what of it cannot be read."""

from __future__ import annotations

import time

import pytest
from conftest import SHARED

from eval.bench import written
from index.errors import UnreadableContent
from index.load import ofd

CASES = SHARED / "cases" / "ofd"


def texts(data):
    return [line.text for line in ofd.read(data).lines]


def test_lines_are_in_reading_order_whatever_the_order_of_objects():
    objects = [
        written.text_object(text, 30, y)
        for text, y in (("第三条　渡口不得超载。", 60), ("第一条　渡口应当设标志。", 40))
    ]
    objects.insert(1, written.text_object("第二条　渡船应当检验。", 30, 50))
    assert texts(written.ofd_of([objects])) == [
        "第一条 渡口应当设标志。",
        "第二条 渡船应当检验。",
        "第三条 渡口不得超载。",
    ]


def test_lines_know_their_page_and_place():
    page = [written.text_object("渡口应当设置标志。", 42, 59.4)]
    line = ofd.read(written.ofd_of([page, page])).lines[1]
    assert (
        line.page == 2 and line.box[0] == pytest.approx(0.2, abs=0.01) and line.box[1] == pytest.approx(0.2, abs=0.02)
    )


@pytest.mark.parametrize("space", ["http://www.ofdspec.org/2016", "http://www.ofdspec.org", "urn:other"])
def test_any_namespace_and_a_block_within_a_block(space):
    page = [
        "<ofd:PageBlock><ofd:PageBlock>"
        + written.text_object("渡口应当设置标志。", 30, 40)
        + "</ofd:PageBlock></ofd:PageBlock>"
    ]
    assert texts(written.ofd_of([page], space=space)) == ["渡口应当设置标志。"]


def test_text_drawn_twice_is_told_once_and_text_over_other_text_apart():
    objects = [written.text_object("渡口应当设置标志。", x, 40) for x in (30, 30.2)] + [
        written.text_object("秘密文件", 40, 40.5)
    ]
    assert texts(written.ofd_of([objects])) == ["渡口应当设置标志。", "秘密文件"]


def test_a_page_set_on_its_side_is_read_along_its_lines():
    turned = 'CTM="0 1 -1 0 0 0"'
    objects = [
        written.text_object(text, x, 40, more=turned)
        for text, x in (("第二条　渡船应当检验。", 100), ("第一条　渡口设标志。", 110))
    ]
    assert texts(written.ofd_of([objects])) == ["第一条 渡口设标志。", "第二条 渡船应当检验。"]


def test_watermarks_notes_attachments_and_pages_without_text_are_named():
    note = (
        '<ofd:Annot Type="{}"><ofd:Appearance>' + written.text_object("内部", 30, 40) + "</ofd:Appearance></ofd:Annot>"
    )
    more = "<ofd:Annotations>Annots.xml</ofd:Annotations><ofd:Attachments>/Doc_0/Attach.xml</ofd:Attachments>"
    ns = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    parts = {
        "Doc_0/Annots.xml": (
            f'<ofd:Annotations {ns}><ofd:Page PageID="0"><ofd:FileLoc>A0.xml</ofd:FileLoc></ofd:Page></ofd:Annotations>'
        ),
        "Doc_0/A0.xml": f"<ofd:PageAnnot {ns}>{note.format('Watermark')}{note.format('Path')}</ofd:PageAnnot>",
        "Doc_0/Attach.xml": f'<ofd:Attachments {ns}><ofd:Attachment Name="渡口名录.xlsx"/></ofd:Attachments>',
    }
    askew = written.text_object("样本", 100, 100, more='CTM="0.8 0.6 -0.6 0.8 0 0"')
    reading = ofd.read(written.ofd_of([[written.text_object("渡口应当设置标志。", 30, 40), askew], []], more, parts))
    assert [line.text for line in reading.lines] == ["渡口应当设置标志。"]
    assert reading.gaps == (
        "第 2 页没有文字层，未收录",
        "第 1 页有斜排的文字（可能是水印），未收录",
        "第 1 页有水印文字，未收录",
        "第 1 页有批注文字，未收录",
        "附件 渡口名录.xlsx 未收录",
    )


def test_a_missing_page_is_named_and_the_others_read():
    data = written.ofd_of([[written.text_object("渡口应当设置标志。", 30, 40)], ["<broken"]])
    reading = ofd.read(data)
    assert [line.text for line in reading.lines] == ["渡口应当设置标志。"] and reading.gaps == (
        "第 2 页已损坏或缺失，未收录",
    )


def test_nothing_to_read_is_refused_with_what_to_do():
    for data in (written.zipped({"OFD.xml": "<OFD/>"}), written.ofd_of([[]])):
        with pytest.raises(UnreadableContent, match="另存为 PDF"):
            ofd.read(data)
    entity = '<!DOCTYPE x [<!ENTITY a "渡口">]><OFD>&a;</OFD>'
    with pytest.raises(UnreadableContent, match="外部定义"):
        ofd.read(written.zipped({"OFD.xml": entity}))


@pytest.mark.skipif(not CASES.is_dir(), reason="../shared/cases/ofd is not here")
def test_the_text_of_files_of_other_makers_comes_out_whole():
    import io
    import zipfile

    from index.load.elements import parsed

    for path in sorted(CASES.glob("*.ofd")):
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as packed:
            pages = [
                packed.read(name) for name in packed.namelist() if name.endswith("Content.xml") and "/Page" in name
            ]
        wanted = sorted(
            "".join("".join(code.text or "" for page in pages for code in parsed(page).iter("TextCode")).split())
        )
        try:
            found = sorted("".join("".join(texts(path.read_bytes())).split()))
        except UnreadableContent as error:
            assert not wanted and "没有文字层" in str(error)
        else:
            assert found == wanted, path.name


def test_a_glyph_a_mile_off_the_page_takes_no_more_time_than_others():
    objects = [written.text_object(f"第{n}条　渡口应当设置标志。", 30, 20 + 9 * n) for n in range(1, 20)]
    objects.append(written.text_object("远", 9e8, 40))
    began = time.process_time()
    assert "渡口应当设置标志" in "".join(texts(written.ofd_of([objects])))
    assert time.process_time() - began < 10
