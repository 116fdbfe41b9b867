"""A city of three small processes under the real supervisor, for tests that need no product.

Run as `python -m tests.embedded.tiny_city VAR`; what the children are is said by TINY_* in the environment.
"""

from __future__ import annotations

import http.server
import json
import os
import signal
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from webapp.embedded.children import ChildSpec
from webapp.embedded.environment import CityEnvironment
from webapp.embedded.plan import Plan
from webapp.embedded.processes import http_status
from webapp.embedded.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]
DEMO = {"sign_ins": [{"role": "officer", "email": "petugas@contoh.test", "password": "bunga-melati"}]}


def tiny_plan(city: CityEnvironment, root: Path) -> Plan:
    me = (sys.executable, "-m", "tests.embedded.tiny_city")
    fails = os.environ.get("TINY_FAILS", "")
    return Plan(
        migrate=(*me, {"migrate": "--fail", "slow-migrate": "--idle"}.get(fails, "--migrate")),
        load_demo=(*me, "--demo") if city.demo else None,
        children=(
            ChildSpec(
                "web",
                (*me, "--fail" if fails == "web" else "--web"),
                tier=3,
                answers=lambda: http_status(city.port, "/health") == 200,
            ),
            ChildSpec("worker-attribution", (*me, "--idle"), tier=1, needs=("web",)),
            ChildSpec(
                "stubborn",
                (*me, "--stubborn" if fails == "stop" else "--idle"),
                tier=1,
                needs=("web",),
                stop_seconds=0.5,
            ),
        ),
        load=tuple(os.environ.get("TINY_LOAD", "http.server psycopg").split()),
    )


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/health" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def main(wanted: str) -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if wanted == "--web":
        print(os.environ["DATABASE_URL"], os.environ.get("DATABASE_OWNER_URL", "no owner"), flush=True)
        http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Health).serve_forever()
    elif wanted == "--stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("stubborn now", flush=True)
        time.sleep(600)
    elif wanted == "--idle":
        time.sleep(600)
    elif wanted == "--fail":
        print("the roof is missing", file=sys.stderr)
        return 3
    elif wanted == "--migrate":
        product = os.environ["DATABASE_URL"]
        with psycopg.connect(os.environ.get("DATABASE_OWNER_URL", product)) as link:
            link.execute("CREATE TABLE IF NOT EXISTS citizen (number int)")
            link.execute("CREATE TABLE IF NOT EXISTS alembic_version AS SELECT 'first' AS version_num")
            link.execute(f"GRANT SELECT, INSERT ON citizen TO {urlsplit(product).username}")
        print("migrated", file=sys.stderr)
    elif wanted == "--demo":
        with psycopg.connect(os.environ["DATABASE_URL"]) as link:
            known = link.execute("SELECT EXISTS (SELECT FROM citizen)").fetchone() == (True,)
            if not known:
                link.execute("INSERT INTO citizen VALUES (1)")
        print("loaded before" if known else "progress 100 %", file=sys.stderr)
        print(json.dumps(DEMO))
    else:
        return Supervisor(ROOT, Path(wanted), os.environ, tiny_plan).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
