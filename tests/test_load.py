"""Readers: encodings, what is no text, PDF, folders."""

import shutil

import pytest
from conftest import SAMPLE
from word import write

from index.errors import UnreadableFile
from index.load import READERS, load_file, load_files, load_folder
from index.load.radicals import unified

WORDS = "甲市人民政府关于做好防汛工作的通知\n各区人民政府：\n请认真贯彻执行。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_encodings_in_use(tmp_path, encoding):
    path = write(tmp_path, "a.txt", WORDS.encode(encoding))
    found = load_file(path, "a.txt")
    assert [line.text for line in found.lines] == WORDS.split("\n")
    assert [line.number for line in found.lines] == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.txt", b"", "文件为空"),
        ("blank.txt", b" \n\n ", "文件为空"),
        ("program.txt", b"\x7fELF\0\0\1\2", "二进制"),
        ("latin.txt", "café déjà vu naïve".encode("latin-1") * 9, "编码无法识别"),
        ("sheet.xlsx", b"PK\3\4", "XLSX 已损坏"),
        ("slides.pptx", b"PK\3\4", "另存为 PDF"),
        ("old.uof", b"<uof/>", "另存为 .docx"),
        ("noname", b"text", "不支持的格式"),
        ("broken.pdf", b"%PDF-1.7\nnothing", "PDF 已损坏"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path, name, data, reason):
    path = write(tmp_path, name, data)
    with pytest.raises(UnreadableFile, match=reason) as caught:
        load_file(path, name)
    assert caught.value.file == name


def test_a_folder_is_read_recursively_in_natural_order_and_reports_what_it_skips(tmp_path):
    for name in ("10.txt", "9.txt", "下级/1.txt"):
        write(tmp_path, name, WORDS.encode())
    write(tmp_path, "坏.pdf", b"%PDF")
    write(tmp_path, "表.xlsx", b"PK")
    write(tmp_path, ".hidden.txt", b"x")
    raws, failures = load_folder(tmp_path)
    assert [r.file for r in raws] == ["9.txt", "10.txt", "下级/1.txt"]
    assert {f.file for f in failures} == {"坏.pdf", "表.xlsx"}


def test_one_file_may_stand_for_the_corpus(tmp_path):
    raws, failures = load_folder(write(tmp_path, "a.txt", WORDS.encode()))
    assert [r.file for r in raws] == ["a.txt"] and not failures


def test_every_cut_of_a_pdf_is_read_or_refused(tmp_path):
    whole = next(SAMPLE.glob("*.pdf")).read_bytes()
    for size in range(100, len(whole), len(whole) // 12):
        path = write(tmp_path, "cut.pdf", whole[:size])
        try:
            assert load_file(path, "cut.pdf").lines
        except UnreadableFile as failure:
            assert "PDF" in failure.reason


def test_radical_forms_become_characters():
    assert unified("⼯业⺠⽣⻓江⻔⼾⸺目标") == "工业民生长江门户——目标"


def test_markdown_markup_is_out_and_cells_are_set_apart(tmp_path):
    path = write(
        tmp_path, "a.md", "# 办法\n**第一条** 见[附件](a.md)。\n|序号|单位|\n|---|---|\n|1|市财政局|\n".encode()
    )
    lines = load_file(path, "a.md").lines
    assert [line.text for line in lines] == ["办法", "第一条 见附件。", "序号\t单位", "", "1\t市财政局"]
    assert [line.level for line in lines] == [1, None, None, None, None]


def test_the_digest_is_of_the_bytes(tmp_path):
    first = load_file(write(tmp_path, "a.txt", WORDS.encode()), "a.txt").digest
    shutil.copy(tmp_path / "a.txt", tmp_path / "b.txt")
    assert load_file(tmp_path / "b.txt", "b.txt").digest == first


def test_markdown_as_it_is_written_by_hand_leaves_no_marks():
    rows = (
        "松岭州招商办法", "====", "土地政策", "---", "1. 项目 **1亿元以上** 的，按`70%`收取*（含税）*；", "2. 价为5*3*2元\\*。",
        "> 说明&nbsp;一<br>二", "~~旧~~", "| 类 | 额 |", "|---|---|", "| 甲<br>乙 | `5`元 |", "一段话，不是标题。", "---",
    )  # fmt: skip
    found = [(line.text, line.level) for line in READERS[".md"]("\n".join(rows).encode()).lines if line.text.strip()]
    assert found == [
        ("松岭州招商办法", 1),
        ("土地政策", 2),
        ("1. 项目 1亿元以上 的，按70%收取（含税）；", None),
        ("2. 价为5*3*2元*。", None),
        ("说明\xa0一", None),
        ("二", None),
        ("旧", None),
        ("类\t额", None),
        ("甲 乙\t5元", None),
        ("一段话，不是标题。", None),
    ]


def test_a_container_with_nothing_in_it_is_named(tmp_path):
    mail = tmp_path / "空.eml"
    mail.write_bytes(b"MIME-Version: 1.0\nContent-Type: application/octet-stream\n\n")
    raws, failures = load_files(mail, "空.eml")
    assert not raws and [failure.file for failure in failures] == ["空.eml"]
