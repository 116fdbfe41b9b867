"""The product's settings, read once from the environment and never changed afterwards.

`Settings.from_env()` names everything that is missing or wrong at once, so that whoever sets up a city corrects one
list instead of meeting one error after another.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

Environment = Literal["demo", "production", "test"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class SettingsError(ValueError):
    """The environment does not describe a city that can be run.

    `problems` holds one sentence for each thing to mend, in the order of the settings.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("settings to mend:\n" + "\n".join(f"  - {problem}" for problem in problems))


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a process of the product needs to know about where and how it runs.

    Secrets are left out of `repr`, so that a log line which prints the settings gives nothing away.
    """

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    #: Fernet keys, newest first: the first encrypts, all decrypt, so that keys can be rotated.
    encryption_keys: tuple[str, ...] = field(repr=False)
    #: The role that owns the tables, for migrations alone; empty where the application's own role owns them.
    database_owner_url: str = field(default="", repr=False)
    environment: Environment = "production"
    public_url: str = "http://127.0.0.1:8000"
    city_name: str = "Kota Contoh"
    default_timezone: str = "Asia/Jakarta"
    telegram_token: str = field(default="", repr=False)
    #: The bot's name without @, for links that open it; empty where pages shall not link to it.
    telegram_bot: str = ""
    telegram_api_url: str = "https://api.telegram.org"
    #: Empty means long polling; else the public address Telegram shall call, served by `python -m bot`.
    telegram_webhook_url: str = ""
    telegram_webhook_secret: str = field(default="", repr=False)
    telegram_webhook_port: int = 8443
    #: smtp://[user:password@]host[:port] or smtps://...; empty: no letters are sent.
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    receipt_valid_days: int = 14
    secure_cookies: bool = True
    trusted_proxies: int = 0
    #: Off only where one machine plays all citizens, as in a benchmark.
    rate_limits: bool = True
    log_level: LogLevel = "INFO"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from `env` (the process environment if None).

        Raises SettingsError that names every missing or malformed setting at once.
        """
        source = os.environ if env is None else env
        problems: list[str] = []

        def text(name: str, default: str | None = None) -> str:
            value = source.get(name, "").strip()
            if value:
                return value
            if default is None:
                problems.append(f"{name} is missing")
                return ""
            return default

        def number(name: str, default: int, least: int, most: int) -> int:
            value = source.get(name, "").strip()
            if not value:
                return default
            if not value.isdecimal() or not least <= int(value) <= most:
                problems.append(f"{name} must be a whole number from {least} to {most}, not {value!r}")
                return default
            return int(value)

        def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
            value = text(name, default)
            if value not in choices:
                problems.append(f"{name} must be one of {', '.join(choices)}, not {value!r}")
                return default
            return value

        def url(name: str, schemes: tuple[str, ...], default: str | None = None) -> str:
            value = text(name, default)
            parts = urlsplit(value)
            if value and (parts.scheme not in schemes or not (parts.hostname or parts.path)):
                problems.append(f"{name} must be an address that begins with {' or '.join(s + '://' for s in schemes)}")
            return value

        database_url = url("DATABASE_URL", ("postgresql", "postgresql+psycopg"))
        owner_url = url("DATABASE_OWNER_URL", ("postgresql", "postgresql+psycopg"), "")
        redis_url = url("REDIS_URL", ("redis", "rediss", "unix"))
        secret_key = text("SECRET_KEY")
        if secret_key and len(secret_key) < 32:
            problems.append("SECRET_KEY must have at least 32 characters")
        keys = tuple(key.strip() for key in text("ENCRYPTION_KEYS").split(",") if key.strip())
        if any(not _is_fernet_key(key) for key in keys):
            problems.append(
                "ENCRYPTION_KEYS must be Fernet keys (32 bytes in URL-safe base64), newest first, with commas between"
            )
        zone = text("DEFAULT_TIMEZONE", "Asia/Jakarta")
        try:
            ZoneInfo(zone)
        except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
            problems.append(f"DEFAULT_TIMEZONE must be a time zone such as Asia/Jakarta, not {zone!r}")
        webhook_url = url("TELEGRAM_WEBHOOK_URL", ("https", "http"), "")
        webhook_secret = text("TELEGRAM_WEBHOOK_SECRET", "")
        if webhook_url and not webhook_secret:
            problems.append("TELEGRAM_WEBHOOK_SECRET is missing: a webhook without it would believe anybody")
        smtp_url = url("SMTP_URL", ("smtp", "smtps"), "")
        mail_from = text("MAIL_FROM", "")
        if smtp_url and not mail_from:
            problems.append("MAIL_FROM is missing: letters need an address that they come from")
        if mail_from and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", mail_from):
            problems.append("MAIL_FROM must be an email address such as tanggap@kota.example")
        bot = text("TELEGRAM_BOT", "").removeprefix("@")
        if bot and not re.fullmatch(r"\w{4,32}", bot, re.ASCII):
            problems.append("TELEGRAM_BOT must be the name of the bot, such as layanan_kota_bot")
        settings = cls(
            database_url=_with_driver(database_url),
            redis_url=redis_url,
            secret_key=secret_key,
            encryption_keys=keys,
            database_owner_url=_with_driver(owner_url),
            environment=cast(Environment, choice("TANGGAP_ENVIRONMENT", "production", get_args(Environment))),
            public_url=url("PUBLIC_URL", ("http", "https"), "http://127.0.0.1:8000").rstrip("/"),
            city_name=text("CITY_NAME", "Kota Contoh"),
            default_timezone=zone,
            telegram_token=text("TELEGRAM_TOKEN", ""),
            telegram_bot=bot,
            telegram_api_url=url("TELEGRAM_API_URL", ("http", "https"), "https://api.telegram.org").rstrip("/"),
            telegram_webhook_url=webhook_url,
            telegram_webhook_secret=webhook_secret,
            telegram_webhook_port=number("TELEGRAM_WEBHOOK_PORT", 8443, 1, 65535),
            smtp_url=smtp_url,
            mail_from=mail_from,
            receipt_valid_days=number("RECEIPT_VALID_DAYS", 14, 1, 365),
            secure_cookies=choice("SECURE_COOKIES", "yes", ("yes", "no")) == "yes",
            trusted_proxies=number("TRUSTED_PROXIES", 0, 0, 5),
            rate_limits=choice("RATE_LIMITS", "yes", ("yes", "no")) == "yes",
            log_level=cast(LogLevel, choice("LOG_LEVEL", "INFO", get_args(LogLevel))),
        )
        if problems:
            raise SettingsError(problems)
        return settings


def _with_driver(url: str) -> str:
    """Name psycopg 3 in a Postgres address that names no driver."""
    return "postgresql+psycopg" + url[len("postgresql") :] if url.startswith("postgresql://") else url


def _is_fernet_key(key: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(key.encode())) == 32
    except ValueError:
        return False
