"""Users, their sessions and their API keys, in one SQLite file.

Passwords are kept as argon2id hashes. Session tokens and keys are random and long, so a SHA-256 of each is kept and
nothing else: whoever reads the file can use neither.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from index.errors import BadInput, NotAllowed
from serve.database import Database
from serve.people import ROLES, Person

SHORTEST = 8  # characters of a password
_TRIES = 5  # wrong passwords until an account is locked
_LOCK, _LONGEST = 60, 3600  # seconds: the first lock, doubled with every further failure up to an hour
_NAME = re.compile(r"[\w.\-@]{1,32}")
_KEY = "tw-"
_TABLES = """
CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL, made REAL NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0, locked_until REAL NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS sessions (token TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users(name)
    ON DELETE CASCADE, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS keys (id TEXT PRIMARY KEY, token TEXT UNIQUE NOT NULL, user TEXT NOT NULL REFERENCES
    users(name) ON DELETE CASCADE, label TEXT NOT NULL, made REAL NOT NULL, used REAL);
"""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as it is listed."""

    id: str
    user: str
    label: str
    made: float  # seconds since 1970
    used: float | None


class Accounts:
    """The file `path`; made where there is none."""

    def __init__(self, path: Path, hours: float = 12.0, clock: Callable[[], float] = time.time) -> None:
        self._db, self._seconds, self._clock = Database(path, _TABLES), hours * 3600, clock

    # --- users

    def add(self, name: str, password: str, role: str) -> None:
        """A new user; BadInput for a name that is taken or none, a short password, an unknown role."""
        if not _NAME.fullmatch(name):
            raise BadInput(f"用户名“{name}”不能用：1 到 32 个汉字、字母、数字或 . _ - @")
        if self._db.row("SELECT 1 FROM users WHERE name = ?", name):
            raise BadInput(f"已有用户 {name}。改密码：python -m serve user password {name}")
        hashed = self._hashed(password)
        with self._db.writing() as db:
            db.execute("INSERT INTO users (name, role, hash, made) VALUES (?, ?, ?, ?)",
                       (name, _role(role), hashed, self._clock()))  # fmt: skip

    def remove(self, name: str) -> None:
        """A user with their sessions and keys."""
        self._check(name)
        with self._db.writing() as db:
            db.execute("DELETE FROM users WHERE name = ?", (name,))

    def set_password(self, name: str, password: str) -> None:
        """Another password; every session of the user ends, a lock is lifted."""
        self._check(name)
        hashed = self._hashed(password)
        with self._db.writing() as db:
            db.execute("UPDATE users SET hash = ?, failures = 0, locked_until = 0 WHERE name = ?", (hashed, name))
            db.execute("DELETE FROM sessions WHERE user = ?", (name,))

    def set_role(self, name: str, role: str) -> None:
        """Another role, at once."""
        self._check(name)
        with self._db.writing() as db:
            db.execute("UPDATE users SET role = ? WHERE name = ?", (_role(role), name))

    def users(self) -> list[tuple[str, str]]:
        """(name, role) of each, by name."""
        return [(row["name"], row["role"]) for row in self._db.rows("SELECT name, role FROM users ORDER BY name")]

    def role(self, name: str) -> str | None:
        """A user's role; None for no such user."""
        row = self._db.row("SELECT role FROM users WHERE name = ?", name)
        return row["role"] if row else None

    # --- sessions

    def log_in(self, name: str, password: str) -> str:
        """A session's token; NotAllowed, without a word on which was wrong, for a name or password that is not, and
        for an account that is locked after too many failures."""
        from argon2.exceptions import InvalidHashError, VerificationError

        now = self._clock()
        row = self._db.row("SELECT hash, failures, locked_until FROM users WHERE name = ?", name)
        if row and row["locked_until"] > now:
            raise NotAllowed(f"连续输错，账号已暂停登录。请 {int(row['locked_until'] - now) // 60 + 1} 分钟后再试")
        try:
            # Of an unknown user a hash is compared too: the time it takes must not tell who has an account.
            self._hasher.verify(row["hash"] if row else self._nobody, password)
            right = row is not None
        except (VerificationError, InvalidHashError):
            right = False
        if not right:
            if row:
                self._failed(name, now)
            raise NotAllowed("用户名或密码不对，请重新输入")
        with self._db.writing() as db:
            db.execute("UPDATE users SET failures = 0, locked_until = 0 WHERE name = ?", (name,))
            db.execute("DELETE FROM sessions WHERE expires <= ?", (now,))
            token = secrets.token_urlsafe(32)
            db.execute("INSERT INTO sessions VALUES (?, ?, ?)", (_digest(token), name, now + self._seconds))
        return token

    def log_out(self, token: str) -> None:
        """End a session."""
        with self._db.writing() as db:
            db.execute("DELETE FROM sessions WHERE token = ?", (_digest(token),))

    def session(self, token: str, place: str = "") -> Person | None:
        """Whose session it is; None where it is over or never was."""
        row = self._db.row(
            "SELECT name, role FROM sessions JOIN users ON user = name WHERE token = ? AND expires > ?",
            _digest(token), self._clock())  # fmt: skip
        return Person(row["name"], row["role"], place) if row else None

    # --- keys

    def new_key(self, user: str, label: str) -> tuple[str, str]:
        """(id, key) of a new API key; the key cannot be shown again."""
        self._check(user)
        made, key = secrets.token_hex(4), _KEY + secrets.token_urlsafe(32)
        with self._db.writing() as db:
            db.execute("INSERT INTO keys (id, token, user, label, made) VALUES (?, ?, ?, ?, ?)",
                       (made, _digest(key), user, label, self._clock()))  # fmt: skip
        return made, key

    def keys(self, user: str | None = None) -> list[Key]:
        """The keys, of one user or all."""
        rows = self._db.rows("SELECT id, user, label, made, used FROM keys WHERE ? IN ('', user) ORDER BY made",
                             user or "")  # fmt: skip
        return [Key(*row) for row in rows]

    def revoke(self, key_id: str) -> None:
        """End a key, by the id it is listed under."""
        with self._db.writing() as db:
            if not db.execute("DELETE FROM keys WHERE id = ?", (key_id,)).rowcount:
                raise BadInput(f"没有密钥 {key_id}。python -m serve key list 列出全部密钥")

    def keyed(self, key: str, place: str = "") -> Person | None:
        """Whose key it is; None for none."""
        row = self._db.row("SELECT id, name, role, used FROM keys JOIN users ON user = name WHERE token = ?",
                           _digest(key))  # fmt: skip
        if row is None:
            return None
        if self._clock() - (row["used"] or 0) > 60:  # a minute is exact enough to tell which keys are in use
            with self._db.writing() as db:
                db.execute("UPDATE keys SET used = ? WHERE id = ?", (self._clock(), row["id"]))
        return Person(row["name"], row["role"], place)

    def close(self) -> None:
        self._db.close()

    def _failed(self, name: str, now: float) -> None:
        """Count a wrong password in the file, so that tries at the same time are all counted."""
        with self._db.writing() as db:
            db.execute("UPDATE users SET failures = failures + 1 WHERE name = ?", (name,))
            (failures,) = db.execute("SELECT failures FROM users WHERE name = ?", (name,)).fetchone()
            if failures >= _TRIES:
                lock = min(_LOCK * 2 ** (failures - _TRIES), _LONGEST)
                db.execute("UPDATE users SET locked_until = ? WHERE name = ?", (now + lock, name))

    def _check(self, name: str) -> None:
        if self.role(name) is None:
            raise BadInput(f"没有用户 {name}。python -m serve user list 列出全部用户")

    def _hashed(self, password: str) -> str:
        if len(password) < SHORTEST:
            raise BadInput(f"密码至少 {SHORTEST} 个字符")
        if len(password) > 1000:
            raise BadInput("密码过长，上限 1000 个字符")
        return self._hasher.hash(password)

    @cached_property
    def _hasher(self):
        from argon2 import PasswordHasher

        return PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(16))


def _role(role: str) -> str:
    if role not in ROLES:
        raise BadInput(f"没有角色 {role}。可用：{'，'.join(f'{name}（{what}）' for name, what in ROLES.items())}")
    return role


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
