"""Hundreds of spoilt files in one folder: each is read or named, none stops the build."""

import io
import random

import docx
import pytest
from conftest import SAMPLE, FakeEncoder, quiet
from mutated import mutants

from index.build import build
from index.limits import Limits
from index.store import Store

EACH = 85  # of each format


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


def originals():
    """Suffix → a sound file."""
    found = {path.suffix: path.read_bytes() for path in sorted(SAMPLE.iterdir())}
    return found | {".docx": made_docx()}


@pytest.mark.slow
def test_of_hundreds_of_spoilt_files_each_is_read_or_named(tmp_path):
    rng = random.Random(18)
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
    assert len(names) >= 300 and "好.txt" in read
    assert read | set(summary.skipped) == names | {"好.txt"} and not read & set(summary.skipped)
    assert all(why and "\n" not in why for why in summary.skipped.values())
    assert not [why for why in summary.skipped.values() if "秒内没有读完" in why or "中途退出" in why]
