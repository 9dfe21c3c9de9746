"""Versions of one document: the same title by the same issuer, of different dates. Nothing says that the later one ends
the earlier (a notice may come every year), so both stay as they are and the earlier one is marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.schema import Document
from index.terms import compact

_EDITION = re.compile(r"\((?:\d{4}年?)?(?:修订|修正|修改|试行|暂行|新版|版)*\d*(?:年版)?(?:稿|本)?\)$")


def newest(documents: Sequence[Document]) -> dict[str, Document]:
    """For the doc_id of each document that a later version follows, the last of these."""
    versions: dict[str, list[Document]] = {}
    for document in documents:
        if document.issued_on is not None:
            versions.setdefault(_EDITION.sub("", compact(document.title)), []).append(document)
    found: dict[str, Document] = {}
    for same in versions.values():
        for document in same:
            after = [
                other
                for other in same
                if (other.issued_on or "") > (document.issued_on or "") and _one_issuer(document, other)
            ]
            if after:
                found[document.doc_id] = max(after, key=lambda other: other.issued_on or "")
    return found


def _one_issuer(a: Document, b: Document) -> bool:
    return not a.issuers or not b.issuers or bool(set(a.issuers) & set(b.issuers))
