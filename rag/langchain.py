"""Our retrieval as a LangChain retriever, so that others' chains run on it:

from langchain_core.runnables import RunnablePassthrough
from rag.engine import Engine
from rag.langchain import PolicyRetriever

retriever = PolicyRetriever(engine=Engine.open(), k=5)
chain = {"clauses": retriever, "question": lambda question: question} | prompt | model
"""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from rag.contract import hit_json
from rag.engine import NO_FILTERS, Engine
from rag.schema import Filters


class PolicyRetriever(BaseRetriever):
    """A question in, clauses out: `page_content` is the verbatim text, `metadata` the rest of the hit's JSON."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    engine: Engine
    k: int = Field(10, ge=1, le=1000)  # clauses
    filters: Filters = NO_FILTERS

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        hits = (hit_json(hit) for hit in self.engine.search(query, self.k, filters=self.filters))
        return [Document(page_content=hit.pop("text"), metadata=hit, id=hit["clause_id"]) for hit in hits]
