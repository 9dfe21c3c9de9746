"""Which clauses the user's filters leave. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from index.errors import BadInput
from index.schema import Document
from index.store import Store
from rag.collection import collection
from rag.schema import Filters, Status
from rag.status import LABEL

if TYPE_CHECKING:
    import numpy as np

StatusOf = Callable[[Document], Status]


def allowed_rows(store: Store, filters: Filters, status_of: StatusOf) -> np.ndarray | None:
    """Bool mask [clauses] of the clauses that say something and whose document passes; None when that is all of them."""
    import numpy as np

    if filters == Filters():
        return store.stating
    if filters.status not in (None, *LABEL):
        raise BadInput(f"时效 {filters.status} 不在 {'、'.join(LABEL)} 之中")
    passing = [passes(document, filters, status_of) for document in store.documents.values()]
    allowed = np.array(passing, dtype=bool)[store.document_of]
    return allowed if store.stating is None else allowed & store.stating


def passes(document: Document, filters: Filters, status_of: StatusOf) -> bool:
    """Whether a document is among those the filters name."""
    names = (document.title, document.notice_title or "", document.doc_no or "")
    return (
        (filters.document is None or any(filters.document in name for name in names))
        and (filters.level is None or document.level == filters.level)
        and (filters.issuer is None or any(filters.issuer in issuer for issuer in document.issuers))
        and (filters.region is None or any(filters.region in text for text in (*document.issuers, document.title)))
        and (filters.kind is None or document.kind == filters.kind)
        and (filters.year is None or (document.issued_on or "").startswith(str(filters.year)))
        and (filters.status is None or status_of(document).value == filters.status)
        and (filters.collection is None or collection(document) == filters.collection)
    )
