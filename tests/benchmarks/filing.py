"""A complaint by POST, all in, against a bare Flask route that inserts one row, under the same server and database.

All in: session, forgery token, nonce, rate limit (in force: every citizen has an address of its own), validation,
masking, encryption of the secret word, feedback, complaint and outbox in one durable transaction. Opening the form is
not timed. What happens behind (relay, workers) does not run meanwhile: this is about the web server.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator

import psycopg

from tests.benchmarks.bare import TABLE
from tests.benchmarks.results import Result, measured
from tests.cities.citizens import Citizen, address_of
from tests.cities.running import city_folder
from tests.cities.serving import durable_engines, gunicorn, small_agency
from webapp.embedded.environment import APPLICATION_ROLE

CONNECTIONS = 16
SESSIONS = 32
ROUNDS = 6
#: Complaints, and rows of the bare route, in a round.
IN_A_ROUND = 500
TARGET = 0.5

TEXT = (
    "Sudah dua minggu akta kelahiran anak saya belum selesai, padahal di loket dijanjikan tiga hari kerja. "
    "Saya sudah tiga kali datang dan selalu diminta kembali minggu depan tanpa penjelasan."
)


def run() -> Iterator[Result]:
    """Throughput of both, in turns, so that what else the machine does weighs on both alike."""
    with city_folder() as folder, durable_engines(folder) as env:
        units = small_agency(env)["units"]
        with psycopg.connect(env["DATABASE_OWNER_URL"], autocommit=True) as link:
            link.execute(TABLE)
            link.execute(f"GRANT INSERT ON bare_complaint TO {APPLICATION_ROLE}")
            link.execute(f"GRANT USAGE ON SEQUENCE bare_complaint_id_seq TO {APPLICATION_ROLE}")
            with (
                gunicorn("wsgi:app", env, folder / "web.log") as port,
                gunicorn("tests.benchmarks.bare:app", env, folder / "bare.log") as bare_port,
            ):
                prepared = prepare(port, units, (ROUNDS + 1) * IN_A_ROUND)
                bare = [Citizen(bare_port, "").request("POST", "/bare", {"text": TEXT})] * IN_A_ROUND
                seconds = [0.0, 0.0]
                for number in range(ROUNDS + 1):
                    taken = prepared[number * IN_A_ROUND : (number + 1) * IN_A_ROUND]
                    pair = (send_all(port, taken, 303), send_all(bare_port, bare, 200))
                    if number:  # the first warms up
                        seconds = [total + one for total, one in zip(seconds, pair, strict=True)]
            [(filed,)] = link.execute("SELECT count(*) FROM complaint").fetchall()
            [(inserted,)] = link.execute("SELECT count(*) FROM bare_complaint").fetchall()
            assert filed == inserted == len(prepared), f"{filed} complaints and {inserted} rows are there"
    ours, theirs = (ROUNDS * IN_A_ROUND / total for total in seconds)
    yield measured("filing", "complaints by POST", ours, "1/s", baseline=theirs, least_ratio=TARGET)


def prepare(port: int, units: list[int], count: int) -> list[bytes]:
    """Requests of citizens who have opened the form and filled it in, ready to be sent."""
    sessions: list[tuple[Citizen, str]] = []
    for number in range(SESSIONS):
        citizen = Citizen(port, address_of(number))
        sessions.append((citizen, citizen.form("/lapor")["csrf_token"]))
        citizen.close()
    requests = []
    for number in range(count):
        citizen, token = sessions[number % SESSIONS]
        citizen.address = address_of(1000 + number)
        fields = {
            "csrf_token": token,
            "nonce": str(uuid.uuid4()),
            "text": f"{TEXT} ({number})",
            "kind": "complaint",
            "unit": str(units[number % len(units)]),
            "anonymous": "yes",
            "secret": "y",
            "receipt": "",
            "uploaded": "",
        }
        requests.append(citizen.request("POST", "/lapor", fields))
    return requests


def send_all(port: int, requests: list[bytes], wanted: int) -> float:
    """Send all over kept connections; seconds from the first to the last answer. Raises if one is not `wanted`."""
    left = iter(requests)
    taking = threading.Lock()
    wrong: list[str] = []

    def live(citizen: Citizen) -> None:
        try:
            while not wrong:
                with taking:
                    request = next(left, None)
                if request is None:
                    break
                answer = citizen.send(request)
                if answer.status != wanted:
                    wrong.append(f"{answer.status} {answer.body[-2000:].decode()}")
        except OSError as error:
            wrong.append(repr(error))
        finally:
            citizen.close()

    threads = [threading.Thread(target=live, args=(Citizen(port, ""),)) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if wrong:
        raise RuntimeError(f"a complaint was not taken: {wrong[0]}")
    return seconds
