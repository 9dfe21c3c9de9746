"""Who asks, and what a role may do."""

from __future__ import annotations

from dataclasses import dataclass

from index.errors import NotAllowed

ROLES = {"reader": "提问、查阅", "editor": "另可加入、移出文件", "admin": "另可查看运行指标"}


@dataclass(frozen=True, slots=True)
class Person:
    """One user for the length of a request."""

    name: str  # the account's; "" where there is none
    role: str  # of ROLES
    place: str = ""  # the address they come from

    @property
    def key(self) -> str:
        """What turns and rates are counted by: the account, else the place."""
        return self.name or self.place

    @property
    def may_change(self) -> bool:
        return self.role in ("editor", "admin")

    def check_change(self) -> None:
        """NotAllowed where this one may not change the documents."""
        if not self.may_change:
            raise NotAllowed("您的账号只能提问和查阅，不能加入或移出文件。请联系管理员（需要 editor 角色）")

    def check_admin(self) -> None:
        """NotAllowed for all but administrators."""
        if self.role != "admin":
            raise NotAllowed("只有管理员可以查看运行指标")


def alone(place: str = "") -> Person:
    """Whoever sits at this machine."""
    return Person("", "admin", place)


def anyone(place: str) -> Person:
    """A visitor of a server that is open to all."""
    return Person("", "reader", place)
