"""加入文件: uploads checked, added and removed, with progress and report, wired in Gradio."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
from gradio.utils import get_upload_folder

from index.corpus import Change, documents_in, replaced
from index.errors import BadInput, TiaowenError
from index.load import pool
from index.load.listing import listed as listed_files
from page import adding, html, staging
from page.keeping import BROKEN, Keeper, Told, Work, said
from rag.collection import LOOSE, collections

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.live import Live

_STEP = 0.4  # seconds between two steps of progress shown
_FORBIDDEN = "您的帐号不能增减文件，请联系管理员"
_FOLDER = re.compile(r"[^\x00-\x1f/\\:*?\"<>|.][^\x00-\x1f/\\:*?\"<>|]{0,39}")
_HOW = {"show_progress": "hidden", "api_visibility": "private"}


class Changing:
    """The button, what it opens, and the events they make."""

    def __init__(self, engine: Engine | Live, keeper: Keeper, may_edit: Callable[[gr.Request], bool]) -> None:
        self._engine, self._keeper, self._may_edit = engine, keeper, may_edit
        settings = engine.now().settings
        self._room = settings.var / "staged"
        names = self._collections()
        self.staged = gr.State([], delete_callback=staging.discard)
        self.upload = gr.UploadButton(
            "加入文件…", file_types=list(staging.KINDS), file_count="multiple", elem_id="add", size="sm"
        )
        self.told = gr.HTML("", elem_id="adding", js_on_load=None, apply_default_css=False)
        with gr.Row(visible=False, elem_id="decide") as self.decide:
            self.into = gr.Dropdown(
                names,
                value=names[0] if names else None,
                label="放入文件集（可输入新名称）",
                allow_custom_value=True,
                visible=bool(names),
                elem_id="into",
            )
            self.accept = gr.Button("加入", variant="primary", elem_id="accept", scale=0, min_width=96)
            self.cancel = gr.Button("取消", elem_id="cancel", scale=0, min_width=80)

    def settle(self, listing: Callable, narrowing: Sequence, listed: gr.HTML) -> None:
        """Wire the events; `listing` of `narrowing` is what `listed` shows afterwards."""
        # The names of the files are told only in what comes before Gradio's own reading of the event.
        waiting = self.upload.upload(
            lambda: ('<p class="tw-count" role="status">正在读取，请稍候……</p>', gr.Row(visible=False)),
            None,
            [self.told, self.decide],
            queue=False,
            **_HOW,
        )
        waiting.then(
            self._check,
            [self.upload, self.staged],
            [self.told, self.decide, self.accept, self.staged],
            preprocess=False,
            concurrency_limit=2,
            **_HOW,
        )
        self.accept.click(
            self._add, [self.staged, self.into], [self.told, self.decide, self.staged], concurrency_limit=None, **_HOW
        ).then(listing, list(narrowing), [listed], **_HOW)
        self.cancel.click(self._cancel, [self.staged], [self.told, self.decide, self.staged], queue=False, **_HOW)

    def offered(self, request: gr.Request) -> gr.UploadButton:
        """The button, for those who may use it."""
        return gr.UploadButton(visible=self._may_edit(request))

    def _collections(self) -> list[str]:
        return collections(document for document, _, _ in self._engine.now().documents())

    def _check(self, sent, staged: list[str], request: gr.Request):
        """Uploads moved aside and read; what came of it is shown, nothing is changed yet."""
        staging.discard(staged)
        uploads: list[staging.Upload] = []
        try:
            uploads += [_upload(each) for each in (sent if isinstance(sent, list) else [sent]) if each]
            if not self._may_edit(request):
                raise BadInput(_FORBIDDEN)
            settings = self._engine.now().settings
            corpora = self._keeper.corpora
            paths = staging.stage(uploads, self._room, settings.file_size)
        except TiaowenError as error:
            for upload in uploads:
                upload.path.unlink(missing_ok=True)
            return html.error(str(error)), gr.Row(visible=False), gr.Button(), []
        files = [found for path in paths for found in listed_files(path)[0]]
        outcomes = [outcome for _, outcome in sorted(pool.taken(files, settings.limits), key=lambda pair: pair[0])]
        contents = tuple(each for outcome in outcomes for each in outcome.contents)
        refused = tuple(each for outcome in outcomes for each in outcome.refused)
        told = adding.checked(adding.Checked(contents, refused, self._replaced(contents, corpora)))
        there = any(each.taken for each in contents)
        if not there:
            staging.discard(paths)
        return (
            told,
            gr.Row(visible=True),
            gr.Button(interactive=there),
            [str(path) for path in paths] if there else [],
        )

    def _replaced(self, contents, corpora: Sequence[Path]):
        """Documents of the index that these are the newer text of."""
        store = self._engine.now().store
        found = []
        for corpus in corpora:
            entries = documents_in(corpus, store)
            for each in contents:
                files = set(replaced([taken.document for taken in each.taken], entries))
                found += [entry for entry in entries if entry.file in files]
        return tuple(found)

    def _add(self, staged: list[str], into: str | None, request: gr.Request) -> Iterator[tuple]:
        closed, paths = gr.Row(visible=False), [Path(path) for path in staged]
        try:
            if not self._may_edit(request):
                raise BadInput(_FORBIDDEN)
            if not paths:
                raise BadInput("没有待加入的文件，请重新选择")
            corpus, folder = self._place(into)
            work = self._keeper.add(paths, corpus, folder, self._recording("documents.add", request))
        except TiaowenError as error:
            yield html.error(str(error)), gr.skip(), gr.skip()
            return
        try:
            for told in self._follow(work, "正在加入"):
                yield told, closed, []
        finally:
            work.wait(0)
        staging.discard(paths)
        yield self._ended(work, corpus), closed, []

    def remove(
        self, doc_id: str, request: gr.Request, listing: Callable[[], str], again: Callable[[], str]
    ) -> Iterator[tuple]:
        """(what stands where the document was, the list, what is told above it), step by step; `again` draws the
        document where it stays."""
        store = self._engine.now().store
        try:
            if not self._may_edit(request):
                raise BadInput(_FORBIDDEN)
            document = store.documents.get(doc_id)
            if document is None:
                raise BadInput("没有这份文件，可能文件库已更新。请重新选择。")
            work = self._keeper.remove(document.file, self._recording("documents.remove", request))
            corpus, _ = self._keeper.place(document.file)
        except TiaowenError as error:
            yield html.error(str(error)) + again(), gr.skip(), gr.skip()
            return
        for told in self._follow(work, f"正在移出《{document.title}》"):
            yield html.empty("正在移出……"), gr.skip(), told
        yield html.empty("文件已移出。"), listing(), self._ended(work, corpus)

    def _recording(self, kind: str, request: gr.Request) -> Told:
        """Tells the engine, in the hands of whoever sent the request, what was changed: a server keeps a record."""
        place = getattr(getattr(request, "client", None), "host", "")
        asked_by = self._engine.now().asked_by(getattr(request, "username", None) or "", place)

        def told(change: Change) -> None:
            if change.added or change.moved:
                asked_by.told(kind, "、".join((*change.added, *change.moved)), said(change))

        return told

    def _follow(self, work: Work, what: str) -> Iterator[str]:
        last = None
        while not work.wait(_STEP):
            now = (work.stage, work.done, work.total)
            if now != last:
                yield adding.progress(what, *now)
            last = now

    def _ended(self, work: Work, corpus: Path) -> str:
        """What is told in the end."""
        if work.error:
            return html.error(work.error)
        if work.change is None:
            return html.error(BROKEN)
        report = self._engine.now().store.report if work.summary is not None else None
        return adding.done(work.change, report, corpus)

    def _place(self, into: str | None) -> tuple[Path, str]:
        """(corpus folder, folder in it or nothing) for a collection's name."""
        corpora, name = self._keeper.corpora, (into or "").strip()
        if len(corpora) > 1:
            chosen = next((corpus for corpus in corpora if corpus.name == name), None)
            if chosen is None:
                raise BadInput(f"没有叫“{name}”的文件集。可选：{'、'.join(corpus.name for corpus in corpora)}")
            return chosen, ""
        if name in ("", LOOSE):
            return corpora[0], ""
        if not _FOLDER.fullmatch(name) or name.startswith("~$"):
            raise BadInput('文件集的名称不能含有 / \\ : * ? " < > |，不能以点开头，最多 40 个字')
        return corpora[0], name

    def _cancel(self, staged: list[str]):
        staging.discard(staged)
        return "", gr.Row(visible=False), []


def changing(engine: Engine | Live, keeper: Keeper, may_edit: Callable[[gr.Request], bool]) -> Changing:
    """To be made inside an open Gradio layout."""
    return Changing(engine, keeper, may_edit)


def _upload(sent: dict) -> staging.Upload:
    """A file as the browser told of it; BadInput where it names anything but an upload."""
    path = Path(str(sent.get("path"))).resolve()
    if not path.is_relative_to(Path(get_upload_folder()).resolve()) or not path.is_file():
        raise BadInput("上传的文件已不在，请重新选择")
    return staging.Upload(path, str(sent.get("orig_name") or path.name))
