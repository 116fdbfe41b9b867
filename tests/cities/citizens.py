"""Citizens at their browsers: a page is asked for, its form is filled in and sent, and sent again if no answer came.

Written on a bare socket, because in a benchmark the citizens share the machine with the city that they measure.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

_HIDDEN = re.compile(rb'name="(?:[\w-]*-)?(nonce|csrf_token)" type="hidden" value="([^"]*)"')
_COOKIE = re.compile(rb"^set-cookie: *([^=;\s]+)=([^;\r\n]*)", re.IGNORECASE | re.MULTILINE)
_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)
_TAG = re.compile(rb"^etag: *([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_WRONG = re.compile(rb'<div class="summary" role="alert".*?</div>', re.DOTALL)
#: What a form says to whoever has sent too much, and may send it again in a while.
_SEND_LATER = b"tunggu sebentar, lalu kirim lagi"
_LOCATION = re.compile(rb"^location: *([^\r\n]+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the city answered."""

    status: int
    body: bytes
    location: str
    #: The version of what was answered (ETag), if it has one.
    tag: str = ""


@dataclass
class Citizen:
    """One browser with its cookies on one connection that is kept open. `address` is what the city takes it to be."""

    port: int
    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    timeout: float = 30.0
    #: How often a connection broke before an answer came.
    broken: int = 0
    _link: socket.socket | None = None

    def get(self, path: str) -> Answer:
        """Ask for a page. Raises OSError if no whole answer came."""
        return self._ask(self.request("GET", path))

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form. Raises OSError if no whole answer came: then nobody knows whether it was taken."""
        return self._ask(self.request("POST", path, fields))

    def form(self, path: str) -> dict[str, str]:
        """Nonce and forgery token of the form at `path`. Raises OSError where there is no such page just now."""
        page = self.get(path)
        if page.status != 200:
            raise ConnectionError(f"{path} answered {page.status}")
        return {name.decode(): value.decode() for name, value in _HIDDEN.findall(page.body)}

    def request(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> bytes:
        """The bytes of a request of this browser."""
        head = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"X-Forwarded-For: {self.address}",
            "Accept-Language: id",
        ]
        if self.cookies:
            head.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        body = b""
        if fields is not None:
            body = urlencode(fields).encode()
            head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join([*head, "", ""]).encode() + body

    def _ask(self, request: bytes) -> Answer:
        try:
            return self.send(request)
        except OSError:
            self.broken += 1
            self.close()
            raise

    def send(self, request: bytes) -> Answer:
        """Send prepared bytes and read the answer. Raises OSError if no whole answer came."""
        kept = self._link is not None
        if self._link is None:
            self._link = socket.create_connection(("127.0.0.1", self.port), self.timeout)
            self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._link.sendall(request)
            received = self._link.recv(65536)
        except ConnectionError:
            if not kept:
                raise
            received = b""
        if not received:
            if not kept:
                raise ConnectionResetError("the connection was closed without an answer")
            self.broken += 1  # or it had been idle for too long: a browser asks again on a new one
            self.close()
            return self.send(request)
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head = received[:end]
        length = _LENGTH.search(head)
        status = int(received[9:12])
        if length is None and status != 304:
            raise ConnectionError("an answer without a length")
        whole = end + 4 + (int(length[1]) if length and status != 304 else 0)
        parts, size = [received], len(received)
        while size < whole:
            parts.append(self._more())
            size += len(parts[-1])
        for name, value in _COOKIE.findall(head):
            self.cookies[name.decode()] = value.decode()
        location, tag = _LOCATION.search(head), _TAG.search(head)
        if b"connection: close" in head.lower():
            self.close()
        body = b"".join(parts)[end + 4 :]
        return Answer(status, body, location[1].decode() if location else "", tag[1].decode() if tag else "")

    def _more(self) -> bytes:
        assert self._link is not None
        part = self._link.recv(262_144)
        if not part:
            raise ConnectionResetError("the connection was closed in the middle of an answer")
        return part

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self._link is not None:
            self._link.close()
            self._link = None


def address_of(number: int) -> str:
    """An address of its own for every citizen, so that limits for one address count each of them alone."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@dataclass
class Filed:
    """A form that the city has said it accepted: its key, where it led, and how often something broke before."""

    write_key: str
    location: str
    broken: int


def file_until_accepted(
    citizen: Citizen, path: str, fields: Mapping[str, str], seconds: float = 120, pause: float = 0.1
) -> Filed:
    """Fill in the form at `path` and send the very same form again until the city says that it was accepted.

    Raises AssertionError for an answer that is no acceptance and would not become one by waiting.
    """
    until = time.monotonic() + seconds
    hidden: dict[str, str] = {}
    refused = 0
    while True:
        try:
            if not hidden:
                hidden = citizen.form(path)
            answer = citizen.post(path, {**fields, **hidden})
            if answer.status == 303:
                return Filed(f"form:{hidden['nonce']}", answer.location, citizen.broken + refused)
            if answer.status < 500 and _SEND_LATER not in answer.body:
                wrong = _WRONG.search(answer.body)
                raise AssertionError(
                    f"{path} answered {answer.status}: {(wrong[0] if wrong else answer.body).decode()}"
                )
            refused += 1
        except OSError:
            pass  # no answer: it may have been taken or not, and so it is sent again
        if time.monotonic() > until:
            raise TimeoutError(f"{path} was not accepted within {seconds:g} s")
        time.sleep(pause)
        pause = min(2 * pause, 3.0)
