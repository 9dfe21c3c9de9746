"""问政策: the conversation, its evidence, and the question box, wired in Gradio."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import gradio as gr

from index.errors import TiaowenError
from index.schema import Document
from page.day import at
from page.examples import examples
from page.filters import filters, in_words, panel
from page.turns import Turn, conversation, evidence, welcome

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.live import Live

_BROKEN = "程序内部出错，本次提问没有完成。详情见运行条问的窗口；请重试，或换一种问法。"
TOGETHER = 4  # questions served at a time; each sees its evidence at once, the chat model takes them in turn
_SAMPLES = """
element.addEventListener('click', e => {
  const sample = e.target.closest('.tw-sample');
  if (sample) trigger('select', {text: sample.textContent});
});
watch('value', () => tw.asked(element));"""


def ask_tab(engine: Engine | Live, documents: Sequence[Document], clauses: int, opening: str, day: gr.State) -> gr.HTML:
    """Build the tab; the evidence, whose links open a document by the script `opening`, is returned."""
    now = engine.now()
    empty = welcome(examples(documents, [c for d in documents for c in now.clauses(d.doc_id)]), len(documents), clauses)
    turns = gr.State([])
    with gr.Row(elem_id="ask"):
        with gr.Column(scale=11, min_width=340, elem_id="talk"):
            chat = gr.HTML(empty, elem_id="chat", js_on_load=_SAMPLES, apply_default_css=False)
            with gr.Accordion("限定文件范围", open=False, elem_id="scope"):
                picks = panel(documents, "ask")
            with gr.Row(elem_id="composer"):
                box = gr.Textbox(
                    placeholder="输入问题，回车发送，Shift+回车换行；可以接着追问",
                    lines=1,
                    max_lines=6,
                    show_label=False,
                    label="问题",
                    elem_id="question",
                    autofocus=True,
                    scale=1,
                    container=False,
                )
                send = gr.Button("提问", variant="primary", elem_id="send", scale=0, min_width=84)
                stop = gr.Button("停止", elem_id="stop", scale=0, min_width=72, interactive=False)
                clear = gr.Button("清空", elem_id="clear", scale=0, min_width=72)
        with gr.Column(scale=9, min_width=320, elem_id="beside"):
            cards = gr.HTML(evidence([]), elem_id="evidence", js_on_load=opening, apply_default_css=False)

    outputs = [chat, cards, turns, box, stop]

    def respond(question: str, past: list[Turn], as_of: str, *picked: str) -> Iterator[tuple]:
        """Stream one answer; every step shows the whole conversation anew."""

        def view(turn: Turn, kept: bool = True, typed: object = gr.skip(), running: object = gr.skip()):
            now = [*past, turn]
            return conversation(now), evidence(now), now if kept else past, typed, running

        idle, busy = gr.Button(interactive=False), gr.Button(interactive=True)
        chosen = filters(*picked)
        turn = Turn(question.strip() or "（空）", in_words(chosen))
        try:
            yield view(turn, typed="", running=busy)
            with closing(at(engine, as_of).ask_stream(question, _history(past), chosen)) as events:
                for event in events:
                    if event.stage == turn.stage and turn.answer is not None:
                        # A draft grew, which is not shown; but only between two yields can Gradio stop this.
                        yield (gr.skip(),) * len(outputs)
                        continue
                    turn = replace(turn, answer=event.answer, stage=event.stage)
                    yield view(turn)
            yield view(turn, running=idle)
        except TiaowenError as error:
            # The failed turn is shown but not kept; the words go back into the box to be mended.
            yield view(replace(turn, error=str(error)), kept=False, typed=question, running=idle)
        except Exception:  # a bug: said here, told in full in the terminal, where Gradio prints what is raised
            yield view(replace(turn, error=_BROKEN), kept=False, typed=question, running=idle)
            raise

    def halt(past: list[Turn]) -> tuple:
        """Show what there is as all there will be."""
        ended = [t if t.stage == "done" else replace(t, stage="stopped") for t in past]
        return conversation(ended) if ended else gr.skip(), ended, gr.Button(interactive=False)

    how = {
        "concurrency_limit": TOGETHER,
        "concurrency_id": "ask",
        "show_progress": "hidden",
        "api_visibility": "private",
    }
    asking = [
        gr.on([send.click, box.submit], respond, [box, turns, day, *picks], outputs, **how),
        chat.select(_sample, None, [box], **how).then(respond, [box, turns, day, *picks], outputs, **how),
    ]
    quick = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
    stop.click(halt, [turns], [chat, turns, stop], cancels=asking, **quick)
    clear.click(
        lambda: (empty, evidence([]), [], "", gr.Button(interactive=False)), None, outputs, cancels=asking, **quick
    )
    return cards


def _sample(event: gr.EventData) -> str:
    return event.text


def _history(past: Sequence[Turn]) -> list[dict[str, str]]:
    """Earlier turns as the engine takes them."""
    return [
        {"role": role, "content": content}
        for turn in past
        if turn.answer is not None
        for role, content in (("user", turn.question), ("assistant", turn.answer.text))
    ]
