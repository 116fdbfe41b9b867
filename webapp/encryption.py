"""Personal data is encrypted at rest; lookups go through keyed hashes."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, current_app
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

_EXTENSION = "tanggap-keyring"


class Keyring:
    """The keys of a running city: the newest encrypts, all of them decrypt."""

    def __init__(self, encryption_keys: tuple[str, ...], secret_key: str) -> None:
        self._keys = [Fernet(key) for key in encryption_keys]
        self._fernet = MultiFernet(self._keys)
        self._pepper = hashlib.sha256(b"tanggap lookup key\0" + secret_key.encode()).digest()

    def encrypt(self, text: str) -> bytes:
        """Encrypt `text` with the newest key."""
        return self._fernet.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        """Decrypt what any of the keys has encrypted; raises cryptography.fernet.InvalidToken otherwise."""
        return self._fernet.decrypt(token).decode()

    def seal(self, content: bytes) -> bytes:
        """Encrypt what is no text, a file, with the newest key."""
        return self._fernet.encrypt(content)

    def unseal(self, token: bytes) -> bytes:
        """What `seal` has encrypted with any of the keys; raises cryptography.fernet.InvalidToken otherwise."""
        return self._fernet.decrypt(token)

    def key_of(self, token: bytes) -> int | None:
        """Which of the keys has encrypted `token`, counted from the newest (0); None if none of them has."""
        for number, key in enumerate(self._keys):
            try:
                key.decrypt(token)
            except InvalidToken:
                continue
            return number
        return None

    def rotate(self, token: bytes) -> bytes:
        """The same secret under the newest key."""
        return self._fernet.rotate(token)

    def lookup_key(self, purpose: str, text: str) -> bytes:
        """16 bytes by which an encrypted value is found again without being stored in the clear (HMAC-SHA256)."""
        return hmac.new(self._pepper, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()[:16]


def install_keyring(app: Flask, keyring: Keyring) -> None:
    """Make `keyring` the one that the app's tables are read and written with."""
    app.extensions[_EXTENSION] = keyring


def keyring() -> Keyring:
    """The keyring of the running app."""
    ring = current_app.extensions[_EXTENSION]
    assert isinstance(ring, Keyring)
    return ring


class EncryptedText(TypeDecorator[str]):
    """A text column whose content is encrypted before it reaches the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else keyring().decrypt(bytes(value))


class EncryptedBytes(TypeDecorator[bytes]):
    """A column for the content of a file, encrypted before it reaches the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().seal(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring().unseal(bytes(value))
