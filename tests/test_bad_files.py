"""One file that cannot be read or parsed, for whatever reason, is named and skipped; the others are indexed."""

import io
import json
import os
import socket
import subprocess
import sys
import time
import zipfile

import pytest
from conftest import ROOT, FakeEncoder, built, quiet
from odd_worker import ERRORS

from index import load
from index.build import build
from index.errors import CorpusError, UnreadableFile
from index.limits import Limits
from index.load import load_file, pool
from index.load.listing import listed
from index.store import Store

TEXT = "云泽州渡口管理办法\n第一条　为加强渡口管理，制定本办法。\n第二条　渡口应当设置标志。\n"


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name in ("a.txt", "b.md", "c.txt"):
        (folder / name).write_text(TEXT, encoding="utf-8")
    return folder


@pytest.fixture
def odd(monkeypatch, corpus):
    """Writes a file that says what becomes of its reader."""
    monkeypatch.setitem(load.READERS, ".odd", None)  # read in the child only
    monkeypatch.setattr(pool, "CHILD", (str(ROOT / "tests" / "odd_worker.py"),))

    def write(name, what):
        (corpus / name).write_text(f"{what}\n{TEXT}", encoding="utf-8")

    return write


def built_within(corpus, root, **limits):
    encoder = FakeEncoder()
    return build([corpus], root, lambda: encoder, rebuild=False, progress=quiet, limits=Limits(**limits))


def test_readers_that_meet_anything_cost_their_own_files_only(corpus, tmp_path, odd):
    for what in (*ERRORS, "surrogate"):
        odd(f"{what}.odd", what)
    summary = built(corpus, tmp_path / "i")
    assert summary.documents == 3 and set(summary.skipped) == {f"{what}.odd" for what in (*ERRORS, "surrogate")}
    for what, error in ERRORS.items():
        assert summary.skipped[f"{what}.odd"] == f"ODD 已损坏或不完整（{type(error).__name__}）"
    assert summary.skipped["surrogate.odd"] == "ODD 已损坏或不完整（UnicodeEncodeError）"
    assert built(corpus, tmp_path / "i").changed is False
    (corpus / "a.txt").write_text(TEXT + "第三条　渡口每年检查一次。\n", encoding="utf-8")
    assert len(built(corpus, tmp_path / "i").skipped) == len(ERRORS) + 1


def test_readers_that_hang_die_or_eat_memory_cost_their_own_files_only(corpus, tmp_path, odd):
    for what in ("spin", "sleep", "eat", "die", "exit", "print", "slow"):
        odd(f"{what}.odd", what)
    began = time.monotonic()
    summary = built_within(corpus, tmp_path / "i", seconds=6.0, memory=400)
    assert summary.documents == 5  # what prints, and what is slow but gives signs of life, are read
    assert set(summary.skipped) == {"spin.odd", "sleep.odd", "eat.odd", "die.odd", "exit.odd"}
    assert all("6 秒内没有读完" in summary.skipped[f"{what}.odd"] for what in ("spin", "sleep"))
    assert "TIAOWEN_FILE_SECONDS" in summary.skipped["spin.odd"] and "超过 400 MiB" in summary.skipped["eat.odd"]
    assert all("读取程序中途退出" in summary.skipped[f"{what}.odd"] for what in ("die", "exit"))
    files = [document.file for document in Store.open(tmp_path / "i").documents.values()]
    assert files == ["a.txt", "b.md", "c.txt", "print.odd", "slow.odd"]
    took = time.monotonic() - began
    began = time.monotonic()
    assert built_within(corpus, tmp_path / "i", seconds=6.0, memory=400).changed is False
    assert time.monotonic() - began < took / 2 + 1  # what went over a limit is not tried again under the same one
    assert built_within(corpus, tmp_path / "i", seconds=6.5, memory=400).skipped["spin.odd"].startswith("6.5 秒")


def test_a_file_over_the_size_allowed_is_named_and_never_opened(corpus, tmp_path):
    with (corpus / "大.txt").open("wb") as out:
        out.truncate(3 << 20)
    summary = built_within(corpus, tmp_path / "i", size=2)
    assert summary.documents == 3 and "文件有 3 MiB，超过上限 2 MiB" in summary.skipped["大.txt"]


