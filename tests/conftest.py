"""What all tests share: engines, the application, clean tables, a client, a browser, no network.

A test that takes `app`, `database`, `session`, `client` or `live_server` works on real engines in a database of its
process, and finds its tables empty. Tests that take none of them start nothing.
"""

from __future__ import annotations

import contextvars
import gc
import os
import sys
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import redis
from cryptography.fernet import Fernet

from tests import chromium, network
from tests.engines import Engines, RunFolder, shared_engines
from tests.order import in_order, turned
from tests.tables import TableCleaner

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from flask_sqlalchemy import SQLAlchemy
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize
    from sqlalchemy.orm import Session, scoped_session

    from config import Settings

HERE = Path(__file__).parent
#: How long a browser is waited for: nothing fails because the machine has other things to do as well.
SLOWEST_MS = 30_000
WINDOW: ViewportSize = {"width": 1280, "height": 800}
#: An address without scripts.
QUIET = "/health"
_RUN = pytest.StashKey[RunFolder]()
#: Who takes one of these leaves rows behind.
_TOUCHES_TABLES = {"app", "database", "session", "client", "csrf_client", "live_server"}


# the run


class _Nodes:
    """Tells the processes of pytest-xdist where the engines of the run are; without xdist there is no such hook."""

    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["run_folder"] = str(node.config.stash[_RUN].path)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[_RUN] = RunFolder()
        if config.pluginmanager.hasplugin("xdist"):
            config.pluginmanager.register(_Nodes())


def pytest_unconfigure(config: pytest.Config) -> None:
    if _RUN in config.stash:
        config.stash[_RUN].close()


def _number() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def _processes() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if collector.path == HERE and report.result:
        report.result = turned(report.result, _number(), _processes())
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = in_order(items, _processes())


def pytest_collection_finish() -> None:
    # What is there by now stays: looking through it for rubbish, again and again, is a twentieth of the work; looking
    # through what is new each time that there are 700 things more is a fortieth.
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        network.shut(patch)
        yield


@pytest.fixture(scope="session")
def engines(request: pytest.FixtureRequest) -> Engines:
    """PostgreSQL and Valkey of this run."""
    told = getattr(request.config, "workerinput", {}).get("run_folder")
    return shared_engines(Path(told) if told else request.config.stash[_RUN].path)


# the application


@pytest.fixture(scope="session")
def process_number() -> int:
    """Number of this process among those of the run."""
    return _number()


@pytest.fixture(scope="session")
def environment(engines: Engines, process_number: int) -> Iterator[dict[str, str]]:
    """Settings as environment variables, for programs that a test starts; the database in it is migrated."""
    name = f"process_{process_number}"
    values = {
        "DATABASE_URL": engines.database_url(name),
        "REDIS_URL": engines.redis_url(process_number),
        "SECRET_KEY": "only-for-tests-" * 4,
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "TANGGAP_ENVIRONMENT": "test",
        "SECURE_COOKIES": "no",
        "LOG_LEVEL": "WARNING",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    engines.create_migrated(name, values)
    yield values
    engines.drop_database(name)


@pytest.fixture(scope="session")
def settings(environment: dict[str, str]) -> Settings:
    """The settings of the application under test."""
    from config import Settings

    return Settings.from_env(environment)


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Flask]:
    """The whole application with its pages, on the database of this process."""
    from webapp.database import db
    from wsgi import create_wsgi_app

    app = create_wsgi_app(settings)
    app.config["TESTING"] = True
    gc.freeze()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def _tables(engines: Engines, environment: dict[str, str], process_number: int) -> Iterator[TableCleaner]:
    cleaner = TableCleaner(engines.admin_url.rsplit("/", 1)[0] + f"/process_{process_number}")
    yield cleaner
    cleaner.close()


@pytest.fixture(autouse=True)
def _clean_tables(request: pytest.FixtureRequest) -> Iterator[None]:
    if _TOUCHES_TABLES.isdisjoint(request.fixturenames):
        yield
        return
    cleaner = request.getfixturevalue("_tables")
    address = request.getfixturevalue("environment")["REDIS_URL"]
    yield
    left_open = cleaner.clean()
    boards = sys.modules.get("webapp.counter.queue.board")
    if boards is not None:
        boards.forget_boards()  # what it keeps of halls that are gone now
    inherited = sys.modules.get("webapp.organisation.inherited")
    if inherited is not None:
        inherited.calendar_at.cache_clear()  # numbers and versions begin anew
    with redis.Redis.from_url(address) as queue:
        queue.flushdb()
    if left_open:
        pytest.fail(f"the test left a transaction open; last statements in it: {left_open}")


@pytest.fixture
def database(app: Flask) -> Iterator[SQLAlchemy]:
    """The database within the application's context; the tables are empty before and after.

    What a client, a server or a worker shall see has to be committed.
    """
    from webapp.database import db

    with app.app_context():
        yield db
        db.session.rollback()


@pytest.fixture
def session(database: SQLAlchemy) -> scoped_session[Session]:
    """The session of `database`."""
    return database.session


