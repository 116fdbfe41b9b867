"""What `make run` runs: engines, migrations, demo city, processes of the product, in one foreground process.

It has no threads, imports neither the web framework nor the database layer, and says what it does in few lines.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from webapp.embedded import processes
from webapp.embedded.children import Child, rotate, stop_all
from webapp.embedded.engines import DatabaseState, ask_given_engines, embedded_engines, open_database
from webapp.embedded.environment import COMMAND_SETTINGS, CityEnvironment, city_environment
from webapp.embedded.errors import EmbeddedError, StopRequested
from webapp.embedded.folder import CityFolder
from webapp.embedded.nursery import POSSIBLE, Nursery, reap_strangers
from webapp.embedded.plan import Plan, city_plan, newest_revision
from webapp.embedded.postgres import Postgres
from webapp.embedded.secret_store import CitySecrets, load_or_make
from webapp.embedded.terminal import LogWatch, announce, own_terminal, ready_block, say
from webapp.embedded.valkey import Valkey

#: Seconds in which the web server must answer once everything before it is done.
_OPENING = 60.0
#: So many deaths in a row before it ever answered, and the city is not opened.
_HOPELESS = 3
_STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Planner = Callable[[CityEnvironment, Path], Plan]


class Supervisor:
    """One city, run from the project folder `root` with its data in `var`."""

    def __init__(self, root: Path, var: Path, env: Mapping[str, str], planner: Planner = city_plan) -> None:
        self._root = root
        self._folder = CityFolder(var)
        self._env = dict(env)
        self._planner = planner
        self._engines: list[Postgres | Valkey] = []
        self._nursery: Nursery | None = None
        self._restarts = {"postgres": 0, "valkey": 0}
        self._children: list[Child] = []
        self._url = ""
        self._settings: dict[str, str] = {}
        self._opened = False
        self._wishes = 0
        self._wake = -1

    def run(self) -> int:
        """Run the city until Ctrl-C or SIGTERM; the exit code: 0, or 1 after one clear sentence on standard error."""
        began = time.monotonic()
        try:
            with own_terminal(), self._signals():
                self._folder.enter()
                try:
                    self._open(began)
                    self._watch()
                finally:
                    self._close()
        except StopRequested:
            return 0
        except EmbeddedError as error:
            say(str(error))
            return 1
        raise AssertionError("the watch ends by an exception only")

    # opening

    def _open(self, began: float) -> None:
        for name in self._folder.end_leftovers():
            say(f"{name} was left from an earlier start; ended")
        secrets = load_or_make(self._folder.path)
        city = city_environment(self._env, secrets, self._folder.path)
        if problem := processes.port_problem(city.port):
            raise EmbeddedError(
                f"Port {city.port} {problem}: choose another, for example PORT={city.port + 1} make run."
            )
        self._url = city.address
        self._settings = {name: city.values[name] for name in COMMAND_SETTINGS if name in city.values}
        if city.owner_url is not None:
            self._settings["DATABASE_OWNER_URL"] = city.owner_url  # for migrations by hand
        ask_given_engines(city, self._root)
        plan = self._planner(city, self._root)
        if plan.load and POSSIBLE:
            self._nursery = Nursery(plan.load, self._root, city.values, self._folder.logs / "nursery.log")
        self._children = [Child(spec, self._folder.logs, self._root, city.values) for spec in plan.children]
        with self._beside(None if self._folder.knows_demo() else plan.beside, city):
            self._start_engines(city, secrets)
            self._start_loners()
            database = open_database(city, secrets, self._engines)
            demo = self._prepare(city, plan, database)
        self._start_children()
        self._close_nursery()
        absent = [child.spec.name for child in self._children if not child.alive]
        simulator = f"http://127.0.0.1:{city.simulator_port}" if city.simulator_port else None
        self._opened = True
        mailbox = f"http://127.0.0.1:{city.mailbox[1]}" if city.mailbox else None
        announce(ready_block(city.address, time.monotonic() - began, demo, simulator, absent, mailbox))

    def _start_engines(self, city: CityEnvironment, secrets: CitySecrets) -> None:
        """Start what is embedded, both at once."""
        for engine in embedded_engines(city, secrets, self._folder, self._env):
            engine.prepare()
            engine.launch()
            self._engines.append(engine)
        for engine in self._engines:
            engine.wait_ready(pause=self._pause)
        self._note_running()

    def _prepare(self, city: CityEnvironment, plan: Plan, database: DatabaseState) -> dict[str, Any]:
        """Migrate and load the demo city where that is still to be done; what the demo tells to try it with."""
        newest = newest_revision(self._root / "migrations" / "versions")
        if plan.migrate is not None and (database.revision is None or database.revision != newest):
            say("migrating the database ...")
            owner = {"DATABASE_OWNER_URL": city.owner_url} if city.owner_url is not None else {}
            self._step("migrate", plan.migrate, city, env=owner)
        if plan.load_demo is None:
            return {}
        summary = self._folder.demo(database.identity)
        if summary is None or not database.filled:
            say("loading the demo city ...")
            told = self._step("demo", plan.load_demo, city, show=True)
            try:
                fresh = json.loads((told.strip().splitlines() or [""])[-1])
            except ValueError:
                raise EmbeddedError("The demo city did not tell its sign-ins; see var/log/demo.log.") from None
            # A database that was filled before tells nothing new: what was remembered of it still holds.
            if fresh.get("sign_ins") or summary is None:
                summary = fresh
                self._folder.remember_demo(database.identity, fresh)
        return dict(summary)

    @contextlib.contextmanager
    def _beside(self, argv: tuple[str, ...] | None, city: CityEnvironment) -> Iterator[None]:
        """Run a command meanwhile, behind all else; what it has not done by the end it leaves undone."""
        if argv is None:
            yield
            return
        with (self._folder.logs / "beside.log").open("ab") as log:
            process = processes.spawn(
                argv, log=log, env=dict(city.values), cwd=self._root, end_with_parent=signal.SIGTERM
            )
        try:
            yield
        finally:
            processes.end_child(process, (signal.SIGTERM, 2), (signal.SIGKILL, 5))

    def _step(
        self,
        name: str,
        argv: tuple[str, ...],
        city: CityEnvironment,
        *,
        show: bool = False,
        env: Mapping[str, str] | None = None,
    ) -> str:
        """Run a command to its end; what it wrote to standard output. With `show`, its progress is on the terminal."""
        log = self._folder.logs / f"{name}.log"
        output = self._folder.logs / f"{name}.out"
        rotate(log)
        env = dict(env or {}) | ({"LOG_LEVEL": "WARNING"} if show else {})
        try:
            process: processes.Process
            if nursery := self._loaded_nursery():
                process = nursery.start(argv, name=name, out=output, err=None if show else log, env=env)
            else:
                with log.open("ab") as errors, output.open("wb") as out:
                    process = processes.spawn(
                        argv,
                        log=2 if show else errors,
                        stdout=out,
                        env=dict(city.values) | env,
                        cwd=self._root,
                        end_with_parent=signal.SIGTERM,
                    )
            try:
                while (code := process.poll()) is None:
                    self._pause(0.05)
            finally:
                processes.end_child(process, (signal.SIGTERM, 10), (signal.SIGKILL, 5))
            if code != 0:
                ended = processes.how_it_ended(code)
                lines = processes.tail(log, most=4000).strip().splitlines()
                words = f": {lines[-1].strip()[:300]} (see {log})" if lines and not show else "."
                raise EmbeddedError(f"The step {name!r} ({' '.join(argv[1:])}) ended {ended}{words}")
            return output.read_text(errors="replace")
        finally:
            output.unlink(missing_ok=True)  # it may hold passwords of the demo

    def _loaded_nursery(self) -> Nursery | None:
        """The nursery when it has loaded, waited for; None if there is none or it could not load."""
        while self._nursery is not None and (loaded := self._nursery.loaded()) is not True:
            if loaded is False:  # programs that are started alone will say what is wrong with them
                self._close_nursery()
            else:
                self._pause(0.02)
        return self._nursery

    def _close_nursery(self) -> None:
        if self._nursery is not None:
            self._nursery.close()
            self._nursery = None

    def _start_loners(self) -> None:
        """Start what needs neither the database nor anybody else: it loads while the others are waited for."""
        for child in self._children:
            if not child.spec.shares and not child.spec.needs:
                child.start()
        self._note_running()

    def _start_children(self) -> None:
        """Start every child when what it needs answers; return when all that must answer do."""
        until = time.monotonic() + _OPENING
        answering: set[str] = set()
        while True:
            now = time.monotonic()
            for child in self._children:
                if child.start_at is not None and child.start_at <= now and answering.issuperset(child.spec.needs):
                    child.start(self._loaded_nursery() if child.process is None and child.spec.shares else None)
                    self._note_running()
                elif child.take_death() and child.deaths_in_a_row >= _HOPELESS and child.spec.answers is not None:
                    raise EmbeddedError(
                        f"{child.spec.name} ended {_HOPELESS} times while it was started; "
                        f"its log {child.log} ends with: {child.last_words()}"
                    )
                if (
                    child.spec.name not in answering
                    and child.alive
                    and (not child.spec.answers or child.spec.answers())
                ):
                    answering.add(child.spec.name)
            must = {child.spec.name for child in self._children if child.spec.answers is not None}
            if must <= answering and all(child.process is not None for child in self._children):
                return
            if now > until:
                silent = ", ".join(sorted(must - answering))
                raise EmbeddedError(f"{silent} did not answer within {_OPENING:.0f} s; see {self._folder.logs}.")
            self._pause(0.03)

    # watching

    def _watch(self) -> None:
        """Start again what dies, and name it. Ends by StopRequested, or EmbeddedError if an engine cannot be saved."""
        watch = LogWatch({child.spec.name: child.log for child in self._children})
        look_at = 0.0
        while True:
            now = time.monotonic()
            for engine in self._engines:
                self._revive(engine)
            for child in self._children:
                if (death := child.take_death()) is not None:
                    self._tell_death(child, *death)
                if child.start_at is not None and child.start_at <= now + 0.01:
                    child.start()
                    self._note_running()
            if POSSIBLE:
                reap_strangers(
                    {one.process.pid for one in (*self._engines, *self._children) if one.process is not None}
                )
            if now >= look_at:
                for line in watch.look():
                    say(line)
                look_at = now + 2
            starts = [child.start_at for child in self._children if child.start_at is not None]
            self._pause(max(0.01, min([now + 1.0, *starts]) - time.monotonic()))

    def _tell_death(self, child: Child, code: int, pause: float) -> None:
        ended = f"{child.spec.name.replace('-', ' ')} ended {processes.how_it_ended(code)}"
        if pause:
            say(f"{ended}; starting it again in {pause:g} s. Its log ends with: {child.last_words()}")
        else:
            say(f"{ended}; started again")

    def _revive(self, engine: Postgres | Valkey) -> None:
        """Start an engine again if it has died: what was committed is there, its clients connect anew."""
        if engine.process is None or (code := engine.process.poll()) is None:
            return
        engine.launch()
        engine.wait_ready(pause=self._pause)
        self._restarts[engine.name] += 1
        self._note_running()
        say(f"{engine.name} ended {processes.how_it_ended(code)}; started again")

    def _note_running(self) -> None:
        listed: dict[str, Any] = {}
        for engine in self._engines:
            if engine.process is not None:
                born = processes.birth(engine.process.pid)
                listed[engine.name] = {"pid": engine.process.pid, "born": born, "restarts": self._restarts[engine.name]}
        for child in self._children:
            if child.process is not None:
                listed[child.spec.name] = {"pid": child.process.pid, "born": child.born, "restarts": child.restarts}
        self._folder.write_running(
            {"pid": os.getpid(), "url": self._url, "children": listed, "settings": self._settings}
        )

    # stopping

    def _close(self) -> None:
        """Stop faces, then workers, then engines. A second Ctrl-C hurries, and still lets the database end in order."""
        told = self._opened or self._wishes > 0  # else one sentence about what went wrong is to come, alone
        if told:
            say("stopping ...")
        began = time.monotonic()
        self._close_nursery()
        if killed := stop_all(self._children, lambda: self._wishes > 1):
            say(f"killed, because they did not stop: {', '.join(killed)}")
        for engine in self._engines:  # the queue first, the truth last
            with contextlib.suppress(EmbeddedError):
                engine.stop()
        self._folder.leave()
        if told:
            say(f"stopped in {time.monotonic() - began:.1f} s")

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        """Turn signals into a wish that the next pause sees, and let the end of a child cut a pause short."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        self._wake = reading
        for wanted in _STOPPING_SIGNALS:
            signal.signal(wanted, self._wish)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for wanted in _STOPPING_SIGNALS:
                signal.signal(wanted, signal.SIG_IGN)  # what is left is to exit
            os.close(reading)
            os.close(writing)

    def _wish(self, *_: object) -> None:
        self._wishes += 1

    def _pause(self, seconds: float) -> None:
        """Wait until a signal comes or the time is up. Raises StopRequested if the city shall be stopped."""
        if not self._wishes:
            select.select([self._wake], [], [], seconds)
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake, 512)
        if self._wishes:
            raise StopRequested
