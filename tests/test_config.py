"""The settings: all that is wrong is named at once, and nothing secret is printed."""

from __future__ import annotations

import base64
import dataclasses

import pytest

from config import Settings, SettingsError

KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
OTHER_KEY = base64.urlsafe_b64encode(b"o" * 32).decode()
GOOD = {
    "DATABASE_URL": "postgresql://tanggap:pangkal@127.0.0.1/tanggap",
    "REDIS_URL": "redis://:antrean@127.0.0.1:6379/0",
    "SECRET_KEY": "rahasia-" * 5,
    "ENCRYPTION_KEYS": KEY,
}


def problems_of(**changes: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({**GOOD, **changes})
    return refused.value.problems


def test_what_is_enough_for_a_city() -> None:
    settings = Settings.from_env(GOOD)
    assert settings.database_url == "postgresql+psycopg://tanggap:pangkal@127.0.0.1/tanggap"
    assert settings.encryption_keys == (KEY,)
    assert (settings.environment, settings.secure_cookies, settings.rate_limits) == ("production", True, True)


def test_everything_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_env({})
    named = [problem.split()[0] for problem in refused.value.problems]
    assert sorted(named) == sorted(GOOD)
    assert all(name in str(refused.value) for name in GOOD)


def test_everything_wrong_is_named_at_once() -> None:
    wrong = {
        "DATABASE_URL": "mysql://x/y",
        "REDIS_URL": "http://x",
        "SECRET_KEY": "short",
        "ENCRYPTION_KEYS": "not-a-key",
        "TANGGAP_ENVIRONMENT": "staging",
        "DEFAULT_TIMEZONE": "Asia/Nowhere",
        "PUBLIC_URL": "ftp://x",
        "TELEGRAM_WEBHOOK_URL": "https://bot.example/",
        "RECEIPT_VALID_DAYS": "0",
        "SECURE_COOKIES": "maybe",
        "TRUSTED_PROXIES": "-1",
        "RATE_LIMITS": "perhaps",
        "LOG_LEVEL": "LOUD",
        "TELEGRAM_WEBHOOK_PORT": "70000",
        "TELEGRAM_BOT": "nama bot",
    }
    problems = problems_of(**wrong)
    expected = {*wrong, "TELEGRAM_WEBHOOK_SECRET"} - {"TELEGRAM_WEBHOOK_URL"}
    assert {problem.split()[0] for problem in problems} == expected
    assert len(problems) == len(expected)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RECEIPT_VALID_DAYS", "366"),
        ("RECEIPT_VALID_DAYS", "two"),
        ("RECEIPT_VALID_DAYS", "1.5"),
        ("TRUSTED_PROXIES", "6"),
        ("ENCRYPTION_KEYS", f"{KEY},{KEY[:-4]}"),
        ("DATABASE_URL", "postgresql:"),
        ("SECRET_KEY", "x" * 31),
        ("DEFAULT_TIMEZONE", "../../etc/passwd"),
    ],
)
def test_one_wrong_setting_is_one_sentence(name: str, value: str) -> None:
    [problem] = problems_of(**{name: value})
    assert problem.startswith(name)


def test_keys_are_rotated_newest_first() -> None:
    assert Settings.from_env({**GOOD, "ENCRYPTION_KEYS": f" {OTHER_KEY} , {KEY}"}).encryption_keys == (OTHER_KEY, KEY)


def test_blank_counts_as_missing() -> None:
    assert problems_of(SECRET_KEY="   ") == ["SECRET_KEY is missing"]


def test_nothing_secret_is_printed_nor_changed() -> None:
    settings = Settings.from_env({**GOOD, "TELEGRAM_TOKEN": "123:token", "TELEGRAM_WEBHOOK_SECRET": "webhook-word"})
    shown = repr(settings)
    for secret in ("pangkal", "antrean", "rahasia-", KEY, "123:token", "webhook-word"):
        assert secret not in shown
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.city_name = "x"  # type: ignore[misc]  # that is the point


def test_a_problem_never_repeats_a_secret() -> None:
    said = " ".join(
        problems_of(SECRET_KEY="too-short-word", ENCRYPTION_KEYS="bad-key-word", DATABASE_URL="my://u:pw@h/d")
    )
    assert not any(secret in said for secret in ("too-short-word", "bad-key-word", "pw"))
