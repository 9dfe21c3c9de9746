"""Hundreds of spoilt files in one folder: each is read or named, none stops the build."""

import io
import os
import random
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest
from conftest import SAMPLE, FakeEncoder, quiet
from mutated import mutants

from eval.bench import pages, written
from eval.bench.documents import TABLE, long
from index.build import build
from index.errors import UnreadableFile
from index.limits import Limits
from index.load import load_file
from index.store import Store

# MUTATED_EACH=65 MUTATED_SEED=7 pytest tests/test_mutated.py: a longer run over other files.
EACH = int(os.environ.get("MUTATED_EACH", 22))  # of each format
SEED = int(os.environ.get("MUTATED_SEED", 18))
DATA = Path(__file__).parent / "data"
BLOCKS = long(10, 4)
PARTS = {".html": written.html, ".mht": written.mht, ".odt": written.odt, ".rtf": written.rtf, ".ofd": written.ofd}


def made_docx():
    document = docx.Document()
    document.add_heading("云泽州渡口管理办法", 1)
    for number in range(1, 9):
        document.add_paragraph(f"第{number}条　渡口应当设置标志，每年检查{number}次。", style="List Number")
    table = document.add_table(rows=3, cols=3)
    for row in table.rows:
        for place, cell in enumerate(row.cells):
            cell.text = f"第{place}列"
    document.save(out := io.BytesIO())
    return out.getvalue()


def mail():
    message = EmailMessage()
    message["Subject"] = "渡口管理办法"
    message.set_content("办法见附件。")
    message.add_attachment(made_docx(), maintype="application", subtype="octet-stream", filename="办法.docx")
    return message.as_bytes()


def originals():
    """Suffix → a sound file."""
    found = {path.suffix: path.read_bytes() for path in sorted(SAMPLE.iterdir())} | {".docx": made_docx()}
    found |= {suffix: write(BLOCKS) for suffix, write in PARTS.items()}
    found |= {".xlsx": written.sheet(TABLE * 5), ".csv": written.comma_separated(TABLE * 5), ".eml": mail()}
    found |= {path.suffix: path.read_bytes() for path in DATA.glob("ferry.*")}
    return found | {".zip": written.zipped({"甲/办法.odt": written.odt(BLOCKS), "乙.txt": written.txt(BLOCKS)})}


@pytest.mark.slow
def test_of_hundreds_of_spoilt_files_each_is_read_or_named(tmp_path):
    rng = random.Random(SEED)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    names = set()
    for suffix, data in originals().items():
        for number, spoilt in enumerate(mutants(data, EACH, rng)):
            names.add(name := f"{number}{suffix}")
            (corpus / name).write_bytes(spoilt)
    (corpus / "好.txt").write_text("云泽州渡口管理办法\n第一条　为加强渡口管理，制定本办法。\n", encoding="utf-8")
    encoder = FakeEncoder()
    summary = build([corpus], tmp_path / "i", lambda: encoder, rebuild=False, progress=quiet, limits=Limits(seconds=20))
    store = Store.open(tmp_path / "i")
    read = {document.file for document in store.documents.values()}
    whole = {name.split("/")[0] for name in (*read, *summary.skipped)}  # parts of a container are named below it
    assert len(names) >= 300 and "好.txt" in read
    assert whole == names | {"好.txt"} and not read & set(summary.skipped)
    assert all(why and "\n" not in why for why in summary.skipped.values())
    assert not [why for why in summary.skipped.values() if "秒内没有读完" in why or "中途退出" in why]


@pytest.mark.parametrize("suffix", [*PARTS, ".docx", ".pdf", ".xlsx", ".doc", ".xls"])
def test_a_file_that_was_cut_off_is_whole_or_refused_or_says_so(suffix, tmp_path):
    rng = random.Random(SEED)
    data = pages.pdf(BLOCKS) if suffix == ".pdf" else originals()[suffix]
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    whole = [line.text for line in load_file(path, path.name).lines]
    for _ in range(15):
        path.write_bytes(data[: rng.randrange(len(data))])
        try:
            found = load_file(path, path.name)
        except UnreadableFile:
            continue
        assert found.gaps or [line.text for line in found.lines] == whole
