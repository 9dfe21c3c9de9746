"""Finding in 文件: titles, every spelling of a 文号, and words anywhere."""

import random
import time

import pytest
from conftest import built

from index.store import Store
from rag.finding import find, folded, spans, words
from rag.topics import OTHER, names, topics

TEXTS = {
    "农田": "海州市农田建设管理办法\n海府发〔2023〕9号\n第一章 总则\n第一条 农田灌溉设施面积不少于 262 公顷。\n"
    "第二条 本办法自发布之日起施行。\n",
    "渔港": "海州市渔港管理办法\n海府发〔2023〕19号\n第一条 渔港水域面积由港务所核定。\n第二条 参照海府发〔2023〕9号执行。\n",
    "旧渔港": "海州市渔船管理办法\n海府发〔2021〕9号\n第一条 渔船检验按年进行。\n",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finding")
    for name, text in TEXTS.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    built(folder, folder.with_name("finding-index"))
    return Store.open(folder.with_name("finding-index"))


def named(store, query):
    return [found.document.title for found in find(store, query) if found.named]


@pytest.mark.parametrize(
    "query",
    [
        "海府发〔2023〕9号", "海府发[2023]9号", "海府发（2023）9号", "海府发(2023) 9号", "海府发 〔2023〕 9 号", "海府发【2023】第9号",
        "海府发2023 9号", "2023 9号", "〔2023〕9号", "2023〕9", "海府发〔２０２３〕９号",
    ],
)  # fmt: skip
def test_every_spelling_of_a_number_finds_its_document_alone(store, query):
    assert named(store, query) == ["海州市农田建设管理办法"]


def test_half_a_number_finds_all_that_share_it(store):
    assert len(named(store, "海府发〔2023〕")) == 2 and len(named(store, "海府发")) == 3
    assert named(store, "海府发〔2022〕9号") == []


def test_two_words_both_count_wherever_each_of_them_stands(store):
    assert [f.document.title for f in find(store, "农田 面积")] == ["海州市农田建设管理办法"]
    (found,) = find(store, "渔港 面积")
    assert not found.named and [clause.text[:3] for clause in found.passages] == ["第一条"]
    assert named(store, "渔港 管理") == ["海州市渔港管理办法"]
    assert [f.passages[0].text[:3] for f in find(store, "渔船管理办法 检验按年")] == ["第一条"]
    assert find(store, "农田 渔船") == [] and find(store, "  ") == []


def test_a_word_broken_by_blanks_or_of_one_letter_or_a_figure_is_found(store):
    assert len(find(store, "262公顷")) == 1 and len(find(store, "262")) == 1
    assert len(find(store, "船")) == 1


def test_what_may_not_be_found_is_not(store):
    (farm,) = [doc_id for doc_id, document in store.documents.items() if "农田" in document.title]
    assert [found.document.doc_id for found in find(store, "面积", [farm])] == [farm]


def test_places_are_those_of_the_printed_text():
    text = "总面积 262 平\n方公里，渔港ＡＢ面积"
    assert [text[a:b] for a, b in spans(text, words("262平方公里"))] == ["262 平\n方公里"]
    assert [text[a:b] for a, b in spans(text, words("ab 面积"))] == ["面积", "ＡＢ面积"]
    assert spans(text, ()) == () and folded("（Ａ）") == "〔a〕"


def test_a_search_of_many_clauses_takes_less_than_a_third_of_a_second(tmp_path):
    letters = random.Random(1)
    alphabet = [chr(c) for c in range(0x4E00, 0x4E00 + 900)]
    for number in range(20):
        rows = [f"第{n}条 {''.join(letters.choices(alphabet, k=200))}渔港面积。" for n in range(1, 60)]
        (tmp_path / f"{number}.txt").write_text(f"海州市第{number}项办法\n" + "\n".join(rows), encoding="utf-8")
    built(tmp_path, tmp_path.with_name("many"))
    store = Store.open(tmp_path.with_name("many"))
    began = time.process_time()
    assert find(store, "渔港面积")
    assert time.process_time() - began < 0.3


def test_topics_come_from_the_title_else_from_several_headings(sample):
    told = {title: topics(p.document, p.clauses) for title, p in sample.items()}
    assert "工业与交通" in told["岚江省港口条例"] and all(set(found) <= set(names()) for found in told.values())
    assert names()[-1] == OTHER
