"""The forms of a page, read as a browser reads them, and sent again."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from tests.portal.markup import Element, parse


@dataclass
class PageForm:
    """One form: where it goes and what it would send if somebody pressed its first button."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def token(self) -> str | None:
        """The forgery token; a form with a prefix has it under a longer name."""
        return next((value for name, value in self.fields.items() if name.endswith("csrf_token")), None)

    def without(self, *endings: str) -> dict[str, str]:
        """The fields without those whose names end so."""
        return {name: value for name, value in self.fields.items() if not name.endswith(endings)}


def forms_of(html: str, address: str) -> list[PageForm]:
    """The forms of the page at `address`, with words in every empty text field."""
    page = parse(html)
    found = []
    for form in page.all("form"):
        action = urlsplit(urljoin(address, form.get("action") or address))
        goes_to = action.path + (f"?{action.query}" if action.query else "")
        found.append(PageForm(goes_to, (form.get("method") or "get").lower(), _fields(form)))
    return found


def _fields(form: Element) -> dict[str, str]:
    fields: dict[str, str] = {}
    for control in form.walk():
        name = control.get("name")
        if not name or control.get("disabled") is not None:
            continue
        if control.tag == "select":
            options = control.all("option")
            chosen = [o for o in options if o.get("selected") is not None] or options
            value = next((o.get("value") or "" for o in [*chosen, *options] if o.get("value")), "")
            fields[name] = value
        elif control.tag == "textarea":
            fields[name] = control.text or "Kata-kata yang cukup panjang untuk formulir ini."
        elif control.tag == "button" or control.get("type") == "submit":
            continue
        elif control.get("type") in ("radio", "checkbox"):
            if control.get("checked") is not None or name not in fields:
                fields[name] = control.get("value") or "y"
        elif control.get("type") != "file":
            fields[name] = control.get("value") or _made_up(control.get("type") or "text")
    return fields


def _made_up(kind: str) -> str:
    return {
        "email": "seseorang@contoh.go.id",
        "tel": "081234567890",
        "number": "1",
        "date": "2026-11-02",
        "time": "09:30",
        "hidden": "",
    }.get(kind, "Contoh")
