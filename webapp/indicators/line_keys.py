"""The key by which a page names a line: its officer's own, and nothing can be read from it.

The key that a line is kept under (`webapp.indicators.line_groups.LineGroup.key`) is a digest of ids: who tries out ids
would learn which complaint it is. What pages carry is made of it with the city's secret.
"""

from __future__ import annotations

from webapp.encryption import keyring


def line_key(officer_id: int, period: str, group_key: str) -> str:
    """The key for pages, addresses and tables of a line of this officer's quarter; "" for a line without one."""
    if not group_key:
        return ""
    return keyring().lookup_key("indicator line", f"{officer_id}:{period}:{group_key}").hex()
