"""The macros draw what screen readers, keyboards and the content policy need."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, render_template_string
from jinja2 import UndefinedError
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, Form, FormField, StringField
from wtforms.validators import InputRequired

from tests.portal.bare import IMPORTS, GuardedForm, make_bare_app
from tests.portal.markup import Element, parse
from webapp.portal.design import SampleForm
from webapp.portal.staff.pictures import Picture, Source

Draw = Callable[..., Element]


@pytest.fixture(scope="module")
def bare() -> Flask:
    return make_bare_app()


@pytest.fixture
def draw(bare: Flask) -> Iterator[Draw]:
    """Draws a piece of template with the macros at hand."""

    def _draw(template: str, **values: Any) -> Element:
        return parse(render_template_string(IMPORTS + template, **values))

    with bare.test_request_context("/"):
        yield _draw


def wrong_form() -> SampleForm:
    form = SampleForm(formdata=MultiDict({"email": "sari@", "kind": "nonsense"}))
    assert not form.validate()
    return form


def blank_form() -> SampleForm:
    return SampleForm(formdata=None)


# fields


@pytest.mark.parametrize("name", ["text", "email", "day", "code", "service", "photos", "secret"])
def test_a_field_has_its_label_and_points_at_its_help(draw: Draw, name: str) -> None:
    tree = draw("{{ forms.field(form[name], help='Bantuan') }}", form=blank_form(), name=name)
    control = next(e for e in tree.walk() if e.tag in ("input", "select", "textarea"))
    assert tree.one("label")["for"] == control["id"] == name
    assert tree.one(id=f"{name}-help").text == "Bantuan"
    assert control["aria-describedby"].split() == [f"{name}-help"]
    assert control.get("aria-invalid") is None


@pytest.mark.parametrize("name", ["text", "email", "code"])
def test_a_wrong_field_says_so_beside_itself(draw: Draw, name: str) -> None:
    form = wrong_form()
    tree = draw("{{ forms.field(form[name], help='Bantuan') }}", form=form, name=name)
    control = next(e for e in tree.walk() if e.tag in ("input", "textarea"))
    assert control["aria-describedby"].split() == [f"{name}-help", f"{name}-error"]
    assert control["aria-invalid"] == "true"
    assert tree.one(id=f"{name}-error").text == f"Kesalahan: {form[name].errors[0]}"


def test_what_may_be_left_out_is_marked(draw: Draw) -> None:
    optional = draw("{{ forms.field(form.email) }}", form=blank_form())
    required = draw("{{ forms.field(form.code) }}", form=blank_form())
    assert optional.one("label").text == "Alamat email (tidak wajib)"
    assert required.one("label").text == "Kode lacak"


def test_a_page_that_asks_one_thing_has_the_question_as_its_heading(draw: Draw) -> None:
    tree = draw("{{ forms.textarea(form.text, heading=true) }}", form=blank_form())
    assert tree.one("h1").one("label")["for"] == "text"
    tree = draw("{{ forms.radio_cards(form.kind, heading=true) }}", form=blank_form())
    assert tree.one("legend").one("h1").text == "Anda ingin menyampaikan apa?"


def test_choices_are_a_group_with_a_legend_and_hints(draw: Draw) -> None:
    form = wrong_form()
    tree = draw("{{ forms.radio_cards(form.kind, hints={'complaint': 'Ada masalah'}) }}", form=form)
    group = tree.one("fieldset")
    assert group.one("legend").text == "Anda ingin menyampaikan apa?"
    assert group["aria-describedby"] == "kind-error"
    radios = group.all("input", type="radio")
    assert [r["value"] for r in radios] == ["complaint", "suggestion", "information"]
    assert [tree.one("label", for_=r["id"]).text for r in radios] == ["Pengaduan", "Aspirasi", "Permintaan informasi"]
    assert radios[0]["aria-describedby"] == "kind-0-hint"
    assert tree.one(id="kind-0-hint").text == "Ada masalah"


def test_faces_are_told_apart_by_words(draw: Draw) -> None:
    tree = draw("{{ forms.rating_faces(form.rating) }}", form=blank_form())
    radios = tree.all("input", type="radio", name="rating")
    assert [r["value"] for r in radios] == ["1", "2", "3", "4"]
    words = [tree.one("label", for_=r["id"]).text for r in radios]
    assert words == ["Tidak baik", "Kurang baik", "Baik", "Sangat baik"]
    mouths = {svg.one("path")["d"] for svg in tree.all("svg")}
    assert len(mouths) == 4, "each face has a mouth of its own"
    assert not [e for e in tree.walk() if e.get("fill") or e.get("stroke")], "a face carries no colour of its own"


def test_own_words_for_faces(draw: Draw) -> None:
    tree = draw("{{ forms.rating_faces(form.element, labels=['a', 'b', 'c', 'd']) }}", form=blank_form())
    assert [label.text for label in tree.all("label")] == ["a", "b", "c", "d"]


def test_a_chosen_face_stays_chosen(draw: Draw) -> None:
    form = SampleForm(formdata=MultiDict({"rating": "3"}))
    tree = draw("{{ forms.rating_faces(form.rating) }}", form=form)
    assert [r["value"] for r in tree.all("input") if "checked" in r.attributes] == ["3"]


def test_the_summary_links_to_every_wrong_field(draw: Draw) -> None:
    form = wrong_form()
    template = """{% call forms.form(form, '/x') %}{% for f in form if f.name not in ('latitude', 'longitude') %}
        {{ forms.field(f) }}{% endfor %}{% endcall %}"""
    tree = draw(template, form=form)
    summary = tree.one(role="alert")
    links = {a["href"]: a.text for a in summary.all("a")}
    wrong = {name for name in form.errors if name is not None}
    assert wrong == {"text", "kind", "rating", "email", "code"}
    assert set(links) == {"#text", "#kind-0", "#rating-0", "#email", "#code"}
    for href in links:
        assert tree.one(id=href[1:]).tag in ("input", "textarea"), "a link leads to a control that takes the focus"
    assert tree.one(id=summary["aria-labelledby"]).text == "Ada yang perlu diperbaiki"


def test_a_right_form_has_no_summary(draw: Draw) -> None:
    assert draw("{{ forms.error_summary(form) }}", form=blank_form()).text == ""


def test_the_summary_reaches_into_nested_forms(draw: Draw) -> None:
    class Hours(Form):
        opens = StringField("Buka", validators=[InputRequired("Isi jam buka.")])

    class Unit(Form):
        monday = FormField(Hours)
        phones = FieldList(StringField("Telepon", validators=[InputRequired("Isi nomor.")]), min_entries=2)

    form = Unit(formdata=MultiDict({"phones-0": "1", "phones-1": ""}))
    assert not form.validate()
    tree = draw("{{ forms.error_summary(form) }}", form=form)
    assert {(a["href"], a.text) for a in tree.all("a")} == {
        ("#monday-opens", "Isi jam buka."),
        ("#phones-1", "Isi nomor."),
    }


def test_a_form_carries_its_token_and_sends_photos(draw: Draw) -> None:
    form = GuardedForm(formdata=None)
    tree = draw("{% call forms.form(form, '/x', draft='k', multipart=true) %}{% endcall %}", form=form)
    drawn = tree.one("form")
    assert drawn.one("input", name="csrf_token", type="hidden")["value"]
    assert (drawn["method"], drawn["action"], drawn["enctype"]) == ("post", "/x", "multipart/form-data")
    assert drawn["data-draft"] == "k"
    assert "novalidate" in drawn.attributes


def test_words_of_citizens_are_escaped(draw: Draw) -> None:
    evil = "<script>x</script>"
    tree = draw(
        "{{ parts.note(x) }}{{ parts.tag(x) }}{{ parts.timeline([{'title': x, 'text': x}]) }}"
        "{{ parts.table(x, [x], [[x]]) }}"
        "{{ parts.desk_item('#', x, x) }}{{ parts.empty_state(x, x) }}{{ parts.facts([(x, x)]) }}{{ parts.stat(x, x) }}"
        "{{ parts.evidence([{'text': x}]) }}{{ forms.submit(x) }}"
        "{{ parts.score_lines([{'what': x, 'why': x, 'delta': 1, 'tag': x}], x) }}",
        x=evil,
    )
    assert not tree.all("script")
    assert tree.text.count(evil) > 12


def test_an_unknown_icon_is_an_error(draw: Draw) -> None:
    with pytest.raises(UndefinedError):
        draw("{{ parts.note('x', icon_name='no-such-icon') }}")


# parts


def test_a_table_names_columns_and_rows(draw: Draw) -> None:
    tree = draw(
        "{{ parts.table('Layanan', columns, rows) }}",
        columns=["Nama", {"label": "Jam", "numeric": True}, {"label": "Tindakan", "hidden": True}],
        rows=[["Akta", 24, "ubah"], ["KIA", None, "ubah"]],
    )
    assert tree.one("caption").text == "Layanan"
    assert [th.text for th in tree.all("th", scope="col")] == ["Nama", "Jam", "Tindakan"]
    assert [th.text for th in tree.all("th", scope="row")] == ["Akta", "KIA"]
    cells = tree.all("td")
    assert [(td.text, td.get("data-label")) for td in cells] == [
        ("24", "Jam"), ("ubah", None), ("–", "Jam"), ("ubah", None),
    ]  # fmt: skip
    assert "r" in cells[0].classes


def test_a_timeline_tells_done_now_and_to_come(draw: Draw) -> None:
    tree = draw(
        "{{ parts.timeline([{'title': 'a'}, {'title': 'b', 'state': 'now'}, {'title': 'c', 'state': 'todo'}]) }}"
    )
    items = tree.one("ol").all("li")
    assert [li.get("aria-current") for li in items] == [None, "step", None]
    assert [li.text for li in items] == ["a", "b", "c (belum)"]


def test_pagination_keeps_what_was_searched(draw: Draw) -> None:
    tree = draw("{{ parts.pagination(2, 3, 'portal.design', q='akta') }}")
    assert [(a["rel"], a["href"]) for a in tree.all("a")] == [
        ("prev", "/design?q=akta&page=1"),
        ("next", "/design?q=akta&page=3"),
    ]
    assert tree.one("nav").text == "Sebelumnya Halaman 2 dari 3 Berikutnya"
    assert not draw("{{ parts.pagination(1, 1, 'portal.design') }}").all("nav")


# figures


def test_a_picture_has_its_words_its_size_and_files_for_every_reader(draw: Draw) -> None:
    media = ("(max-width: 40rem)", "(prefers-color-scheme: dark)", "")
    shown = Picture("Mutu <b>", tuple(Source(one, f"/{number}.svg", 640, 114) for number, one in enumerate(media)))
    tree = draw("{{ parts.picture(shown) }}", shown=shown)
    assert [(one["media"], one["srcset"]) for one in tree.all("source")] == [(media[0], "/0.svg"), (media[1], "/1.svg")]
    image = tree.one("img")
    assert (image["alt"], image["src"], image["width"], image["height"]) == ("Mutu <b>", "/2.svg", "640", "114")


def test_a_figure_without_enough_data_shows_no_number(draw: Draw) -> None:
    tree = draw("{{ parts.figure(61.04, 38.5, 82.7, 'not_enough') }}")
    assert "61" not in tree.text
    assert "belum cukup data" in tree.text
    assert "38,5" in tree.text
    assert "belum cukup data" in draw("{{ parts.figure(none, none, none, 'not_enough') }}").text


@pytest.mark.parametrize(
    ("delta", "text", "kind"),
    [(0.94, "+0,9", "up"), (-0.66, "−0,7", "down"), (0.04, "0,0", ""), (-0.04, "0,0", ""), (0, "0,0", "")],
)
def test_a_change_has_its_sign_in_words_and_class(draw: Draw, delta: float, text: str, kind: str) -> None:
    change = draw("{{ parts.change(delta) }}", delta=delta).one("span")
    assert change.text == text
    assert change.classes & {"up", "down"} == ({kind} if kind else set())


def test_score_lines_say_what_moved_by_how_much(draw: Draw) -> None:
    tree = draw(
        "{{ parts.score_lines(lines, 'Baris') }}",
        lines=[
            {"what": "a", "why": "b", "delta": 1.6, "href": "/x"},
            {"what": "c", "why": "d", "delta": -0.7, "tag": "e"},
        ],
    )
    rows = tree.one("tbody").all("tr")
    assert [row.all("td")[1].text for row in rows] == ["+1,6", "−0,7"]
    assert tree.one("a").text == "rincian : a", "a link says what it is about, read alone too"
    assert tree.one(class_="tag").text == "e"


def test_a_trend_has_its_numbers_in_a_table(draw: Draw) -> None:
    points = [{"label": "I", "value": 80.0}, {"label": "II", "value": 84.25, "low": 80, "high": 88}]
    tree = draw("{{ parts.trend(points, 'Mutu') }}", points=points)
    assert tree.one("svg")["aria-label"] == "Mutu: dari 80,0 menjadi 84,2"
    assert [row.text for row in tree.one("table").all("tr")] == ["I 80,0", "II 84,2 (80,0–88,0)"]
    rises = tree.one("svg").one(class_="path")
    assert float(rises["y1"]) > float(rises["y2"]), "up is better"
    assert not draw("{{ parts.trend(points[:1], 'Mutu') }}", points=points).all("svg")
