"""What a city consists of: the steps before it opens, and its processes."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from webapp.embedded.children import ChildSpec
from webapp.embedded.environment import CityEnvironment
from webapp.embedded.processes import answers_on, http_status

#: The queues of `worker`, which this room may not ask: a test compares the two.
QUEUES = ("attribution", "indicators", "messages")

#: Tiers: what citizens and officers touch is stopped first, then what it talks to, then who works behind.
_WORK, _CHAT, _FACE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Plan:
    """Commands to run before the city opens (None: nothing to do) and the children to keep."""

    migrate: tuple[str, ...] | None
    load_demo: tuple[str, ...] | None
    children: tuple[ChildSpec, ...]
    #: Modules that most of the programs import, loaded once for all of them while the city opens.
    load: tuple[str, ...] = ()
    #: What is got ready beside, from the first start's beginning until the steps above are done; nothing waits for it.
    beside: tuple[str, ...] | None = None


def city_plan(city: CityEnvironment, root: Path) -> Plan:
    """The whole product."""
    python = sys.executable
    flask = (python, "-m", "flask", "--app", "wsgi")
    children = [
        ChildSpec(
            "web",
            (python, "-m", "gunicorn", *gunicorn_options(city.port), "wsgi:app"),
            tier=_FACE,
            answers=lambda: http_status(city.port, "/health") == 200,
        )
    ]
    if city.simulator_port is not None:
        answers = partial(answers_on, city.simulator_port)
        simulator = (python, "-m", "bot.simulator")
        children.append(ChildSpec("simulator", simulator, tier=_CHAT, answers=answers, shares=False))
    if city.mailbox is not None:
        smtp_port, web_port, folder = city.mailbox
        postbox = (python, "-m", "webapp.embedded.mailbox", str(smtp_port), str(web_port), str(folder))
        answers = partial(answers_on, web_port)
        children.append(ChildSpec("mailbox", postbox, tier=_CHAT, answers=answers, shares=False))
    if city.bot:
        needs = ("web", "simulator") if city.simulator_port is not None else ("web",)
        children.append(ChildSpec("bot", (python, "-m", "bot"), tier=_FACE, needs=needs))
    # Everybody waits for the first page, and what is to be worked off waits in the outbox: the processors are for the
    # web server until it answers.
    work = ("relay", *(f"work {queue}" for queue in QUEUES), "schedule")
    names = ("relay", *(f"worker-{queue}" for queue in QUEUES), "scheduler")
    children += [
        ChildSpec(name, (python, "-m", "worker", *task.split()), tier=_WORK, needs=("web",))
        for name, task in zip(names, work, strict=True)
    ]
    return Plan(
        migrate=(*flask, "db", "upgrade"),
        load_demo=(*flask, "demo", "load", "--if-empty") if city.demo else None,
        children=tuple(children),
        # Before a city's first figures their arithmetic is compiled, which takes as long as all that comes before them.
        beside=(python, "-m", "webapp.indicators.warming") if city.demo else None,
        load=("wsgi", "webapp.portal.views", "worker.jobs", "worker.relay", "worker.schedule", "gunicorn.app.wsgiapp"),
    )


def gunicorn_options(port: int) -> tuple[str, ...]:
    """How the web server serves on 127.0.0.1:`port`."""
    memory = Path("/dev/shm")  # noqa: S108  heartbeats of the workers: in memory, in files without a name
    return (
        f"--bind=127.0.0.1:{port}",
        "--worker-class=gthread",
        "--workers=2",
        "--threads=8",
        "--preload",  # loaded once and shared: the second worker costs little memory and starts at once
        "--timeout=60",
        "--graceful-timeout=10",
        "--keep-alive=5",
        "--no-control-socket",
        *([f"--worker-tmp-dir={memory}"] if memory.is_dir() else []),
    )


def newest_revision(versions: Path) -> str | None:
    """The one migration in the folder `versions` that no other builds on; None if there is no such one.

    Read with a pattern, because loading Alembic and the application to learn it takes longer than starting the city.
    """
    known: set[str] = set()
    built_on: set[str] = set()
    for path in versions.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        if found := re.search(r"""^revision\b[^=\n]*=\s*["']([^"']+)["']""", text, re.MULTILINE):
            known.add(found[1])
        if found := re.search(r"^down_revision\b[^=\n]*=(.*)$", text, re.MULTILINE):
            built_on.update(re.findall(r"""["']([^"']+)["']""", found[1]))
    heads = known - built_on
    return heads.pop() if len(heads) == 1 else None
