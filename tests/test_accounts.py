"""Accounts: passwords, lock-out, sessions, keys, roles; nothing in the file can be used by who reads it."""

import pytest
from serving import PASSWORD

from index.errors import BadInput, NotAllowed
from serve.accounts import Accounts


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def accounts(tmp_path, clock):
    found = Accounts(tmp_path / "accounts.sqlite", hours=1, clock=clock)
    found.add("李丽", PASSWORD, "editor")
    yield found
    found.close()


def test_a_session_is_its_users_until_it_ends(accounts, clock):
    token = accounts.log_in("李丽", PASSWORD)
    assert accounts.session(token).name == "李丽" and accounts.session(token).may_change
    assert accounts.session(token + "x") is None
    clock.now += 3601
    assert accounts.session(token) is None


def test_a_new_password_a_log_out_and_a_removal_end_sessions(accounts):
    token = accounts.log_in("李丽", PASSWORD)
    accounts.set_password("李丽", PASSWORD + "2")
    assert accounts.session(token) is None
    token = accounts.log_in("李丽", PASSWORD + "2")
    accounts.log_out(token)
    assert accounts.session(token) is None
    token = accounts.log_in("李丽", PASSWORD + "2")
    accounts.remove("李丽")
    assert accounts.session(token) is None and accounts.users() == []


def test_wrong_passwords_lock_an_account_for_longer_and_longer(accounts, clock):
    for _ in range(5):
        with pytest.raises(NotAllowed, match="不对"):
            accounts.log_in("李丽", "错误的密码一二三")
    with pytest.raises(NotAllowed, match="暂停登录"):
        accounts.log_in("李丽", PASSWORD)
    clock.now += 61
    with pytest.raises(NotAllowed, match="不对"):
        accounts.log_in("李丽", "错误的密码一二三")
    clock.now += 61
    with pytest.raises(NotAllowed, match="暂停登录"):
        accounts.log_in("李丽", PASSWORD)
    clock.now += 60
    assert accounts.log_in("李丽", PASSWORD)


def test_an_unknown_user_and_a_wrong_password_sound_alike(accounts):
    said = []
    for name in ("李丽", "没有这个人"):
        with pytest.raises(NotAllowed) as caught:
            accounts.log_in(name, "错误的密码一二三")
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_keys_are_shown_once_and_can_be_revoked(accounts, tmp_path):
    made, key = accounts.new_key("李丽", "报表")
    assert accounts.keyed(key).name == "李丽"
    (listed,) = accounts.keys("李丽")
    assert (listed.id, listed.label) == (made, "报表") and listed.used
    accounts.revoke(made)
    assert accounts.keyed(key) is None
    with pytest.raises(BadInput):
        accounts.revoke(made)


def test_the_file_holds_no_password_no_token_and_no_key(accounts, tmp_path):
    token, (_, key) = accounts.log_in("李丽", PASSWORD), accounts.new_key("李丽", "")
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"argon2id" in kept
    assert not any(secret.encode() in kept for secret in (PASSWORD, token, key))
    assert (tmp_path / "accounts.sqlite").stat().st_mode & 0o077 == 0


def test_a_role_holds_at_once(accounts):
    token = accounts.log_in("李丽", PASSWORD)
    accounts.set_role("李丽", "reader")
    assert not accounts.session(token).may_change
    with pytest.raises(NotAllowed, match="editor"):
        accounts.session(token).check_change()


@pytest.mark.parametrize(
    ("name", "password", "role"),
    [
        ("", PASSWORD, "reader"),
        ("a b", PASSWORD, "reader"),
        ("乙", "短", "reader"),
        ("乙", PASSWORD, "owner"),
        ("李丽", PASSWORD, "reader"),
    ],
)
def test_a_user_that_cannot_be_is_refused_in_one_line(accounts, name, password, role):
    with pytest.raises(BadInput) as caught:
        accounts.add(name, password, role)
    assert "\n" not in str(caught.value)
