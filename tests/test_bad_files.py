"""One file that cannot be read or parsed, for whatever reason, is named and skipped; the others are indexed."""

import io
import json
import os
import subprocess
import sys
import zipfile
import zlib

import pytest
from conftest import ROOT, built

from index import load
from index import parse as parser
from index.errors import CorpusError, OutOfMemory, UnreadableFile
from index.load import load_file
from index.schema import Line, Reading
from index.store import Store

TEXT = "云泽州渡口管理办法\n第一条　为加强渡口管理，制定本办法。\n第二条　渡口应当设置标志。\n"
ODD = (
    zlib.error("bad data"), RuntimeError("encrypted"), NotImplementedError("compression type 99"), RecursionError("deep"),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"), AttributeError("x"), ValueError("invalid literal"),
    KeyError("x"), AssertionError(), OSError(5, "Input/output error"),
)  # fmt: skip
names = pytest.mark.parametrize("error", ODD, ids=lambda error: type(error).__name__)


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name in ("a.txt", "b.md", "c.txt"):
        (folder / name).write_text(TEXT, encoding="utf-8")
    return folder


def raising(error):
    def stopped(*_):
        raise error

    return stopped


def parsing_all_but(name, error):
    """The parser, which fails on the file of this name."""

    def parse(raw):
        if raw.file == name:
            raise error
        return parser.parse(raw)

    return parse


@names
def test_a_reader_that_meets_anything_costs_its_own_file_only(corpus, tmp_path, monkeypatch, error):
    monkeypatch.setitem(load.READERS, ".md", raising(error))
    summary = built(corpus, tmp_path / "i")
    assert summary.documents == 2 and list(summary.skipped) == ["b.md"]
    assert type(error).__name__ in summary.skipped["b.md"] and "已损坏或不完整" in summary.skipped["b.md"]
    assert built(corpus, tmp_path / "i").changed is False


@names
def test_a_parser_that_meets_anything_costs_its_own_file_only_and_an_unchanged_corpus_is_left_alone(
    corpus, tmp_path, monkeypatch, error
):
    monkeypatch.setattr("index.build.parse", parsing_all_but("b.md", error))
    for changed in (True, False):
        summary = built(corpus, tmp_path / "i")
        assert (summary.documents, summary.changed) == (2, changed)
        assert summary.skipped == {"b.md": f"无法解析（{type(error).__name__}）"}
    (corpus / "a.txt").write_text(TEXT + "第三条　渡口每年检查一次。\n", encoding="utf-8")
    assert list(built(corpus, tmp_path / "i").skipped) == ["b.md"]


def test_half_a_character_costs_its_own_file_only(corpus, tmp_path, monkeypatch):
    monkeypatch.setitem(load.READERS, ".md", lambda data: Reading([Line("第一条　渡\ud800口。", 1)]))
    summary = built(corpus, tmp_path / "i")
    assert summary.documents == 2 and "无法解析" in summary.skipped["b.md"]


@pytest.mark.parametrize("bad", [b"%PDF-1.7\nnothing", b"PK\3\4 nothing"])
def test_one_bad_file_named_alone_is_refused_with_its_reason(tmp_path, bad):
    path = tmp_path / "坏.docx"
    path.write_bytes(bad)
    with pytest.raises(CorpusError, match="没有可读的文件.*坏.docx：(?:DOCX|PDF) 已损坏"):
        built(path, tmp_path / "i")


def test_one_file_that_cannot_be_parsed_is_refused_with_its_reason(corpus, tmp_path, monkeypatch):
    monkeypatch.setattr("index.build.parse", raising(RecursionError()))
    with pytest.raises(CorpusError, match="没有解析出任何条款.*a.txt：无法解析"):
        built(corpus / "a.txt", tmp_path / "i")


