"""Complaints that hold unique words in every secret field, and where these words are looked for."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import TestResponse
from werkzeug.utils import cached_property

from tests.addresses import real
from tests.bot.conftest import Chat
from tests.page_forms import forms_of
from webapp.feedback.models import Complaint

#: Queries on top of the addresses themselves: other tabs, other languages, further pages.
QUERIES = ("?tampil=selesai", "?lang=en", "?page=2")
#: What every page heeds, whether its view looks for it or not.
_HEEDED = ("lang",)


@dataclass(frozen=True)
class Canary:
    """The secrets of one complaint. `contact` tell who complained and are for nobody; `words` for who handles it."""

    name: str
    number: int
    at_all: tuple[str, ...] = field(default=())

    @property
    def text(self) -> str:
        return (
            f"Kepada yang berwenang: zqisi{self.name} terjadi di loket itu. NIK saya {self.nik_typed}, "
            f"telepon {self.phone_typed}, surel {self.email}. Mohon ditindaklanjuti zqakhir{self.name}."
        )

    @property
    def nik_typed(self) -> str:
        return f"3578 0125 0590 {self.number:04d}"

    @property
    def nik(self) -> str:
        return self.nik_typed.replace(" ", "")

    @property
    def phone_typed(self) -> str:
        return f"0812-7391-{self.number:04d}"

    @property
    def phone(self) -> str:
        return f"8127391{self.number:04d}"

    @property
    def person(self) -> str:
        return f"Zqnama{self.name} Pelapor"

    @property
    def email(self) -> str:
        return f"zqsurel{self.name}@kanari.example"

    @property
    def place(self) -> str:
        return f"zqtempat{self.name} lantai dua"

    @property
    def latitude(self) -> float:
        return -7.0 - self.number / 10_000

    @property
    def contact(self) -> tuple[str, ...]:
        """What nobody of the agency ever sees, and what is nowhere stored in the clear."""
        return (
            self.person,
            f"Zqnama{self.name}",
            self.phone,
            self.phone_typed,
            self.email,
            self.nik,
            self.nik_typed,
            f"zqexif{self.name}",
            f"zqberkas{self.name}",
        )

    @property
    def words(self) -> tuple[str, ...]:
        """What those see who handle the complaint."""
        return (
            f"zqisi{self.name}",
            f"zqakhir{self.name}",
            f"zqtempat{self.name}",
            f"{self.latitude:.4f}",
            f"zqbalas{self.name}",
            f"zqsanggah{self.name}",
            f"zqjawab{self.name}",
            f"zqtanya{self.name}",
            f"zqalasan{self.name}",
        )

    @property
    def photo(self) -> bytes:
        """A picture that tells in its metadata who took it."""
        exif = Image.Exif()
        exif[0x010E] = f"zqexif{self.name}"
        exif[0x013B] = f"zqexif{self.name}"
        out = io.BytesIO()
        picture = Image.new("RGB", (320, 240), (self.number % 200, 90, 60))
        picture.save(out, "JPEG", exif=exif, comment=f"zqexif{self.name}".encode())
        assert f"zqexif{self.name}".encode() in out.getvalue()
        return out.getvalue()


def file_on_portal(client: FlaskClient, canary: Canary, **fields: Any) -> str:
    """File the canary by the form of the portal; its code."""
    photo = (io.BytesIO(canary.photo), f"zqberkas{canary.name}.jpg")
    asked = {"receipt": "struk", "application": "berkas"}
    address = "/lapor" + "".join(f"?{asked[name]}={value}" for name, value in fields.items() if name in asked)
    form = next(form for form in forms_of(client.get(address).text, address) if form.action.startswith("/lapor"))
    sent = {
        "nonce": form.fields["nonce"],
        "kind": "complaint",
        "text": canary.text,
        "photos": photo,
        "place": canary.place,
        "latitude": str(canary.latitude),
        "longitude": "112.75",
        "anonymous": "yes",
        "secret": "y",
        "contact_name": canary.person,
        "contact_phone": canary.phone_typed,
        "contact_email": canary.email,
        **{name: str(value) for name, value in fields.items()},
    }
    response = client.post("/lapor", data=sent, content_type="multipart/form-data")
    assert response.status_code == 303, response.text[:3000]
    return response.headers["Location"].partition("kode=")[2]


def file_in_chat(app: Flask, canary: Canary, unit: str) -> tuple[Chat, str]:
    """File the canary step by step with the bot, as being about a person; the chat and the code."""
    chat = Chat(app, now=datetime.now(UTC), chat_id=8_127_391_000_000 + canary.number)
    chat.send("/lapor")
    acts: dict[str, Callable[[], object]] = {
        "complaint.kind": lambda: chat.click("Pengaduan"),
        "complaint.text": lambda: chat.send(canary.text),
        "complaint.place": lambda: chat.send(canary.place),
        "complaint.person": lambda: chat.click("Ya, tentang seseorang"),
        "complaint.secrecy": lambda: chat.click("Rahasiakan isinya"),
        "complaint.identity": lambda: chat.click("Boleh, saya beri kontak"),
        "complaint.contact": lambda: chat.send(canary.phone_typed),
    }

    def show_photo() -> None:
        chat.send_photo(canary.photo)
        chat.click("Lanjut")

    def choose_unit() -> None:
        chat.send(unit)
        if chat.step() == "complaint.unit":
            chat.click(unit)

    acts |= {"complaint.photos": show_photo, "complaint.unit": choose_unit}
    for _ in range(len(acts) + 3):
        step = chat.step() or ""
        if step == "complaint.summary":
            break
        acts[step]()
    chat.click("Kirim")
    said = chat.calls[-1].get("text", "") + chat.calls[-2].get("text", "")
    return chat, said.partition("<code>")[2].partition("</code>")[0]


def send_form(client: FlaskClient, address: str, holding: str, **fields: str) -> None:
    """Fill in the form on a page that has a field of this name or this value, and send it."""
    page = client.get(address)
    assert page.status_code == 200, f"{address}: {page.status_code}"
    forms = [form for form in forms_of(page.text, address) if form.method == "post"]
    form = next(form for form in forms if holding in form.fields or holding in form.fields.values())
    response = client.post(form.action, data={**form.fields, **fields})
    assert response.status_code in (302, 303), f"{address}: {response.status_code}\n{response.text[:4000]}"


def everything_shown(
    app: Flask,
    client: FlaskClient,
    queries: Iterable[str] = QUERIES,
    *,
    but: tuple[str, ...] = (),
    below: str = "/",
) -> Iterator[tuple[str, bytes]]:
    """Everything that a browser gets to see: address, and headers with body.

    Where there is a page, also what it shows when asked otherwise, if it looks for what is asked at all. Files are the
    same for everybody and left out, and so are addresses that begin with any of `but`, or not with `below`.
    """
    with _noting_what_is_looked_for(app) as looked_for:
        for address in real(app):
            if "GET" not in address.methods or address.endpoint == "static" or address.path.startswith(but or ("?",)):
                continue
            if not address.path.startswith(below):
                continue
            looked_for.clear()
            response = client.get(address.path, buffered=True)
            heeded = {*looked_for, *_HEEDED}
            yield str(address), _written(response)
            if response.status_code == 200 and response.mimetype == "text/html":
                asked = [query for query in queries if {query[1:].partition("=")[0], "*"} & heeded]
                for query in asked if "?" not in address.path else ():
                    yield f"{address}{query}", _written(_once(client, address.path + query))
                if b" hx-get=" in response.data:
                    yield f"{address} by htmx", _written(client.get(address.path, headers={"HX-Request": "true"}))


def _once(client: FlaskClient, path: str) -> TestResponse:
    """What is at `path`; a language that is asked for there does not stay for the next page."""
    with client.session_transaction() as session:
        language = session.get("language")
    response = client.get(path, buffered=True)
    with client.session_transaction() as session:
        session.pop("language", None)
        if language is not None:
            session["language"] = language
    return response


@contextmanager
def _noting_what_is_looked_for(app: Flask) -> Iterator[set[str]]:
    """Names that views look for behind the "?" of their addresses, "*" for all there are; the caller clears them.

    `to_dict` does not count: with it the layout repeats all of them in its links to the other languages.
    """
    names: set[str] = set()

    class Arguments(ImmutableMultiDict[str, str]):
        def __getitem__(self, name: str) -> str:
            names.add(name)
            return super().__getitem__(name)

        def __contains__(self, name: object) -> bool:
            names.add(str(name))
            return super().__contains__(name)

        def get(self, name: str, *more: Any, **how: Any) -> Any:
            names.add(name)
            return super().get(name, *more, **how)

        def getlist(self, name: str, *more: Any, **how: Any) -> Any:
            names.add(name)
            return super().getlist(name, *more, **how)

        def __iter__(self) -> Iterator[str]:
            names.add("*")
            return super().__iter__()

        def __len__(self) -> int:
            names.add("*")
            return super().__len__()

        def items(self, *more: Any, **how: Any) -> Any:
            names.add("*")
            return super().items(*more, **how)

        def to_dict(self, flat: bool = True) -> Any:
            return dict(super().items() if flat else super().lists())

        def lists(self) -> Any:
            names.add("*")
            return super().lists()

        def copy(self) -> Any:
            names.add("*")
            return super().copy()

    class Noting(app.request_class):  # type: ignore[misc, name-defined]  # whatever the application takes
        @cached_property
        def args(self) -> Arguments:
            return Arguments(list(super().args.items(multi=True)))

        @property
        def full_path(self) -> str:
            names.add("*")
            return str(super().full_path)

        @property
        def url(self) -> str:
            names.add("*")
            return str(super().url)

    usual, app.request_class = app.request_class, Noting
    try:
        yield names
    finally:
        app.request_class = usual


def _written(response: TestResponse) -> bytes:
    assert response.status_code < 500, f"{response.request.path} failed"
    return str(response.headers).encode() + b"\n" + response.data


def leaks(shown: Iterable[tuple[str, bytes]], secrets: Iterable[str]) -> list[str]:
    """Where any of these words is seen."""
    wanted = [(word, word.encode()) for word in secrets]
    return [f"{word!r} in {where}" for where, content in shown for word, written in wanted if written in content]


def stored_in_the_clear(session: Session, secrets: Iterable[str]) -> list[str]:
    """Tables in which any of these words stands as text, or as bytes that are not encrypted."""
    tables = session.execute(
        text("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
    )
    words = list(secrets)
    asked = {"words": words, "hexes": [word.encode().hex() for word in words]}
    found = []
    for (table,) in tables.all():
        hits = session.scalars(  # one look at each row for all words: asking word by word takes half a minute
            text(
                f'WITH written AS MATERIALIZED (SELECT t::text AS all_of_it FROM "{table}" t) '
                "SELECT word FROM unnest(CAST(:words AS text[]), CAST(:hexes AS text[])) AS secret (word, hex) "
                "WHERE EXISTS "
                "(SELECT FROM written WHERE position(word in all_of_it) > 0 OR position(hex in all_of_it) > 0)"
            ),
            asked,
        )
        hit = set(hits)
        found += [f"{word!r} in {table}" for word in words if word in hit]
    return found


def complaint_of(session: Session, code: str) -> Complaint:
    """The complaint with this code."""
    return session.scalars(select(Complaint).where(Complaint.code == code)).one()
