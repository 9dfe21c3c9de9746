"""Numbers set on data lie in one file, with their origin and the models they were set with."""

import json
import re

import pytest
from conftest import ROOT

from index.errors import ModelError
from rag import tuned

TOLD = json.loads(tuned.FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("module", sorted(TOLD["rooms"]))
def test_every_room_says_where_its_numbers_come_from_and_uses_each(module):
    room = TOLD["rooms"][module]
    assert len(room["origin"]) > 20
    source = (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
    assert set(re.findall(r'"(\w+)"', source)) >= set(room["numbers"])
    assert tuned.numbers(module) == room["numbers"]


def test_the_models_they_were_set_with_are_named():
    assert all(re.fullmatch(r"[0-9a-f]{64}", TOLD[model]) for model in ("encoder", "reader"))


def test_a_damaged_file_is_named(monkeypatch, tmp_path):
    broken = tmp_path / "tuned.json"
    broken.write_text("{", encoding="utf-8")
    monkeypatch.setattr(tuned, "FILE", broken)
    tuned._rooms.cache_clear()
    try:
        with pytest.raises(ModelError, match="tuned.json"):
            tuned.numbers("rag.query.titles")
    finally:
        monkeypatch.undo()
        tuned._rooms.cache_clear()
