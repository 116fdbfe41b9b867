"""Accounts: passwords, lockout, roles. The sign-in page has its own tests beside its face."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from flask_sqlalchemy import SQLAlchemy

from tests.factories.accounts import PASSWORD, make_account
from tests.factories.organisation import make_unit
from webapp.accounts import actions
from webapp.accounts.actions import (
    FAILURES_BEFORE_LOCK,
    LOCK_STEP,
    LONGEST_LOCK,
    change_account,
    create_account,
    give_role,
    hash_password,
    set_password,
    sign_in,
    take_role,
)
from webapp.accounts.errors import AccountLocked, EmailTaken, PasswordTooWeak, SignInRefused
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def account(database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account whose password is hashed cheaply: what these tests count are attempts, not milliseconds."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64)
    monkeypatch.setattr(actions, "_hasher", cheap)
    account = make_account(database.session(), email="Sari@contoh.go.id")
    account.password_hash = cheap.hash(PASSWORD)
    return account


def fail(account: Account, at: datetime) -> None:
    with pytest.raises(SignInRefused):
        sign_in(account.email, "bukan sandinya", at)


def test_passwords_are_argon2id_with_a_salt_of_their_own() -> None:
    first, second = hash_password(PASSWORD), hash_password(PASSWORD)
    assert first != second and PASSWORD not in first
    parameters = extract_parameters(first)
    assert parameters.type is Type.ID
    assert (parameters.memory_cost, parameters.time_cost) >= (19 * 1024, 2)  # at least what OWASP asks for


@pytest.mark.parametrize("password", ["", "pendek-9", "aaaaaaaaaaaaaaaa", "ababababababab", "123" * 8])
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        hash_password(password)


def test_the_right_password_opens_whatever_the_case_of_the_address(account: Account) -> None:
    assert sign_in("  SARI@contoh.go.id ", PASSWORD, NOW) is account
    assert account.last_sign_in_at == NOW


def test_failures_lock_longer_and_longer(account: Account) -> None:
    at = NOW
    for _ in range(FAILURES_BEFORE_LOCK):
        fail(account, at)
    pauses = []
    for _ in range(9):
        assert account.locked_until is not None
        pauses.append(account.locked_until - at)
        with pytest.raises(AccountLocked) as locked:
            sign_in(account.email, PASSWORD, at)  # not even the right one, and it is not counted
        assert locked.value.until == account.locked_until
        at = account.locked_until
        fail(account, at)
    doubling = [min(LOCK_STEP * 2**n, LONGEST_LOCK) for n in range(9)]
    assert pauses == doubling
    assert account.locked_until is not None
    assert sign_in(account.email, PASSWORD, account.locked_until) is account
    assert (account.failed_sign_ins, account.locked_until) == (0, None)


def test_one_success_forgives_the_failures_before(account: Account) -> None:
    for _ in range(3):
        for _ in range(FAILURES_BEFORE_LOCK - 1):
            fail(account, NOW)
        sign_in(account.email, PASSWORD, NOW)
    assert account.locked_until is None


def test_inactive_and_unknown_are_refused_alike(account: Account, database: SQLAlchemy) -> None:
    new = create_account("baru@contoh.go.id", "Baru", None)  # has no password yet
    account.active = False
    for email in (account.email, new.email, "tidak-ada@contoh.go.id"):
        with pytest.raises(SignInRefused) as refused:
            sign_in(email, PASSWORD, NOW)
        assert str(refused.value) == ""


def test_an_unknown_address_costs_as_much_as_a_wrong_password(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = []
    monkeypatch.setattr(actions, "_verify", lambda hashed, _password: bool(verified.append(hashed)))
    for email in (account.email, "tidak-ada@contoh.go.id"):
        with pytest.raises(SignInRefused):
            sign_in(email, "apa saja", NOW)
    assert len(verified) == 2, "a refusal without hashing would tell by its speed that nobody has this address"


def test_an_old_hash_is_renewed_when_its_owner_comes(account: Account) -> None:
    account.password_hash = PasswordHasher(time_cost=1, memory_cost=32).hash(PASSWORD)
    sign_in(account.email, PASSWORD, NOW)
    assert account.password_hash is not None and extract_parameters(account.password_hash).memory_cost == 64


def test_a_new_password_ends_all_sessions_and_unlocks(account: Account) -> None:
    for _ in range(FAILURES_BEFORE_LOCK):
        fail(account, NOW)
    before = account.session_version
    set_password(account, "sandi-yang-lain-88")
    assert account.session_version == before + 1 and account.locked_until is None
    assert sign_in(account.email, "sandi-yang-lain-88", NOW) is account
    fail(account, NOW)
    with pytest.raises(PasswordTooWeak):
        set_password(account, "lemah")


def test_deactivation_ends_all_sessions_once(account: Account) -> None:
    before = account.session_version
    change_account(account, email=account.email, name="Sari W.", active=False)
    assert (account.session_version, account.active) == (before + 1, False)
    change_account(account, email=account.email, name="Sari W.", active=False)
    assert account.session_version == before + 1


def test_an_address_belongs_to_one(account: Account) -> None:
    with pytest.raises(EmailTaken):
        create_account(" sari@CONTOH.go.id", "Lain", None)
    other = create_account("lain@contoh.go.id", "Lain", PASSWORD)
    with pytest.raises(EmailTaken):
        change_account(other, email="SARI@contoh.go.id", name="Lain", active=True)
    change_account(account, email="sari@contoh.go.id", name="Sari", active=True)  # one's own in other letters


def test_a_role_is_given_once_and_taken_once(account: Account, database: SQLAlchemy) -> None:
    unit = make_unit(database.session())
    for _ in range(2):
        give_role(account, Role.TRIAGE, unit.id)
    [grant] = account.grants
    take_role(account, grant.id)
    take_role(account, grant.id)
    assert account.grants == []


def test_locking_is_a_matter_of_minutes_not_of_days() -> None:
    assert timedelta(minutes=1) <= LOCK_STEP <= LONGEST_LOCK <= timedelta(hours=1)
