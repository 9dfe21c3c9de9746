"""Example questions made from the documents at hand, so that they fit whatever corpus is indexed. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.schema import Clause, Document

_TOPIC = re.compile(r"^(?:[（(]?[一二三四五六七八九十]+[）)、]|\d+[．.、])\s*([^。：，；“”《》\s]{6,18})[。：]")
_TITLE_MAX = 24  # characters; a longer title makes no example anybody would read


def examples(documents: Sequence[Document], clauses: Sequence[Clause]) -> list[str]:
    """Up to four questions: a 文号, a 责任单位, measures on a topic, and whether a plan still holds."""
    titled = {d.doc_id: d for d in documents if len(d.title) <= _TITLE_MAX}
    numbered = next((d for d in titled.values() if d.doc_no and d.issued_on), None)
    dated = next((d for d in titled.values() if d.period is not None), None)
    topics = [(c, match[1]) for c in clauses if c.doc_id in titled and (match := _TOPIC.match(c.text))]
    charged = next(((c, topic) for c, topic in topics if c.duties), None)
    plain = next(((c, topic) for c, topic in topics if not c.duties and len(c.text) > 120), None)
    return [
        *([f"{numbered.title}的文号和成文日期是什么？"] if numbered else []),
        *([f"{charged[1]}由哪些单位负责？"] if charged else []),
        *([f"{titled[plain[0].doc_id].title}对{plain[1]}有哪些安排？"] if plain else []),
        *([f"{dated.title}过期了吗？"] if dated else []),
    ]
