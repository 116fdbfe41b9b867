"""The secrets of a city that runs from this folder: made at its first start, read at every later one."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from webapp.embedded.errors import EmbeddedError


@dataclass(frozen=True, slots=True)
class CitySecrets:
    """Kept in `var`/secrets.json, readable by its owner alone."""

    secret_key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    #: A Fernet key: 32 random bytes in URL-safe base64.
    encryption_key: str = field(
        default_factory=lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(), repr=False
    )
    postgres_superuser_password: str = field(default_factory=lambda: secrets.token_hex(24), repr=False)
    #: Of the role that owns the tables: migrations alone get it.
    postgres_password: str = field(default_factory=lambda: secrets.token_hex(24), repr=False)
    #: Of the role that the product works under, which can't change what is only to be added to.
    postgres_application_password: str = field(default_factory=lambda: secrets.token_hex(24), repr=False)
    valkey_password: str = field(default_factory=lambda: secrets.token_hex(24), repr=False)
    #: The bot's token at the chat simulator, in Telegram's own form.
    simulator_token: str = field(
        default_factory=lambda: f"{secrets.randbelow(9 * 10**8) + 10**8}:{secrets.token_urlsafe(27)[:35]}", repr=False
    )


#: Secrets that cities of earlier versions do not have yet: made when such a city is started.
_LATER = frozenset({"postgres_application_password"})


def load_or_make(var: Path) -> CitySecrets:
    """The secrets in `var`, made if the city is new.

    Raises EmbeddedError if they cannot be read, or are gone while a database that was encrypted with them is there.
    """
    path = var / "secrets.json"
    anew = f"bring the file back from a backup, or remove {var} to begin anew"
    try:
        text = path.read_text()
    except FileNotFoundError:
        if (var / "postgres").exists() or (var / "postgres.elsewhere").exists():
            raise EmbeddedError(
                f"{path} is missing, but the database beside it was encrypted with it: {anew}."
            ) from None
        return _write(path, CitySecrets())
    except (OSError, UnicodeDecodeError) as error:
        raise EmbeddedError(f"{path} cannot be read ({error}): {anew}.") from error
    names = {entry.name for entry in fields(CitySecrets)}
    try:
        kept = json.loads(text)
        if not isinstance(kept, dict) or not names - _LATER <= set(kept) <= names:
            raise ValueError("it does not hold the secrets of a city")
        if not all(value and isinstance(value, str) for value in kept.values()):
            raise ValueError("it does not hold the secrets of a city")
        if len(base64.urlsafe_b64decode(kept["encryption_key"])) != 32:
            raise ValueError("its encryption key is damaged")
    except ValueError as error:
        raise EmbeddedError(f"{path} is damaged ({error}): {anew}.") from error
    path.chmod(0o600)
    known = CitySecrets(**kept)
    return known if set(kept) == names else _write(path, known)


def _write(path: Path, made: CitySecrets) -> CitySecrets:
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(asdict(made), out, indent=2)
        out.flush()
        os.fsync(out.fileno())
    part.rename(path)
    return made
