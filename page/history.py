"""The list of conversations as HTML. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

from desk.schema import Conversation
from page.html import empty, escape


def listed(conversations: Sequence[Conversation], words: str, today: date) -> str:
    """Pinned ones, then by day; `words` is what was searched for."""
    if not conversations:
        return empty("没有符合条件的对话。" if words else "还没有对话。提出第一个问题后，对话会自动保存在这里。")
    return "".join(
        f'<h3>{name}</h3><ol class="tw-talks">{"".join(map(_entry, group))}</ol>'
        for name, group in groupby(conversations, lambda each: _when(each, today))
    )


def _when(conversation: Conversation, today: date) -> str:
    day = date.fromtimestamp(conversation.updated)
    if conversation.pinned:
        return "置顶"
    if day >= today:
        return "今天"
    if day == today - timedelta(days=1):
        return "昨天"
    return "近七天" if day > today - timedelta(days=7) else "更早"


def _entry(conversation: Conversation) -> str:
    name, title = escape(conversation.id), escape(conversation.title)
    day = date.fromtimestamp(conversation.updated)
    pin = "取消置顶" if conversation.pinned else "置顶"
    return (
        f'<li data-c="{name}" data-title="{title}"><a class="tw-talk" href="?c={name}"><b>{title}</b>'
        f"<span>{day.month}月{day.day}日 · {conversation.turns} 问</span></a>"
        f'<div class="tw-talk-tools"><button type="button" data-do="pin" data-on="{"" if conversation.pinned else "1"}">{pin}</button>'
        '<button type="button" data-do="rename">改名</button><button type="button" data-do="delete">删除</button></div></li>'
    )