def _client(app: Flask) -> FlaskClient:
    from flask.testing import FlaskClient

    class OwnContextClient(FlaskClient):
        """Every request in a context of its own, as under a server.

        Within the context that `database` opens, Flask would go on using that one: the signed-in person of one
        request, kept in `g`, would still be there in the next.
        """

        def open(self, *args: Any, **kwargs: Any) -> Any:
            return contextvars.Context().run(super().open, *args, **kwargs)

    return OwnContextClient(app, app.response_class, use_cookies=True)


@pytest.fixture
def client(app: Flask, database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A browser without a window, excused from CSRF tokens; see `csrf_client`."""
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    return _client(app)


@pytest.fixture
def csrf_client(app: Flask, database: SQLAlchemy) -> FlaskClient:
    """A browser without a window that has to send CSRF tokens."""
    return _client(app)


# a server and a browser


@pytest.fixture(scope="session")
def _server(app: Flask) -> Iterator[str]:
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log(self, type: str, message: str, *args: Any) -> None:
            pass

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def live_server(_server: str, database: SQLAlchemy) -> str:
    """Address of a server with the whole application, in a thread of this process, on its database.

    For faults, where a server has to be killed, start gunicorn with `environment`.
    """
    return _server


@pytest.fixture(scope="session")
def _chromium() -> Iterator[chromium.Running]:
    from playwright.sync_api import expect

    expect.set_options(timeout=SLOWEST_MS)
    path = chromium.find()
    if path is None:
        if chromium.under_ci():
            pytest.fail(chromium.HOW)
        pytest.skip(chromium.HOW)
    with chromium.running(path) as running:
        yield running


@pytest.fixture(scope="module")
def browser(_chromium: chromium.Running) -> Iterator[Browser]:
    """Chromium without a window. Missing, it fails the run under CI and skips the test elsewhere.

    It is the same for all modules of a process, for starting it takes longer than most tests in it; what a module left
    open in it is closed. Playwright's event loop runs in this thread for as long as a module's tests only: tests of
    other modules want to run their own.
    """
    with _chromium.lent() as chrome:
        yield chrome


@pytest.fixture(scope="module")
def _profile(browser: Browser, _server: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=_server, locale="id-ID", viewport=WINDOW)
    yield context
    context.close()


@pytest.fixture
def page(_profile: BrowserContext, live_server: str) -> Iterator[Page]:
    """A window on `live_server` with no past; the test fails if a script of a page failed or its policy was broken.

    It is the window of the test before, made to forget it: a new one costs more than most tests do in it, for axe and
    all scripts are compiled anew. After a test that changed more than can be taken back it is closed.
    """
    page = next(iter(_profile.pages), None) or _profile.new_page()
    wrong: list[str] = []

    def on_error(error: Any) -> None:
        wrong.append(str(error))

    def on_console(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            wrong.append(message.text)

    page.on("pageerror", on_error)
    page.on("console", on_console)
    used: list[str] = []
    for name in LASTING:
        _note(page, name, used)
    yield page
    for name in LASTING:
        delattr(page, name)
    for left in _profile.pages:
        if left is not page:
            left.close()
    if used or not begin_anew(page, live_server):
        forget(page, live_server)
        page.close()
    else:
        page.remove_listener("pageerror", on_error)
        page.remove_listener("console", on_console)
    assert not wrong, f"a page did something wrong: {wrong}"


#: What a test can do to its window that outlives the pages in it.
LASTING = (
    "add_init_script",
    "add_locator_handler",
    "emulate_media",
    "expose_binding",
    "expose_function",
    "on",
    "once",
    "route",
    "set_default_navigation_timeout",
    "set_default_timeout",
    "set_extra_http_headers",
)


def _note(page: Page, name: str, used: list[str]) -> None:
    """Let `used` have the name of a method of this window once it is called."""
    method = getattr(page, name)

    def noting(*args: Any, **kwargs: Any) -> Any:
        used.append(name)
        return method(*args, **kwargs)

    setattr(page, name, noting)


def begin_anew(page: Page, origin: str) -> bool:
    """Leave what the window shows without a word to its scripts, and let it forget; False if it does not answer."""
    from playwright.sync_api import Error

    try:
        # Heard before what the page's own scripts would do: keep what was typed, say goodbye to the server.
        page.evaluate("addEventListener('pagehide', (event) => event.stopImmediatePropagation(), true)")
        page.goto(f"{origin}{QUIET}")  # of the same origin, so that the window keeps its process
        page.evaluate("sessionStorage.clear()")
        forget(page, origin)
        page.set_viewport_size(WINDOW)
        page.mouse.move(0, 0)
    except Error:
        return False
    return True


def forget(page: Page, origin: str) -> None:
    """Let the browser context of `page` forget what it knows of `origin`, as if it were new."""
    page.context.clear_cookies()
    browser = page.context.new_cdp_session(page)
    browser.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    browser.send("Network.clearBrowserCache")
    browser.detach()
