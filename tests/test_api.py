"""The doors for programs: the OpenAI form, search, related, documents, health, errors; tried with real clients."""

import json
import shutil

import httpx
import pytest
from conftest import SAMPLE, FakeChat, built
from serving import house_over, served

QUESTION = "岚城至湾城城际铁路全长多少公里？"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("api")
    shutil.copytree(SAMPLE, folder / "corpus")
    built(folder / "corpus", folder / "index")
    return house_over(
        folder / "index", folder / "var", chat=FakeChat("城际铁路全长118公里。"), corpus=folder / "corpus"
    )


@pytest.fixture(scope="module")
def url(house):
    with served(house) as address:
        yield address


@pytest.fixture
def client(url):
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as found:
        yield found


@pytest.fixture
def openai(url):
    from openai import DefaultHttpxClient, OpenAI

    with DefaultHttpxClient(trust_env=False) as http:
        yield OpenAI(base_url=f"{url}/v1", api_key="none", http_client=http, max_retries=0)


def told(response, status):
    assert response.status_code == status
    error = response.json()["error"]
    assert set(error) == {"message", "type", "code", "param"} and not error["message"].isascii()
    return error["message"]


def test_the_openai_client_gets_an_answer_with_footnotes_and_the_contracts_object(openai):
    reply = openai.chat.completions.create(model="tiaowen", messages=[{"role": "user", "content": QUESTION}])
    text, contract = reply.choices[0].message.content, reply.tiaowen
    assert reply.choices[0].finish_reason == "stop" and "118 公里" in text and "[1]" in text
    assert contract["question"] == QUESTION and set(contract) >= {"answer", "sentences", "citations", "hits", "timings"}
    for citation in contract["citations"]:
        assert f"[{citation['n']}] 《{citation['document']}》" in text and citation["quote"] in text
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    assert openai.models.list().data[0].id == openai.models.retrieve("tiaowen").id == "tiaowen"


def test_a_stream_says_the_same_and_how_far_it_is(openai):
    messages = [{"role": "user", "content": QUESTION}]
    whole = openai.chat.completions.create(model="tiaowen", messages=messages)
    chunks = list(openai.chat.completions.create(
        model="tiaowen", messages=messages, stream=True, stream_options={"include_usage": True}))  # fmt: skip
    *rest, last = chunks
    assert "".join(c.choices[0].delta.content or "" for c in rest) == whole.choices[0].message.content
    stages = [c.tiaowen["stage"] for c in rest if "stage" in (c.model_extra.get("tiaowen") or {})]
    assert stages[0] == "evidence" and "extract" in stages
    assert rest[-1].choices[0].finish_reason == "stop" and rest[-1].tiaowen["citations"] == whole.tiaowen["citations"]
    assert last.choices == [] and last.usage.total_tokens > 0


def test_a_chat_front_ends_request_is_answered(client):
    """As Open WebUI sends it: system message, parts, a pasted picture, stream options, fields of its own."""
    body = {
        "model": "tiaowen", "stream": True, "stream_options": {"include_usage": True}, "temperature": 0.7, "top_p": 0.9,
        "max_tokens": 512, "seed": None, "stop": None, "user": "u-1", "metadata": {"chat_id": "1"}, "features": {"web_search": False},
        "tool_ids": [], "session_id": "s", "chat_id": "c", "id": "m", "background_tasks": {"title_generation": True},
        "messages": [
            {"role": "system", "content": "You are a pirate."},
            {"role": "user", "content": [
                {"type": "text", "text": QUESTION}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]},
        ],
    }  # fmt: skip
    response = client.post("/v1/chat/completions", json=body, headers={"Authorization": "Bearer none"})
    assert response.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in response.text.split("\n\n") if line.startswith("data: ")]
    assert lines[-1] == "data: [DONE]"
    chunks = [json.loads(line.removeprefix("data: ")) for line in lines[:-1]]
    assert "118 公里" in "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"])


