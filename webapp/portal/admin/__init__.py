"""Pages for administrators: the agency, its people and accounts, imports, and what is stuck in the outbox."""

from webapp.portal.admin import (  # noqa: F401  # each registers its pages with the blueprint
    accounts,
    calendars,
    causes,
    complaint_terms,
    counters,
    deliveries,
    halls,
    imports,
    models,
    officers,
    overview,
    presets,
    reports,
    retention,
    services,
    stages,
    systems,
    topics,
    units,
)
from webapp.portal.admin.room import blueprint

__all__ = ["blueprint"]
