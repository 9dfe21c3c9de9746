"""What programs may send, with every limit in the schema. Unknown fields are let pass: chat front ends send many."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.checks import MAX_FILTER, MAX_K, MAX_TURN, MAX_TURNS
from rag.query.question import MAX_QUESTION
from rag.relating.related import MAX_PASTE

Words = Annotated[str, Field(max_length=MAX_FILTER)]


class Narrowing(BaseModel):
    """Which documents are asked; what is left out narrows nothing."""

    model_config = ConfigDict(extra="forbid")

    document: Words | None = Field(None, description="题名或文号的一部分")
    level: Words | None = Field(None, description="层级：中央、部委、省市联合……")
    issuer: Words | None = Field(None, description="发文机关的一部分")
    region: Words | None = Field(None, description="地区")
    kind: Words | None = Field(None, description="文种：规划、方案、批复……")
    year: int | None = Field(None, ge=1000, le=9999, description="成文年份")
    status: Literal["in_force", "expired", "unknown"] | None = Field(None, description="时效")
    collection: Words | None = Field(None, description="文件集（文件夹）")


class Earlier(BaseModel):
    """An earlier turn of a conversation."""

    role: str = Field(max_length=20)
    content: str = Field(max_length=MAX_TURN)


class Search(BaseModel):
    """A question whose clauses are wanted."""

    question: str = Field(min_length=1, max_length=MAX_QUESTION)
    k: int = Field(10, ge=1, le=MAX_K)
    history: list[Earlier] = Field([], max_length=MAX_TURNS)
    filters: Narrowing = Narrowing()


class Related(BaseModel):
    """A pasted text whose related clauses are wanted."""

    text: str = Field(min_length=1, max_length=MAX_PASTE)
    k: int = Field(10, ge=1, le=MAX_K)
    filters: Narrowing = Narrowing()


class Part(BaseModel):
    """A part of a message; only texts are read."""

    type: str = Field(max_length=40)
    text: str | None = Field(None, max_length=MAX_TURN)


class Said(BaseModel):
    """A message of a chat."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[str, Field(max_length=MAX_TURN)] | Annotated[list[Part], Field(max_length=100)] | None = None

    @property
    def words(self) -> str:
        """Its texts."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type in ("text", "input_text") and part.text)
        return self.content or ""


class StreamOptions(BaseModel):
    """How a stream ends."""

    include_usage: bool | None = False


class Chat(BaseModel):
    """A request for a completion. Fields of the protocol that are not here, such as temperature, change nothing: an
    answer is what the documents say."""

    model: str = Field("tiaowen", max_length=200)
    messages: list[Said] = Field(min_length=1, max_length=MAX_TURNS)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(1, ge=1, le=1, description="一问一答，只能是 1")
    filters: Narrowing | None = Field(None, description="条问的扩展：限定文件范围")


class Failure(BaseModel):
    """Why a request failed."""

    message: str
    type: str
    code: str
    param: Any = None


class Failed(BaseModel):
    """The one form of errors."""

    error: Failure


FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": Failed, "description": what}
    for status, what in {
        400: "请求有误", 401: "没有登录或密钥有误", 403: "没有权限，或来自别的网站", 404: "没有这一项",
        413: "内容过大", 421: "不是本服务的地址", 429: "请求过多，见 Retry-After", 500: "程序内部出错", 503: "索引或模型不可用",
        507: "磁盘空间不足",
    }.items()
}  # fmt: skip
