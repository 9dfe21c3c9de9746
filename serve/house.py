"""What one server holds: the engine, who may come in, turns, rates, the record. Built once, shared by every door."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from index.errors import BadInput
from serve.accounts import Accounts
from serve.audit import Audit
from serve.line import Line
from serve.metrics import Metrics
from serve.people import Person, alone, anyone
from serve.rates import Rates

if TYPE_CHECKING:
    from index.settings import Settings
    from rag.live import Live

BURST = 40  # requests at once: a page that opens asks for several things
LOGINS = 10  # tries to log in from one place in a minute
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Mode(Enum):
    """Who may come in."""

    ALONE = "alone"  # whoever sits at this machine
    OPEN = "open"  # everybody who reaches it, as a reader
    ACCOUNTS = "accounts"  # who has an account


@dataclass(frozen=True)
class House:
    """Everything the doors share; `close` when they are closed."""

    settings: Settings
    live: Live
    mode: Mode = Mode.ALONE
    accounts: Accounts | None = None  # in Mode.ACCOUNTS
    audit: Audit | None = None
    changing: threading.Lock = field(default_factory=threading.Lock)  # held while documents come and go

    @classmethod
    def open(cls, settings: Settings, live: Live, mode: Mode) -> House:
        """With the accounts and the record that mode and settings ask for."""
        accounts = Accounts(settings.accounts_file, settings.session_hours) if mode is Mode.ACCOUNTS else None
        audited = settings.audited or accounts is not None
        return cls(settings, live, mode, accounts, Audit(settings.audit_file) if audited else None)

    @cached_property
    def line(self) -> Line:
        return Line(self.settings.questions, self.settings.questions_each)

    @cached_property
    def rates(self) -> Rates | None:
        """None for someone alone: nobody else waits."""
        return None if self.mode is Mode.ALONE else Rates(self.settings.requests_minute, BURST)

    @cached_property
    def logins(self) -> Rates:
        return Rates(LOGINS, LOGINS)

    @cached_property
    def metrics(self) -> Metrics:
        return Metrics(self.line, self.live)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names and addresses under which this server may be asked for, lower case."""
        own = {self.settings.host.lower(), *_LOOPBACK, *self.proxied}
        if not loopback(self.settings.host):
            own |= {socket.gethostname().lower(), *_own_addresses()}
        return frozenset(own)

    @cached_property
    def proxied(self) -> frozenset[str]:
        """The further names of the settings."""
        return frozenset(name.strip().lower() for name in self.settings.hosts.split(",") if name.strip())

    def person(self, cookie: str, bearer: str, place: str) -> Person | None:
        """Who comes with this session cookie or API key from this address; None where an account is needed."""
        if self.mode is Mode.ALONE:
            return alone(place)
        if self.mode is Mode.OPEN:
            return anyone(place)
        assert self.accounts is not None  # the mode says so
        return (self.accounts.session(cookie, place) if cookie else None) or (
            self.accounts.keyed(bearer, place) if bearer else None
        )

    def named(self, user: str | None, place: str = "") -> Person:
        """The person of a page event, known by the user name that Gradio hands on; a reader where it has gone."""
        if self.mode is Mode.ALONE:
            return alone(place)
        role = self.accounts.role(user) if self.accounts and user else None
        return Person(user or "", role or "reader", place)

    def close(self) -> None:
        for held in (self.accounts, self.audit):
            if held is not None:
                held.close()


def mode(settings: Settings, *, everyone: bool, accounts: bool, users: bool) -> Mode:
    """Who may come in, from the options `--open` and `--accounts`, the address, and whether there are any users.

    BadInput where an address that others reach is asked for and nothing says that they may.
    """
    if everyone and accounts:
        raise BadInput("--open（人人可用）与 --accounts（凭账号）只能取其一")
    if accounts and not users:
        raise BadInput("还没有账号。请先建一个：python -m serve user add 用户名 --role admin")
    if accounts:
        return Mode.ACCOUNTS
    if loopback(settings.host) and not settings.hosts:  # with further names a proxy brings others here
        return Mode.OPEN if everyone else Mode.ALONE
    if everyone:
        return Mode.OPEN
    if users:
        return Mode.ACCOUNTS
    raise BadInput(
        f"监听 {settings.host}{f'（对外名称 {settings.hosts}）' if settings.hosts else ''} 后，别的电脑也能打开条问。请先建账号：python -m serve user add 用户名 --role admin；"
        "或加 --open，让能连到本机的人都可以提问"
    )


def loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


def _own_addresses() -> Iterable[str]:
    """The addresses of this machine's networks."""
    import psutil

    for addresses in psutil.net_if_addrs().values():
        for each in addresses:
            if each.family in (socket.AF_INET, socket.AF_INET6):
                yield each.address.split("%")[0].lower()
