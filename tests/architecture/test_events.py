"""Every event is routed to jobs that exist, on queues that somebody listens to."""

from __future__ import annotations

import dataclasses
import importlib
import json
import pkgutil
from pathlib import Path
from typing import get_type_hints

import bot
import webapp
import worker
from webapp.embedded.environment import city_environment
from webapp.embedded.plan import city_plan
from webapp.embedded.secret_store import CitySecrets
from webapp.outbox.events import EVENTS, Event
from worker.jobs import JOBS
from worker.routing import QUEUES, ROUTES
from worker.schedule import TASKS


def load_everything() -> None:
    for package in (webapp, bot, worker):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def our_events() -> dict[str, type[Event]]:
    load_everything()
    return {
        name: event for name, event in EVENTS.items() if event.__module__.split(".")[0] in ("webapp", "bot", "worker")
    }


def test_every_event_is_routed() -> None:
    events = our_events()
    assert len(events) >= 10
    lost = sorted(set(events) - {event.name for event in ROUTES})
    assert not lost, f"Say in worker/routing.py (ROUTES) which jobs these events go to: {lost}"
    gone = sorted(event.name for event in ROUTES if events.get(event.name) is not event)
    assert not gone, f"worker/routing.py routes events that are not there any more: {gone}"
    idle = sorted(event.name for event, routes in ROUTES.items() if not routes)
    assert not idle, f"nobody does anything about {idle}: publish no event that nobody hears"


def test_every_job_exists_and_is_called_by_some_event() -> None:
    named = {route.job for routes in ROUTES.values() for route in routes}
    assert named <= set(JOBS), f"write these jobs in worker/jobs.py (JOBS): {sorted(named - set(JOBS))}"
    assert set(JOBS) <= named, f"no event calls these jobs, route or delete them: {sorted(set(JOBS) - named)}"


def test_every_queue_is_known_and_has_a_worker(tmp_path: Path) -> None:
    waiting = {route.queue for routes in ROUTES.values() for route in routes}
    assert waiting <= set(QUEUES), f"name in worker/routing.py (QUEUES): {sorted(waiting - set(QUEUES))}"
    assert set(QUEUES) <= waiting, f"no job waits in {sorted(set(QUEUES) - waiting)}: take the queue out"
    city = city_environment({"PATH": "/usr/bin"}, CitySecrets(), tmp_path)
    heard = [
        child.argv[child.argv.index("work") + 1]
        for child in city_plan(city, Path.cwd()).children
        if "worker" in child.argv and "work" in child.argv
    ]
    assert sorted(heard) == sorted(QUEUES), (
        "make run must start exactly one worker for each queue: correct QUEUES in webapp/embedded/plan.py, which is "
        f"{heard}, after worker/routing.py, which says {list(QUEUES)}"
    )


def test_events_are_past_tense_and_go_into_json() -> None:
    # What the clock says is due or near has not happened yet, but that it came so far has.
    for name, event in our_events().items():
        assert name.endswith(("ed", "Told", "Due", "Nearing")), f"name {name} in the past tense: it has happened"
        assert dataclasses.is_dataclass(event) and event.__dataclass_params__.frozen, f"make {name} a frozen dataclass"
        plain = {int, int | None, str, bool, float, list[int], list[str]}
        kinds = {k: v for k, v in get_type_hints(event).items() if k != "name" and v not in plain}
        assert not kinds, (
            f"{name} carries {kinds}: events carry ids and words only, what citizens said stays in its table"
        )


def test_what_the_clock_announces_is_routed() -> None:
    for task in TASKS:
        event = task.event("2026-11")
        assert type(event) in ROUTES, f"route {event.name} of the task {task.name}"
        assert json.loads(json.dumps(event.to_payload())) == event.to_payload()