def test_pipes_sockets_and_links_are_named_and_never_waited_for(corpus, tmp_path):
    os.mkfifo(corpus / "管道.txt")
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(corpus / "s.txt"))
        (corpus / "断.txt").symlink_to(corpus / "无")
        (corpus / "圈").symlink_to(corpus)
        summary = built(corpus, tmp_path / "i")
    assert summary.documents == 3
    assert "管道" in summary.skipped["管道.txt"] and "套接字" in summary.skipped["s.txt"]
    assert "不存在" in summary.skipped["断.txt"] and "链接" in summary.skipped["圈"]
    with pytest.raises(CorpusError, match="不是普通文件（管道）"):
        built(corpus / "管道.txt", tmp_path / "j")
    with pytest.raises(UnreadableFile, match="不是普通文件"):
        load_file(corpus / "管道.txt", "管道.txt")


def test_a_folder_that_cannot_be_read_is_named(corpus, tmp_path, monkeypatch):
    (corpus / "锁").mkdir()
    (corpus / "锁" / "d.txt").write_text(TEXT, encoding="utf-8")
    real = os.scandir

    def scandir(path):
        if str(path).endswith("锁"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    summary = built(corpus, tmp_path / "i")
    assert summary.documents == 3 and "文件夹无法打开" in summary.skipped["锁"]


def test_office_locks_and_hidden_files_are_passed_over_and_odd_figures_sort(tmp_path):
    for name in ("~$a.docx", ".b.txt", "²1.txt", "10.txt", "9.txt"):
        (tmp_path / name).write_text("x")
    found, failures = listed(tmp_path)
    assert [each.name for each in found][:2] == ["9.txt", "10.txt"] and len(found) == 3 and not failures


@pytest.mark.parametrize("bad", [b"%PDF-1.7\nnothing", b"PK\3\4 nothing"])
def test_one_bad_file_named_alone_is_refused_with_its_reason(tmp_path, bad):
    path = tmp_path / "坏.docx"
    path.write_bytes(bad)
    with pytest.raises(CorpusError, match="没有可读的文件.*坏.docx：(?:DOCX|PDF) 已损坏"):
        built(path, tmp_path / "i")


def test_an_upload_is_read_under_the_same_limits(corpus, odd):
    odd("好.odd", "gaps")
    odd("坏.odd", "spin")
    limits = Limits(seconds=5.0)
    raw = pool.lines(corpus / "好.odd", "好.odd", limits)
    assert raw.lines[1].text.startswith("第一条") and raw.gaps == ("第 2 页没有文字层，未收录",)
    with pytest.raises(UnreadableFile, match="坏.odd：5 秒内没有读完"):
        pool.lines(corpus / "坏.odd", "坏.odd", limits)
    odd("半.odd", "surrogate")
    with pytest.raises(UnreadableFile, match="半.odd：ODD 已损坏"):
        pool.lines(corpus / "半.odd", "半.odd", limits)


def test_stopping_a_build_stops_its_readers_and_keeps_the_old_index(corpus, tmp_path, odd):
    built(corpus, tmp_path / "i")
    before = Store.open(tmp_path / "i").manifest
    odd("d.odd", "sleep")

    def stop(stage, done, total):
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        build([corpus], tmp_path / "i", FakeEncoder, rebuild=False, progress=stop)
    assert Store.open(tmp_path / "i").manifest == before and time.monotonic() - began < 30


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
    with pytest.raises(UnreadableFile, match="^a.docx：DOCX (?:已损坏或不完整|有密码保护)"):
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
        [os.fsencode(sys.executable), b"-m", b"index", folder],
        cwd=ROOT,
        capture_output=True,
        env=os.environ | {"TIAOWEN_INDEX": str(tmp_path / "i")},
    )
    told = done.stderr.decode("utf-8").strip()
    assert done.returncode == 2 and "没有可读的文件" in told and "Traceback" not in told and len(told.splitlines()) == 1
