"""python -m index check, report, add and remove, as a user runs them; and gaps wherever a document is shown."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import pytest
from conftest import ROOT, built

from index.schema import Line, RawText
from index.take import take
from page import catalogue, html, reader
from rag.contract import document_json
from rag.schema import Status

TEXT = "云泽州渡口管理办法\n第一条　为加强渡口管理，制定本办法。\n第三条　渡口应当设置标志。\n"


def run(*args, **env):
    done = subprocess.run(
        [sys.executable, "-m", "index", *map(str, args)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | env,
        timeout=300,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "渡口.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path / "corpus"


def test_check_tells_how_a_file_would_be_read(corpus, tmp_path):
    code, out, err = run("check", corpus / "渡口.txt")
    assert code == 0 and not err and "《云泽州渡口管理办法》" in out and "条款 2 条" in out and "不连续" in out
    code, out, _ = run("check", corpus / "渡口.txt", "--json")
    assert json.loads(out)["files"][0]["taken"][0]["document"]["title"] == "云泽州渡口管理办法"
    (tmp_path / "坏.pdf").write_bytes(b"%PDF")
    code, out, err = run("check", tmp_path / "坏.pdf")
    assert code == 2 and "无法收录 坏.pdf：PDF 已损坏" in err and "Traceback" not in err
    code, _, err = run("check", tmp_path / "没有.pdf")
    assert code == 2 and len(err.strip().splitlines()) == 1


def test_report_prints_the_last_build_and_remove_refuses_what_it_does_not_know(corpus, tmp_path):
    built(corpus, tmp_path / "i")
    env = {"TIAOWEN_INDEX": str(tmp_path / "i"), "TIAOWEN_CORPUS": str(corpus)}
    code, out, _ = run("report", **env)
    assert code == 0 and "1 个文件" in out and "请与原件核对（1）" in out
    code, out, _ = run("report", "--json", **env)
    assert json.loads(out)["totals"]["clauses"] == 2
    code, _, err = run("remove", "没有的文件", **env)
    assert code == 2 and "没有叫“没有的文件”的文件" in err and (corpus / "渡口.txt").exists()


def test_gaps_belong_to_the_documents_on_their_pages():
    def page(number, *rows):
        return [Line(row, place, number) for place, row in enumerate(rows, 1)]

    first = page(
        1, "云泽州人民政府关于印发渡口管理办法的通知", "云泽政发〔2023〕5号", "各县人民政府：", "　　现印发给你们。"
    )
    second = page(4, "云泽州人民政府关于公布渡口名录的通知", "云泽政发〔2023〕6号", "各县人民政府：", "　　现予公布。")
    gaps = ("第 2 页没有文字层，未收录", "第 6 页没有文字层，未收录", "附件未收录")
    found = take(RawText("a.pdf", (*first, *second), "0", gaps))
    assert [each.document.gaps for each in found.taken] == [(gaps[0], gaps[2]), (gaps[1], gaps[2])] and found.pages == 4


def test_gaps_are_shown_wherever_a_document_is(corpus):
    found = take(
        RawText(
            "a.txt", tuple(Line(row, n) for n, row in enumerate(TEXT.split("\n"), 1)), "0", ("第 2 页没有<文字层>",)
        )
    )
    document, (clause, *_) = found.taken[0].document, found.taken[0].clauses
    status = Status("unknown", "原文未写明", None)
    assert document_json(document, status, 2)["gaps"] == ["第 2 页没有<文字层>"]
    for shown in (
        html.card(clause, document, status, [], "", titled=True),
        catalogue.listed([catalogue.Entry(document, status, 2)], 1),
        reader.document(document, [clause], reader.Reading(status)),
    ):
        assert "第 2 页没有&lt;文字层&gt;" in shown
    assert "没有" not in html.gaps(replace(document, gaps=()))
