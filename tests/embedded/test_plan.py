"""What a city consists of."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from webapp.embedded.environment import CityEnvironment, city_environment
from webapp.embedded.errors import EmbeddedError
from webapp.embedded.folder import CityFolder
from webapp.embedded.plan import QUEUES, Plan, city_plan, newest_revision
from webapp.embedded.secret_store import CitySecrets

ROOT = Path(__file__).resolve().parents[2]


def _city(var: Path, **env: str) -> CityEnvironment:
    return city_environment({"PATH": "/usr/bin"} | env, CitySecrets(), var)


def _names(plan: Plan) -> set[str]:
    return {child.name for child in plan.children}


def test_every_queue_has_a_worker_process() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "worker", "queues"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert tuple(json.loads(done.stdout)) == QUEUES, "name each queue of worker/routing.py in webapp/embedded/plan.py"


def test_a_demo_city_is_complete(tmp_path: Path) -> None:
    city = _city(tmp_path)
    plan = city_plan(city, ROOT)
    assert _names(plan) == {
        "web",
        "bot",
        "simulator",
        "mailbox",
        "relay",
        "scheduler",
        *(f"worker-{queue}" for queue in QUEUES),
    }
    assert plan.load_demo is not None
    assert city.values["TELEGRAM_API_URL"] == f"http://127.0.0.1:{city.values['SIMULATOR_PORT']}"
    assert city.values["OPENBLAS_NUM_THREADS"] == "1"


def test_a_token_replaces_the_simulator(tmp_path: Path) -> None:
    city = _city(tmp_path, TELEGRAM_TOKEN="123:abc")
    assert city.values["TELEGRAM_TOKEN"] == "123:abc"
    assert _names(city_plan(city, ROOT)) & {"bot", "simulator"} == {"bot"}


def test_a_city_in_earnest_gets_neither_demo_nor_pretended_chat(tmp_path: Path) -> None:
    city = _city(tmp_path, TANGGAP_ENVIRONMENT="production", PUBLIC_URL="https://tanggap.example.go.id")
    plan = city_plan(city, ROOT)
    assert plan.load_demo is None
    assert _names(plan) & {"bot", "simulator", "mailbox"} == set()
    assert "SECURE_COOKIES" not in city.values


def test_given_addresses_are_kept(tmp_path: Path) -> None:
    city = _city(tmp_path, DATABASE_URL="postgresql://u@db/x", REDIS_URL="redis://queue/0", SECRET_KEY="k" * 40)
    assert (city.postgres_port, city.valkey_port) == (None, None)
    assert city.values["DATABASE_URL"] == "postgresql://u@db/x"
    assert city.values["REDIS_URL"] == "redis://queue/0"
    assert city.values["SECRET_KEY"] == "k" * 40
    assert not {"MAKEFLAGS", "MAKELEVEL"} & set(_city(tmp_path, MAKEFLAGS="w", MAKELEVEL="1").values)


def test_a_port_that_is_none(tmp_path: Path) -> None:
    for wrong in ("0", "65536", "-1", "web", "80.5"):
        with pytest.raises(EmbeddedError, match="PORT must be a port number"):
            _city(tmp_path, PORT=wrong)


def test_modules_loaded_beforehand_exist(tmp_path: Path) -> None:
    missing = [name for name in city_plan(_city(tmp_path), ROOT).load if importlib.util.find_spec(name) is None]
    assert missing == [], "correct `load` in webapp/embedded/plan.py, or every start is slow"


def test_the_newest_migration_is_read_from_the_files(tmp_path: Path) -> None:
    (tmp_path / "1.py").write_text('revision: str = "aaa"\ndown_revision: str | None = None\n')
    (tmp_path / "2.py").write_text("revision = 'bbb'\ndown_revision = 'aaa'\n")
    assert newest_revision(tmp_path) == "bbb"
    (tmp_path / "3.py").write_text("revision = 'ccc'\ndown_revision = 'aaa'\n")
    assert newest_revision(tmp_path) is None, "two newest ones: Alembic shall say so"
    (tmp_path / "4.py").write_text("revision = 'ddd'\ndown_revision = ('bbb', 'ccc')\n")
    assert newest_revision(tmp_path) == "ddd"


def test_the_newest_migration_of_the_product() -> None:
    from alembic.script import ScriptDirectory

    assert newest_revision(ROOT / "migrations" / "versions") == ScriptDirectory(ROOT / "migrations").get_current_head()


def test_the_first_page_waits_for_nobody_who_works_behind_it(tmp_path: Path) -> None:
    plan = city_plan(_city(tmp_path), ROOT)
    needs = {child.name: child.needs for child in plan.children}
    assert needs["web"] == needs["simulator"] == needs["mailbox"] == ()
    assert needs["bot"] == ("web", "simulator")
    behind = {"relay", "scheduler", *(f"worker-{queue}" for queue in QUEUES)}
    assert {name for name, needed in needs.items() if needed == ("web",)} == behind


def test_what_is_compiled_once_is_begun_only_where_no_demo_city_was_loaded(tmp_path: Path) -> None:
    folder = CityFolder(tmp_path)
    assert not folder.knows_demo()
    folder.remember_demo("embedded 1", {"sign_ins": []})
    assert folder.knows_demo()
    assert folder.demo("embedded 2") is None