def test_the_messages_before_are_the_conversation(openai):
    messages = [
        {"role": "user", "content": "岚城至湾城城际铁路设计时速是多少？"},
        {"role": "assistant", "content": "250公里。"},
        {"role": "user", "content": "那全长呢？"},
    ]
    reply = openai.chat.completions.create(model="tiaowen", messages=messages)
    alone = openai.chat.completions.create(model="tiaowen", messages=messages[-1:])
    assert "118 公里" in reply.choices[0].message.content
    assert (
        reply.tiaowen["hits"][0]["clause_id"] != alone.tiaowen["hits"][0]["clause_id"]
        or "城际铁路" in reply.tiaowen["hits"][0]["text"]
    )


def test_filters_narrow_a_completion(client):
    body = {"messages": [{"role": "user", "content": QUESTION}], "filters": {"document": "港口条例"}}
    hits = client.post("/v1/chat/completions", json=body).json()["tiaowen"]["hits"]
    assert hits and {hit["document"] for hit in hits} == {"岚江省港口条例"}


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/v1/chat/completions", {"messages": []}, "messages"),
        ("/v1/chat/completions", {"messages": [{"role": "system", "content": "x"}]}, "user"),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "？！"}]}, "请输入问题"),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "x"}], "n": 2}, "不大于 1"),
        (
            "/v1/chat/completions",
            {"messages": [{"role": "user", "content": "长" * 5001}], "stream": True},
            "上限 5000 字",
        ),
        ("/v1/search", {"question": "长" * 5001}, "上限 5000 字"),
        ("/v1/search", {"question": QUESTION, "k": 0}, "不小于 1"),
        ("/v1/search", {"question": QUESTION, "filters": {"colour": "红"}}, "colour"),
        ("/v1/search", {"question": QUESTION, "filters": {"status": "old"}}, "status"),
        ("/v1/search", {}, "question 缺少"),
        ("/v1/related", {"text": "长" * 50_001}, "上限 50000 字"),
        ("/v1/related", {"text": "\x00\x01\x02\x03\x04"}, "乱码"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_line(client, path, body, said):
    message = told(client.post(path, json=body), 400)
    assert said in message and "\n" not in message


def test_no_json_is_said(client):
    told(client.post("/v1/search", content=b"{", headers={"Content-Type": "application/json"}), 400)
    told(
        client.post(
            "/v1/search", content=b'{"question": "\\ud800\\udfff\\ud800"}', headers={"Content-Type": "application/json"}
        ),
        400,
    )


def test_search_and_related_give_the_contracts_objects(client, house):
    hits = client.post("/v1/search", json={"question": QUESTION, "k": 3}).json()["hits"]
    assert len(hits) == 3 and hits[0]["rank"] == 1 and "118 公里" in hits[0]["text"]
    related = client.post("/v1/related", json={"text": hits[0]["text"], "k": 3}).json()["hits"]
    assert related[0]["clause_id"] == hits[0]["clause_id"] and related[0]["relation"] == "原文"


def test_documents_are_listed_read_and_handed_out_as_they_came(client, house):
    listed = client.get("/v1/documents").json()["data"]
    one = next(d for d in listed if d["document"] == "岚江省港口条例")
    assert client.get(f"/v1/documents/{one['doc_id']}").json() == one
    clauses = client.get(f"/v1/documents/{one['doc_id']}/clauses").json()["data"]
    assert len(clauses) == one["clauses"]
    file = client.get(f"/v1/documents/{one['doc_id']}/file")
    assert file.content == (house.settings.corpus / one["source"]).read_bytes()
    assert (
        file.headers["content-disposition"].startswith("attachment")
        and file.headers["x-content-type-options"] == "nosniff"
    )
    for path in ("", "/clauses", "/file"):
        assert "没有这份文件" in told(client.get(f"/v1/documents/nothing{path}"), 404)
    told(client.delete("/v1/documents/nothing"), 404)


def test_a_document_is_added_asked_and_removed(client, house):
    text = "岚江省人民政府关于试点无人码头的通知\n岚政发〔2026〕9号\n\n一、试点范围。在湾城港设无人码头三处。\n二、期限。试点期两年。\n\n岚江省人民政府\n2026年5月6日\n"
    said = client.post(
        "/v1/documents", files=[("files", ("../../无人码头.txt", text.encode())), ("files", ("坏.pdf", b"no pdf"))]
    ).json()
    assert said["added"] == ["无人码头.txt"] and [name for name, _ in said["refused"]] == ["坏.pdf"]
    assert (house.settings.corpus / "无人码头.txt").is_file()
    assert list((house.settings.var / "uploads").iterdir()) == []
    hits = client.post("/v1/search", json={"question": "无人码头设几处？", "k": 1}).json()["hits"]
    assert "无人码头三处" in hits[0]["text"]
    doc_id = next(d["doc_id"] for d in client.get("/v1/documents").json()["data"] if d["source"] == "无人码头.txt")
    assert client.delete(f"/v1/documents/{doc_id}").json()["moved"] == ["无人码头.txt"]
    assert doc_id not in [d["doc_id"] for d in client.get("/v1/documents").json()["data"]]
    assert not (house.settings.corpus / "无人码头.txt").exists()


def test_files_that_hold_no_document_are_refused_with_the_reason(client):
    assert "坏.docx" in told(client.post("/v1/documents", files=[("files", ("坏.docx", b"nothing"))]), 400)
    told(client.post("/v1/documents"), 400)
    told(client.post("/v1/documents", files=[("files", ("..", b"x"))]), 400)


def test_health_and_metrics(client):
    assert client.get("/healthz").json()["status"] == "ok"
    client.post("/v1/search", json={"question": QUESTION})
    text = client.get("/metrics").text
    assert 'tiaowen_seconds_count{kind="search"}' in text and "tiaowen_documents 7.0" in text
    assert 'tiaowen_requests_total{door="v1",status="2xx"}' in text and QUESTION not in text


def test_the_description_and_its_page_need_nothing_from_elsewhere(client):
    api = client.get("/v1/openapi.json").json()
    assert {"/v1/chat/completions", "/v1/search", "/v1/related", "/v1/documents", "/healthz"} <= set(api["paths"])
    assert api["components"]["schemas"]["Search"]["properties"]["question"]["maxLength"] == 5000
    assert all("422" not in route["responses"] for path in api["paths"].values() for route in path.values())
    page = client.get("/v1/docs").text
    assert "<script" not in page and "http://" not in page and "https://" not in page and "POST /v1/search" in page


def test_too_many_questions_of_one_at_a_time_are_told_to_wait(sample_root, tmp_path):
    from serve.people import alone

    house = house_over(sample_root, tmp_path, questions_each=1)
    with served(house) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        with house.line.seat(alone("127.0.0.1").key):
            response = client.post("/v1/search", json={"question": QUESTION})
            assert "正在作答" in told(response, 429) and response.headers["retry-after"]
        assert client.post("/v1/search", json={"question": QUESTION}).status_code == 200


def test_a_question_is_given_up_when_its_asker_has_gone(sample_root, tmp_path):
    import time

    class Slow(FakeChat):
        def stream(self, messages, max_tokens, **_):
            try:
                while True:
                    yield ""
                    time.sleep(0.02)
            finally:
                self.closed = True

    chat = Slow()
    house = house_over(sample_root, tmp_path, chat=chat)
    body = {"messages": [{"role": "user", "content": QUESTION}], "stream": True}
    with served(house) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        with client.stream("POST", "/v1/chat/completions", json=body) as response:
            for line in response.iter_lines():
                if '"draft"' in line:
                    break
        until = time.monotonic() + 10
        while house.line.unfinished() and time.monotonic() < until:
            time.sleep(0.05)
        assert chat.closed and house.line.unfinished() == 0


def test_schemathesis_finds_no_server_error(house, tmp_path_factory, sample_root):
    import schemathesis
    from hypothesis import HealthCheck, Phase, settings
    from schemathesis.checks import not_a_server_error

    with served(
        house_over(sample_root, tmp_path_factory.mktemp("fuzz"), corpus=tmp_path_factory.mktemp("none") / "x")
    ) as url:
        api = httpx.get(f"{url}/v1/openapi.json", trust_env=False, timeout=60).json()
        schema = schemathesis.openapi.from_dict(api)
        schema.config.update(base_url=url)
        for found in schema.get_all_operations():
            operation = found.ok()

            @settings(max_examples=6, deadline=None, derandomize=True, database=None,
                      suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])  # fmt: skip
            def tried(case):
                response = case.call(session=None, timeout=60)
                case.validate_response(response, checks=[not_a_server_error])

            from hypothesis import given

            given(case=operation.as_strategy())(tried)()
