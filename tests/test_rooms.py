"""The rooms of rag/ know each other in one direction only, types included."""

import ast
from collections import defaultdict
from pathlib import Path

from conftest import ROOT

RAG = ROOT / "rag"


def room(module: str) -> str:
    """rag.answering.study → rag.answering; a module right below rag/ is a room by itself."""
    return ".".join(module.split(".")[:2])


def imported(file: Path, modules: set[str]) -> set[str]:
    """The modules that a file imports anywhere: within functions and under TYPE_CHECKING too."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            assert not node.level, f"{file}: relative import"
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (whole & modules) or {node.module}
    return found


def files(top: str) -> dict[str, Path]:
    """Module → file, of one folder at the top."""
    found = {}
    for file in sorted((ROOT / top).rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def rooms() -> dict[str, set[str]]:
    """Room → the rooms it imports from."""
    modules = files("rag")
    graph = defaultdict(set)
    for module, file in modules.items():
        for other in imported(file, set(modules)):
            if other.startswith("rag.") and room(other) != room(module):
                graph[room(module)].add(room(other))
    return graph


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The rooms of one circle in order; empty where there is none."""
    done: set[str] = set()

    def walk(at: str, way: tuple[str, ...]) -> list[str]:
        if at in way:
            return [*way[way.index(at) :], at]
        if at in done:
            return []
        for other in sorted(graph.get(at, ())):
            if found := walk(other, (*way, at)):
                return found
        done.add(at)
        return []

    return next((found for at in sorted(graph) if (found := walk(at, ()))), [])


def test_no_two_rooms_import_each_other_not_even_for_types():
    assert circle(rooms()) == []


def test_a_circle_is_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_nothing_but_the_doors_knows_the_engine():
    doors = {"rag.__main__", "rag.batch", "rag.langchain", "rag.live"}
    assert {own for own, others in rooms().items() if "rag.engine" in others} <= doors


def test_the_room_of_entities_stands_at_the_bottom():
    modules = set(files("index"))
    below = {"index.terms", "index.schema"}
    for module, file in files("index").items():
        if module.startswith("index.entities"):
            others = {other for other in imported(file, modules) if other.split(".")[0] in ("index", "rag")}
            assert all(other in below or other.startswith("index.entities") for other in others), module


def test_imports_go_down_only():
    above = {"index": ("rag", "page", "eval", "ui", "serve"), "rag": ("page", "eval", "ui", "serve")}
    for top, forbidden in above.items():
        for module, file in files(top).items():
            for other in imported(file, set()):
                assert other.split(".")[0] not in forbidden, f"{module} imports {other}"
