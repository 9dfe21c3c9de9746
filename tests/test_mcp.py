"""MCP by its official client: over HTTP at /mcp, by stdio as an assistant starts it, users told apart."""

import os
import sys

import anyio
import pytest
from conftest import ROOT, needs_models
from serving import PASSWORD, house_over, served

from serve.house import Mode

QUESTION = "岚城至湾城城际铁路全长多少公里？"
TOOLS = {"ask", "search", "related", "read_clause", "list_documents"}


@pytest.fixture(scope="module")
def url(sample_root, tmp_path_factory):
    with served(house_over(sample_root, tmp_path_factory.mktemp("var"))) as address:
        yield address


def used(target, work, key=None):
    """What `work(client)` returns, with a client of the server at an address or behind a transport."""
    from mcp import Client

    async def run():
        with anyio.fail_after(120):
            async with Client(_transport(target, key)) as client:
                return await work(client)

    return anyio.run(run)


def _transport(target, key):
    from httpx2 import AsyncClient
    from mcp.client.streamable_http import streamable_http_client

    if not isinstance(target, str):
        return target
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return streamable_http_client(
        f"{target}/mcp", http_client=AsyncClient(headers=headers, trust_env=False, timeout=60)
    )


def test_every_tool_reads_only_and_says_what_it_does(url):
    async def work(client):
        return (await client.list_tools()).tools

    tools = used(url, work)
    assert {tool.name for tool in tools} == TOOLS
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools)
    asked = next(tool for tool in tools if tool.name == "ask").input_schema
    assert asked["properties"]["question"]["maxLength"] == 5000 and "context" not in asked["properties"]


def test_tools_give_the_contracts_objects(url):
    async def work(client):
        answer = (await client.call_tool("ask", {"question": QUESTION})).structured_content
        hits = (await client.call_tool("search", {"question": QUESTION, "k": 2})).structured_content["hits"]
        one = (await client.call_tool("read_clause", {"clause_id": hits[0]["clause_id"]})).structured_content
        related = (await client.call_tool("related", {"text": one["clause"]["text"], "k": 2})).structured_content
        listed = (await client.call_tool("list_documents", {"words": "港口条例"})).structured_content
        return answer, hits, one, related, listed

    answer, hits, one, related, listed = used(url, work)
    assert "118 公里" in answer["answer"] and answer["citations"]
    assert len(hits) == 2 and one["clause"]["text"] == hits[0]["text"] and {"before", "after"} & set(one)
    assert related["hits"][0]["clause_id"] == hits[0]["clause_id"]
    assert [d["document"] for d in listed["documents"]] == ["岚江省港口条例"]


def test_what_cannot_be_asked_is_told_in_our_words(url):
    async def work(client):
        calls = [
            ("ask", {"question": "？！"}), ("read_clause", {"clause_id": "x"}), ("list_documents", {"words": "没有此文"}),
            ("search", {"question": QUESTION, "filters": {"colour": "红"}}),
        ]  # fmt: skip
        return [await client.call_tool(*call) for call in calls]

    for result in used(url, work):
        assert (result.is_error and not result.content[0].text.isascii()) or "colour" in result.content[0].text


def test_a_call_is_its_users(sample_root, tmp_path):
    house = house_over(sample_root, tmp_path, Mode.ACCOUNTS)
    house.accounts.add("李丽", PASSWORD, "reader")
    _, key = house.accounts.new_key("李丽", "助手")

    async def work(client):
        await client.call_tool("search", {"question": QUESTION})
        return house.audit._db.row("SELECT user, door FROM entries")

    with served(house) as url:
        assert tuple(used(url, work, key)) == ("李丽", "mcp")
        with pytest.raises(BaseException, match=r"401|Unauthorized|terminated|unhandled"):
            used(url, work, "tw-wrong")


@needs_models
def test_an_assistant_on_this_machine_starts_it_by_stdio(tmp_path, sample_root_real):
    from mcp import StdioServerParameters, stdio_client

    env = os.environ | {"TIAOWEN_INDEX": str(sample_root_real), "TIAOWEN_CHAT_MODEL": "", "TIAOWEN_READER": "none"}
    start = StdioServerParameters(command=sys.executable, args=["-m", "serve", "mcp"], cwd=str(ROOT), env=env)

    async def work(client):
        return (await client.call_tool("list_documents", {})).structured_content

    assert len(used(stdio_client(start), work)["documents"]) == 7


@pytest.fixture(scope="module")
def sample_root_real(tmp_path_factory):
    """An index of a sample document with the real encoder."""
    from conftest import SAMPLE, quiet

    from index.build import build
    from index.encoder import open_encoder
    from index.settings import load_settings

    root = tmp_path_factory.mktemp("real")
    build([SAMPLE], root, lambda: open_encoder(load_settings()), rebuild=False, progress=quiet)
    return root
