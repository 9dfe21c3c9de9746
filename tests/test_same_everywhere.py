"""The same document in every format gives the same clauses at the same addresses."""

from __future__ import annotations

import re

import pytest
from conftest import SAMPLE

from eval.bench import written
from eval.bench.documents import INVENTED, TABLE, of_file
from eval.bench.formats import WRITERS, agreement, clauses
from index.load import READERS

TEXTUAL = [name for name in WRITERS if name not in ("txt", "scan")]


@pytest.fixture(scope="module")
def documents():
    return [*INVENTED, *(of_file(next(SAMPLE.glob(f"*{name}*")))[0] for name in ("条例", "人才公寓", "批复"))]


@pytest.mark.parametrize("name", TEXTUAL)
def test_clauses_and_addresses_are_those_of_the_plain_text(name, documents):
    found = agreement(name, documents)
    assert found.documents == found.heads == 10 and found.share >= 0.995


def test_a_scan_of_a_printed_page_has_its_characters(documents):
    found = agreement("scan", documents[4:5])
    assert found.heads == 1 and found.characters >= 0.97


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


@pytest.mark.parametrize("name", TEXTUAL)
def test_headings_travel_as_levels_and_no_marks_of_markup_are_in_a_line(name):
    lines = READERS[f".{name}"](WRITERS[name](INVENTED[0])).lines
    assert not any(re.search(r"^\s*#|\*\*|__|^\s*\||<[a-z/]|&\w+;|\\[a-z]", line.text) for line in lines)
    if name not in ("pdf", "ofd"):  # whose pages only show what a heading is
        assert [line.level is not None for line in lines if line.text.startswith("第一章")] == [True]
