"""The application without its pages: settings, database, encryption, sign-in, languages, logs."""

from __future__ import annotations

import logging
import sys
from datetime import timedelta

import structlog
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel

from config import Settings
from webapp.database import db, refuse_dead_connections
from webapp.encryption import Keyring, install_keyring

# Tables register themselves with the metadata when their modules are loaded.
from webapp.accounts import models as _accounts  # noqa: F401  isort: skip
from webapp.attribution import models as _attribution  # noqa: F401  isort: skip
from webapp.attribution.contests import models as _contests  # noqa: F401  isort: skip
from webapp.attribution.repeats import models as _repeats  # noqa: F401  isort: skip
from webapp.attribution.replay import models as _replay  # noqa: F401  isort: skip
from webapp.attribution.signals import models as _signals  # noqa: F401  isort: skip
from webapp.audit import models as _audit  # noqa: F401  isort: skip
from webapp.counter import models as _counter  # noqa: F401  isort: skip
from webapp.counter.applications import models as _applications  # noqa: F401  isort: skip
from webapp.counter.incoming import models as _incoming  # noqa: F401  isort: skip
from webapp.counter.queue import models as _queue  # noqa: F401  isort: skip
from webapp.feedback import models as _feedback  # noqa: F401  isort: skip
from webapp.feedback.casework import models as _casework  # noqa: F401  isort: skip
from webapp.feedback.clocks import models as _clocks  # noqa: F401  isort: skip
from webapp.feedback.facts import models as _facts  # noqa: F401  isort: skip
from webapp.feedback.publishing import models as _publishing  # noqa: F401  isort: skip
from webapp.feedback.search import models as _search  # noqa: F401  isort: skip
from webapp.indicators import models as _indicators  # noqa: F401  isort: skip
from webapp.indicators.objections import models as _objections  # noqa: F401  isort: skip
from webapp.indicators.work_plans import models as _work_plans  # noqa: F401  isort: skip
from webapp.messaging import models as _messaging  # noqa: F401  isort: skip
from webapp.organisation import models as _organisation  # noqa: F401  isort: skip
from webapp.outbox import models as _outbox  # noqa: F401  isort: skip
from webapp.retention import models as _retention  # noqa: F401  isort: skip

LANGUAGES = ("id", "en")

_EXTENSION = "tanggap-settings"


def create_app(settings: Settings, *, pool_size: int = 8) -> Flask:
    """The application that worker, bot and command line run in, and that the portal is registered with.

    `pool_size` is the most database connections this process keeps.
    """
    app = Flask("webapp", static_folder=None, template_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "pool_size": pool_size,
            "max_overflow": 2,
            "pool_recycle": 1800,
            "hide_parameters": True,  # what citizens say never stands in an error's text
            "connect_args": {"options": "-c timezone=UTC -c jit=off", "connect_timeout": 10},
        },
        SESSION_COOKIE_NAME="tanggap",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_REFRESH_EACH_REQUEST=False,  # a desk that asks for news by itself must not keep its session alive
        MAX_CONTENT_LENGTH=48 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        BABEL_DEFAULT_LOCALE="id",
        BABEL_DEFAULT_TIMEZONE=settings.default_timezone,
        BABEL_TRANSLATION_DIRECTORIES="translations",
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session: nobody loses a long text to a clock
    )
    app.extensions[_EXTENSION] = settings
    install_keyring(app, Keyring(settings.encryption_keys, settings.secret_key))
    db.init_app(app)
    refuse_dead_connections(app)
    Babel(app, locale_selector=select_language)
    configure_logging(settings)
    return app


def settings_of(app: Flask) -> Settings:
    """The settings that `app` was created with."""
    settings = app.extensions[_EXTENSION]
    assert isinstance(settings, Settings)
    return settings


def select_language() -> str | None:
    """Language of what is being said: the bot's chat, the choice made on the page, the browser's wish, Indonesian."""
    chosen = g.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    if has_request_context():
        if session.get("language") in LANGUAGES:
            return str(session["language"])
        return request.accept_languages.best_match(LANGUAGES) or "id"
    return "id"


def configure_logging(settings: Settings) -> None:
    """One JSON line an event on stderr. Nothing personal belongs into it: ids and names of events only."""
    logging.basicConfig(stream=sys.stderr, level=settings.log_level, format="%(levelname)s %(name)s %(message)s")
    # Whatever LOG_LEVEL says: lines of httpx hold the bot's token, those of SQLAlchemy and psycopg what citizens said,
    # those of Pillow where a photo was taken. Alembic tells before each command which of its plugins it has.
    for library in ("httpx", "sqlalchemy", "psycopg", "PIL", "alembic.runtime.plugins"):
        logging.getLogger(library).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(settings.log_level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
