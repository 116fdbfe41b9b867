"""The postbox of a demo city: takes letters by SMTP, delivers none, and shows them in the browser.

`python -m webapp.embedded.mailbox SMTP_PORT WEB_PORT FOLDER`. It answers on this machine alone. The letters are files
in FOLDER, the latest KEPT of them.
"""

from __future__ import annotations

import email
import email.policy
import os
import signal
import sys
import threading
import time
from email.message import EmailMessage
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

HOST = "127.0.0.1"
KEPT = 200

_PAGE = """<!doctype html><html lang="id"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Kotak surat kota contoh</title><style>body{{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;
padding:0 1rem}}details{{border-top:1px solid #ccc;padding:.75rem 0}}summary{{cursor:pointer}}small{{color:#555}}
pre{{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit}}</style><main><h1>Kotak surat kota contoh</h1>
<p>Surat dari kota contoh tidak dikirim ke mana pun; semuanya berhenti di sini.</p>{letters}</main></html>"""


class Letters:
    """The letters in a folder, by the moment at which they came."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = threading.Lock()

    def add(self, content: bytes) -> None:
        """Keep one; the oldest beyond KEPT go."""
        with self._lock:
            new = self.folder / f"{time.time_ns()}.eml"
            new.with_suffix(".part").write_bytes(content)
            new.with_suffix(".part").rename(new)
            for old in sorted(self.folder.glob("*.eml"))[:-KEPT]:
                old.unlink(missing_ok=True)

    def latest(self) -> list[EmailMessage]:
        """All that are kept, the latest first."""
        return [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted(self.folder.glob("*.eml"), reverse=True)
        ]


class _Taking:
    """What aiosmtpd asks when a letter comes."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self._letters.add(bytes(envelope.original_content))
        return "250 kept"


def page_of(letters: Letters) -> str:
    """The page that shows them."""
    shown = []
    for letter in letters.latest():
        body = letter.get_body(("plain",))
        words = body.get_content() if body is not None else ""
        shown.append(
            f"<details><summary>{escape(str(letter['Subject']))}<br><small>{escape(str(letter['To']))} · "
            f"{escape(str(letter['Date']))}</small></summary><pre>{escape(words)}</pre></details>"
        )
    return _PAGE.format(letters="".join(shown) or "<p>Belum ada surat.</p>")


def run(smtp_port: int, web_port: int, folder: Path) -> None:
    """Take and show letters until SIGTERM."""
    os.umask(0o077)  # letters are nobody else's on this machine
    letters = Letters(folder)

    class Showing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = page_of(letters).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_arguments: object) -> None:
            """Nothing: whoever looks is not written down."""

    taking = Controller(_Taking(letters), hostname=HOST, port=smtp_port)
    taking.start()
    web = ThreadingHTTPServer((HOST, web_port), Showing)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=web.shutdown).start())
    try:
        web.serve_forever()
    finally:
        web.server_close()
        taking.stop()


if __name__ == "__main__":
    run(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
