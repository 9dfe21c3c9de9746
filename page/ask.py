"""问政策: the conversation, its evidence and the question box.

One gr.HTML that page/ask.js fills; everything it asks of the server goes through its one server function, `desk`.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Mapping
from datetime import date
from inspect import isawaitable
from typing import TYPE_CHECKING

import anyio.to_thread
import gradio as gr

from desk.conversations import Conversations
from desk.schema import SETTLED, Feedback
from index.errors import BadInput, TiaowenError
from index.schema import Clause
from index.terms import compact
from memo.markdown import markdown
from memo.paper import Paper, part
from memo.word import word
from page.asking import Asking
from page.evidence import evidence
from page.examples import examples
from page.history import listed
from page.html import BROKEN, plainly
from page.shell import scopes, shell
from page.suggest import suggest
from page.turns import Turn, complaint, conversation, inner, judged, welcome

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.live import Live

_SHOWN = 20  # turns of a conversation that are drawn when it is opened; earlier ones on demand
_FORMS = {"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "md": "text/markdown"}
_START = "tw.ask(element, server, where => trigger('open', where));"
_log = logging.getLogger(__name__)


def ask_tab(engine: Engine | Live, kept: Conversations) -> gr.HTML:
    """Build the tab, whose links open documents by its event `open`."""
    told = Wishes(engine, Asking(engine, kept), kept)

    async def desk(wanted: dict, request: gr.Request) -> dict:
        """What ask.js asks for; a failure as one line under `error`."""
        try:
            owner = await owner_of(request)
            if wanted["do"] == "follow":
                return await told.follow(owner, wanted)
            return await anyio.to_thread.run_sync(told.does(wanted["do"]), owner, wanted)
        except TiaowenError as error:
            if not isinstance(error, BadInput):
                _log.warning("%s", error)
            return {"error": plainly(error)}
        except Exception:
            _log.exception("the page asked for something and got nothing")
            return {"error": BROKEN}

    return gr.HTML(
        shell(told.greeting()), elem_id="ask", js_on_load=_START, apply_default_css=False, server_functions=[desk]
    )


async def owner_of(request: gr.Request) -> str:
    """Whose conversations: the user's; "" where there are no accounts.

    A server function is given the plain request, on which the user has to be looked up as Gradio does for an event.
    """
    user = getattr(request, "username", None)
    if user is None and (known := getattr(getattr(request, "app", None), "auth_dependency", None)) is not None:
        user = known(request)
        user = await user if isawaitable(user) else user
    return user or ""


class Wishes:
    """What the page can ask for: each method takes the owner and the wish, and gives what ask.js shows."""

    def __init__(self, engine: Engine | Live, asking: Asking, kept: Conversations) -> None:
        self._engine, self._asking, self._kept = engine, asking, kept
        self._greeting: tuple[object, str] = (None, "")  # of which store, and its HTML

    def greeting(self) -> str:
        """What stands where no conversation is, for the documents at hand."""
        store = self._engine.now().store
        if self._greeting[0] is not store:
            documents = list(store.documents.values())
            self._greeting = store, welcome(examples(documents, store.clauses), len(documents), len(store.clauses))
        return self._greeting[1]

    def does(self, name: str) -> Callable[[str, Mapping], dict]:
        """The method for a wish; BadInput for one that there is not."""
        if name not in _WISHES:
            raise BadInput("网页与程序的版本不一致，请刷新网页")
        return getattr(self, name)

    def open(self, owner: str, wanted: Mapping) -> dict:
        """A conversation as it is now; with `n` or `all`, back to its beginning."""
        since = self._asking.now()
        turns = self._asking.turns(owner, wanted["c"])
        whole = wanted.get("all") or (wanted.get("n") and int(wanted["n"]) <= len(turns) - _SHOWN)
        shown = turns if whole else turns[-_SHOWN:]
        last = next((turn for turn in reversed(turns) if turn.answer is not None), None)
        return {
            "html": conversation(shown, len(turns) - len(shown)) or self.greeting(),
            "cards": evidence(last, self._lost),
            "n": last.place if last is not None else 0,
            "title": self._named(owner, wanted["c"]),
            "since": since,
            "pending": any(turn.stage not in (*SETTLED, "cut") for turn in turns),
        }

    def new(self, owner: str, wanted: Mapping) -> dict:
        return {"html": self.greeting(), "cards": evidence(None)}

    def ask(self, owner: str, wanted: Mapping) -> dict:
        since = self._asking.now()
        place = self._asking.ask(
            owner, wanted["c"], str(wanted["question"]), wanted.get("scope") or {}, wanted.get("at"), _day(wanted)
        )
        found = self._kept.find(owner, wanted["c"])
        return {"n": place, "since": since, "title": found.title if found is not None else ""}

    def again(self, owner: str, wanted: Mapping) -> dict:
        since = self._asking.now()
        return {"n": self._asking.again(owner, wanted["c"], int(wanted["n"]), _day(wanted)), "since": since}

    def stop(self, owner: str, wanted: Mapping) -> dict:
        if self._kept.find(owner, wanted["c"]) is not None:
            self._asking.stop(wanted["c"], int(wanted["n"]))
        return {}

    async def follow(self, owner: str, wanted: Mapping) -> dict:
        """What changed since, as soon as something does."""
        if await anyio.to_thread.run_sync(self._kept.find, owner, wanted["c"]) is None:
            return {"turns": [], "since": wanted["since"], "pending": False}
        turns, since, pending = await self._asking.changes(wanted["c"], int(wanted["since"]))
        drawn = await anyio.to_thread.run_sync(lambda: [self._drawn(turn) for turn in turns])
        return {"turns": drawn, "since": since, "pending": pending}

    def cards(self, owner: str, wanted: Mapping) -> dict:
        """The evidence of one turn."""
        return {"cards": evidence(self._turn(owner, wanted), self._lost)}

    def listed(self, owner: str, wanted: Mapping) -> dict:
        words = str(wanted.get("words", ""))
        return {"html": listed(self._kept.listed(owner, words), words, date.today())}

    def rename(self, owner: str, wanted: Mapping) -> dict:
        self._kept.rename(owner, wanted["c"], str(wanted["title"]))
        return {}

    def pin(self, owner: str, wanted: Mapping) -> dict:
        self._kept.pin(owner, wanted["c"], bool(wanted["on"]))
        return {}

    def delete(self, owner: str, wanted: Mapping) -> dict:
        self._kept.delete(owner, wanted["c"])
        return {}

    def restore(self, owner: str, wanted: Mapping) -> dict:
        self._kept.restore(owner, wanted["c"])
        return {}

    def judge(self, owner: str, wanted: Mapping) -> dict:
        """Keep what is said of an answer; said twice, it is taken back."""
        turn = self._turn(owner, wanted)
        said = Feedback(bool(wanted["useful"]), str(wanted.get("reason", ""))[:200], self._right(turn, wanted))
        taken_back = turn.said is not None and turn.said.useful and said.useful
        self._kept.judge(owner, wanted["c"], turn.place, None if taken_back else said)
        return {"html": judged(self._turn(owner, wanted))}

    def _named(self, owner: str, conversation: str) -> str:
        """What a conversation is called; empty where it has gone meanwhile."""
        found = self._kept.find(owner, conversation)
        return "" if found is None else found.title

    def complaint(self, owner: str, wanted: Mapping) -> dict:
        return {"html": complaint(self._turn(owner, wanted))}

    def save(self, owner: str, wanted: Mapping) -> dict:
        """An answer, or the whole conversation, as a file."""
        turns = self._asking.turns(owner, wanted["c"])
        title = self._named(owner, wanted["c"])
        if wanted.get("n"):
            turns = [turn for turn in turns if turn.place == int(wanted["n"])]
        answered = [turn for turn in turns if turn.answer is not None and turn.stage in SETTLED]
        if not answered:
            raise BadInput("还没有可以导出的回答")
        paper = Paper("政策问答记录", tuple(part(turn.given, turn.day, turn.scope) for turn in answered))
        form = wanted["form"] if wanted["form"] in _FORMS else "docx"
        made = word(paper) if form == "docx" else markdown(paper).encode()
        name = answered[0].question if wanted.get("n") else title
        return {
            "name": f"{_file_name(name)}.{form}",
            "type": _FORMS[form],
            "data": base64.b64encode(made).decode(),
        }

    def suggest(self, owner: str, wanted: Mapping) -> dict:
        documents = list(self._engine.now().store.documents.values())
        found = suggest(documents, str(wanted["text"])[-200:])
        return {"found": [{"title": s.title, "doc_no": s.doc_no or "", "replaces": s.replaces} for s in found]}

    def scopes(self, owner: str, wanted: Mapping) -> dict:
        return {"html": scopes(list(self._engine.now().store.documents.values()))}

    def _drawn(self, turn: Turn) -> dict:
        return {
            "n": turn.place,
            "stage": turn.stage,
            "html": inner(turn),
            "cards": evidence(turn, self._lost) if turn.answer is not None else "",
        }

    def _turn(self, owner: str, wanted: Mapping) -> Turn:
        return self._asking.turn(owner, wanted["c"], int(wanted["n"]))

    def _lost(self, clause: Clause) -> str:
        """Whether a kept clause still stands in the index as it stood."""
        store = self._engine.now().store
        row = store.row_of.get(clause.clause_id)
        if row is None:
            return "文件库中已没有这一条（文件已移走或有变动），以上为当时的原文。"
        return "" if store.clauses[row].printed == clause.printed else "文件库中的这一条已有变动，以上为当时的原文。"

    def _right(self, turn: Turn, wanted: Mapping) -> dict[str, str]:
        """The clause a reader calls right: one of those found, or one that holds the pasted words; else the words."""
        quote = " ".join(str(wanted.get("quote", "")).split())[:5000]
        clause_id = str(wanted.get("clause", ""))
        store = self._engine.now().store
        if clause_id:
            hit = next((h for h in turn.given.hits if h.clause.clause_id == clause_id), None)
            if hit is None:
                raise BadInput("没有这一条，请重新选择")
            return {"clause_id": clause_id, "document": hit.document.title, "quote": quote or hit.clause.text}
        if not quote:
            return {}
        flat = compact(quote)
        found = next((c for c in store.clauses if flat in compact(c.text)), None)
        if found is None:
            return {"quote": quote}
        return {"clause_id": found.clause_id, "document": store.documents[found.doc_id].title, "quote": quote}


_WISHES = frozenset(
    "open new ask again stop cards listed rename pin delete restore judge complaint save suggest scopes".split()
)


def _day(wanted: Mapping) -> str:
    """The day 时效 is judged for; empty for today."""
    return str(wanted.get("day") or "")


def _file_name(words: str, most: int = 30) -> str:
    """A name that every file system takes."""
    kept = "".join("_" if c in '\\/:*?"<>|' or not c.isprintable() else c for c in words)
    return kept.strip(" ._")[:most] or "问答"
