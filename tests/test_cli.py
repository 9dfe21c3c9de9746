"""The commands as a user runs them: JSON on stdout, one Chinese line and exit 2 on bad input, never a traceback."""

import json
import os
import subprocess
import sys
from importlib import import_module

import pytest
from conftest import ROOT, SAMPLE, needs_models

from index import cli

pytestmark = needs_models


def run(*args, var, **env):
    """Run a module; (exit code, stdout, stderr)."""
    environment = os.environ | {"TIAOWEN_INDEX": str(var / "index"), "TIAOWEN_CHAT_MODEL": "", **env}
    done = subprocess.run(
        [sys.executable, "-m", *args], cwd=ROOT, capture_output=True, text=True, env=environment, timeout=300
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def inside(var, monkeypatch, capsys):
    """The same within this process, as `python -m` does it: seconds of starting an interpreter are saved."""

    def call(module, *args, **env):
        for name, value in {"TIAOWEN_INDEX": str(var / "index"), "TIAOWEN_CHAT_MODEL": "", **env}.items():
            monkeypatch.setenv(name, value)
        app = import_module(f"{module}.__main__").app
        with pytest.raises(SystemExit) as left:
            cli.run(lambda: app(list(args), standalone_mode=False))
        return left.value.code, *capsys.readouterr()

    return call


@pytest.fixture(scope="module")
def var(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    code, out, err = run("index", str(SAMPLE), var=folder)
    assert code == 0, err
    assert "7 份文件" in out
    return folder


def test_docs_and_clauses_need_no_model_and_keep_the_contract(var):
    code, out, _ = run("rag", "docs", "--json", var=var, TIAOWEN_EMBEDDER="/nowhere")
    entries = json.loads(out)
    assert code == 0 and len(entries) == 7
    assert {
        "document",
        "doc_no",
        "issuers",
        "issued_on",
        "level",
        "kind",
        "period",
        "status",
        "clauses",
        "source",
    } <= set(entries[0])
    code, out, _ = run("rag", "clauses", "--document", "岚江省港口条例", "--json", var=var)
    clauses = json.loads(out)
    assert {"clause_id", "document", "doc_no", "path", "kind", "text", "responsible", "status", "source"} <= set(
        clauses[0]
    )
    assert any(c["text"].startswith("第七条") and c["path"][-1] == "第二章 经营与安全" for c in clauses)


def test_search_ask_and_related_answer_in_json(var):
    code, out, _ = run("rag", "search", "危险货物作业要提前多久报告", "-k", "3", "--json", var=var)
    found = json.loads(out)
    assert code == 0 and len(found["hits"]) == 3 and any("二十四小时" in h["text"] for h in found["hits"])
    code, out, _ = run("rag", "ask", "青白新区总面积是多少平方公里？", "--json", var=var)
    assert code == 0 and "186" in json.loads(out)["answer"]
    paste = var / "paste.txt"
    paste.write_text("鼓励港口经营人使用岸电等清洁能源。", encoding="utf-8")
    code, out, _ = run("rag", "related", "--file", str(paste), "--json", var=var)
    assert code == 0 and json.loads(out)["hits"][0]["relation"] == "原文"
    code, out, _ = run("rag", "related", "--file", str(paste), "--document", "青白新区", "--json", var=var)
    assert code == 0 and {h["document"] for h in json.loads(out)["hits"]} == {
        "岚江省人民政府关于同意设立青白新区的批复"
    }


def test_batch_resumes_and_loads_once(var):
    source, target = var / "in.jsonl", var / "out.jsonl"
    source.write_text(
        "".join(
            json.dumps({"id": i, "question": q}, ensure_ascii=False) + "\n"
            for i, q in enumerate(["港口规划", "", "人才公寓租金"])
        ),
        encoding="utf-8",
    )
    assert run("rag", "batch", "search", str(source), str(target), var=var)[0] == 0
    rows = [json.loads(row) for row in target.read_text(encoding="utf-8").splitlines()]
    assert [r["id"] for r in rows] == [0, 1, 2] and "error" in rows[1] and rows[2]["hits"]
    target.write_text(json.dumps(rows[0], ensure_ascii=False) + "\n" + '{"id": 1, "hal', encoding="utf-8")
    assert run("rag", "batch", "search", str(source), str(target), var=var)[0] == 0
    assert [json.loads(row)["id"] for row in target.read_text(encoding="utf-8").splitlines()] == [0, 1, 2]


def test_batch_lines_carry_filters_and_bad_ones_are_named(var, inside):
    source, target = var / "in.jsonl", var / "filtered.jsonl"

    def of(filters):
        source.write_text(
            json.dumps({"id": 1, "question": "总面积", "filters": filters}, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        target.unlink(missing_ok=True)
        return inside("rag", "batch", "search", str(source), str(target))

    assert of({"document": "青白新区"})[0] == 0
    assert {h["document"] for h in json.loads(target.read_text(encoding="utf-8"))["hits"]} == {
        "岚江省人民政府关于同意设立青白新区的批复"
    }
    for bad in ({"author": "某"}, {"year": "2022"}, {"level": 3}, "省市"):
        code, _, err = of(bad)
        assert code == 2 and "第 1 行" in err and "issuer" in err


@pytest.mark.parametrize(
    ("args", "env", "word"),
    [
        (["rag", "search", ""], {}, "请输入问题"),
        (["rag", "ask", "长" * 20_000], {}, "过长"),
        (["rag", "search", "港口", "-k", "0"], {}, "k"),
        (["rag", "search"], {}, "命令有误"),
        (["rag", "clauses", "--document", "没有这份文件"], {}, "没有题名"),
        (["rag", "related"], {}, "二者取一"),
        (["rag", "related", "--file", "/no/such/file"], {}, "找不到文件"),
        (["rag", "batch", "sing", "a", "b"], {}, "batch 只做"),
        (["rag", "batch", "ask", "/no/such.jsonl", "out.jsonl"], {}, "无法读取"),
        (["rag", "docs"], {"TIAOWEN_INDEX": "/tmp/no-such-index-at-all"}, "python -m index"),
        (["rag", "search", "港口"], {"TIAOWEN_EMBEDDER": "/no/such/model"}, "模型"),
        (["rag", "docs"], {"TIAOWEN_PORT": "abc"}, "port"),
        (["rag", "ask", "岚城至湾城城际铁路全长多少公里？"], {"TIAOWEN_CHAT_MODEL": "/no/such/model.gguf"}, "对话模型"),
        (["index", "/no/such/corpus"], {}, "找不到语料"),
    ],
)
def test_bad_input_is_one_chinese_line_and_exit_2(inside, args, env, word):
    code, out, err = inside(*args, **env)
    if "--file" not in args and env.get("TIAOWEN_CHAT_MODEL"):
        assert code == 0 and word in out  # a missing chat model costs the reply, not the answer
        return
    assert code == 2, (out, err)
    assert word in err and "Traceback" not in err and len(err.strip().splitlines()) == 1


def test_a_process_ends_with_the_same_line_and_code(var):
    code, out, err = run("rag", "search", "", var=var)
    assert (code, out) == (2, "") and "请输入问题" in err and len(err.strip().splitlines()) == 1


def test_an_index_of_another_model_is_refused_with_the_command_that_rebuilds(var, tmp_path):
    import shutil

    from index.settings import Settings

    other = tmp_path / "other-model"
    shutil.copytree(Settings().models_dir / "multilingual-e5-small", other)
    (other / "note.txt").write_text("another", encoding="utf-8")
    code, _, err = run("rag", "search", "港口", var=var, TIAOWEN_EMBEDDER=str(other))
    assert code == 2 and "python -m index" in err