@pytest.mark.parametrize("stage", ["read", "parse"])
def test_stopping_and_running_out_of_memory_stop_the_build_and_keep_the_old_index(corpus, tmp_path, monkeypatch, stage):
    built(corpus, tmp_path / "i")
    before = Store.open(tmp_path / "i").manifest
    (corpus / "d.md").write_text(TEXT, encoding="utf-8")
    for raised, met in ((KeyboardInterrupt(), KeyboardInterrupt), (MemoryError(), OutOfMemory)):
        if stage == "read":
            monkeypatch.setitem(load.READERS, ".md", raising(raised))
        else:
            monkeypatch.setattr("index.build.parse", raising(raised))
        with pytest.raises(met) as caught:
            built(corpus, tmp_path / "i")
        assert met is KeyboardInterrupt or "内存不足" in str(caught.value) and (".md" in str(caught.value) or stage == "parse")
    assert Store.open(tmp_path / "i").manifest == before


def damaged(docx, how):
    """A sound docx whose packed text is spoilt: its stream, its lock or its method of packing."""
    data = bytearray(docx)
    with zipfile.ZipFile(io.BytesIO(docx)) as packed:
        part = packed.getinfo("word/document.xml")
    central = data.rfind(b"PK\1\2", 0, data.rfind(b"word/document.xml"))
    begin = part.header_offset + 30 + len(part.filename)
    if how == "stream":
        data[begin + 40 : begin + 60] = b"\xff" * 20
    for header, flags, method in ((part.header_offset, 6, 8), (central, 8, 10)):
        if how == "locked":
            data[header + flags] |= 1
        elif how == "method":
            data[header + method : header + method + 2] = (77).to_bytes(2, "little")
    return bytes(data)


@pytest.mark.parametrize("how", ["stream", "locked", "method"])
def test_a_docx_with_a_spoilt_stream_is_named(tmp_path, how):
    import docx

    document = docx.Document()
    for row in TEXT.split("\n") * 30:
        document.add_paragraph(row)
    document.save(buffer := io.BytesIO())
    path = tmp_path / "a.docx"
    path.write_bytes(buffer.getvalue())
    assert load_file(path, "a.docx").lines
    path.write_bytes(damaged(buffer.getvalue(), how))
    with pytest.raises(UnreadableFile, match="^a.docx：DOCX 已损坏或不完整"):
        load_file(path, "a.docx")


ODD_NAME = "渡口.txt".encode("gb18030")


def odd_name(folder):
    path = os.path.join(os.fsencode(folder), ODD_NAME)
    with open(path, "wb") as out:
        out.write(TEXT.encode())
    return path


def test_a_file_whose_name_is_no_utf8_is_indexed_under_a_name_that_can_be_shown(corpus, tmp_path):
    odd_name(corpus)
    with open(os.path.join(os.fsencode(corpus), "坏".encode("gb18030") + b".pdf"), "wb") as out:
        out.write(b"%PDF")
    summary = built(corpus, tmp_path / "i")
    store = Store.open(tmp_path / "i")
    files = [document.file for document in store.documents.values()]
    assert summary.documents == 4 and len(set(files)) == 4
    shown = "".join([*files, *summary.skipped, *summary.skipped.values()])
    assert "\\xb6" in shown and ".pdf" in shown and shown.encode("utf-8")
    assert json.dumps(store.manifest.sources, ensure_ascii=False).encode("utf-8")


def test_the_command_takes_a_folder_whose_name_is_no_utf8(tmp_path):
    """Printed, stored and refused in one line, as any other."""
    folder = os.path.join(os.fsencode(tmp_path), "渡口".encode("gb18030"))
    os.mkdir(folder)
    done = subprocess.run(
        [os.fsencode(sys.executable), b"-m", b"index", folder], cwd=ROOT, capture_output=True,
        env=os.environ | {"TIAOWEN_INDEX": str(tmp_path / "i")},
    )  # fmt: skip
    told = done.stderr.decode("utf-8").strip()
    assert done.returncode == 2 and "没有可读的文件" in told and "Traceback" not in told and len(told.splitlines()) == 1
