"""Every text that people see is in the catalogue, and the catalogue is complete. `make check` calls this alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests import catalogue
from tests.architecture.source_tree import ROOT, files, named
from tests.architecture.visible_text import in_python, in_template, texts_of
from webapp.indicators.presets import load_preset
from webapp.indicators.presets.presets import shipped_names
from webapp.indicators.wording.presets import preset_text

#: Modules that speak to people: the faces, and the sentences that capabilities write for them.
SPEAKING = (
    "webapp/portal",
    "bot/conversations",
    "webapp/feedback/notices.py",
    "webapp/attribution/sentences.py",
    "webapp/indicators/wording",
)
#: Texts that are the same in every language, each with its reason.
SAME_EVERYWHERE = {
    "Plus Jakarta Sans",  # a typeface
    "Bahasa Indonesia",  # a language is called by its own name
    "English",
    "Enter",  # a key
}
#: A page of samples for whoever builds pages: its made-up people and places are no texts of the product.
SAMPLES = ("webapp/portal/design.py", "webapp/portal/templates/design.html")
#: Said to programs and to whoever writes them, in the language of the interface's description.
FOR_PROGRAMS = ("webapp/portal/api/description.py", "webapp/portal/problem_documents.py")


def templates() -> list[Path]:
    return [path for path in files("webapp/portal/templates", suffix=".html") if named(path) not in SAMPLES]


def speaking() -> list[Path]:
    return [path for path in files(*SPEAKING) if named(path) not in (*SAMPLES, *FOR_PROGRAMS)]


def test_no_text_of_a_template_is_outside_the_catalogue() -> None:
    found = [
        f"{named(path)}: {text}"
        for path in templates()
        for text in in_template(path.read_text(encoding="utf-8"))
        if text not in SAME_EVERYWHERE
    ]
    assert not found, 'Write these texts as {{ _("...") }}, in Indonesian:\n' + "\n".join(found)


def test_no_text_of_a_face_is_outside_the_catalogue() -> None:
    found = [
        f"{named(path)}:{text}"
        for path in speaking()
        for text in in_python(path)
        if text.partition(": ")[2] not in SAME_EVERYWHERE
    ]
    assert not found, 'Write these texts as _("...") or _l("..."), in Indonesian:\n' + "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        "<p>Selamat datang</p>",
        '<a aria-label="Tutup"></a>',
        '{{ parts.note("Rahasia Anda aman.") }}',
        "{% if x %}Belum{% endif %}",
        '<input type="submit" value="Kirim">',
    ],
)
def test_texts_of_templates_are_recognised(source: str) -> None:
    assert in_template(source)


def test_markup_and_looked_up_texts_are_none() -> None:
    source = """<!doctype html><p class="lead">{{ _("Kirim") }} {{ ngettext("%(num)s orang", "%(num)s orang", n) }}</p>
    {% trans %}Halo{% endtrans %}<kbd>Enter</kbd>{{ icon('circle-check') }}{% if a == 'Kirim' %}1{% endif %}"""
    assert in_template(source) == []


SPOKEN = """
flash("Tersimpan")
talk.say(f"Kode Anda {code}.")
x = "Tulis alasannya dulu."
Field(label="Nama unit kerja")
"""
UNSPOKEN = """
flash(_("Tersimpan"))
x = "circle-check", "EEEE, d MMMM"
raise ValueError("No such thing here.")
y == "Kata lain."
"""


def test_texts_of_python_are_recognised() -> None:
    assert [line for line, _text in texts_of(ast.parse(SPOKEN))] == [2, 3, 4, 5]
    assert texts_of(ast.parse(UNSPOKEN)) == []


def test_placeholders_are_compared() -> None:
    assert catalogue.placeholders("%(n)s dari <b>%(all)s</b>") == catalogue.placeholders("<b>%(all)s</b> of %(n)s")
    assert catalogue.placeholders("Nomor %(code)s") != catalogue.placeholders("Number %(kode)s")


def test_the_source_is_read() -> None:
    texts = {m.id if isinstance(m.id, str) else m.id[0] for m in catalogue.extract() if m.id}
    assert {"Anda sudah keluar.", "Langsung ke isi"} <= texts and len(texts) > 300  # Python and a template
    assert any((ROOT / location[0]).exists() for m in catalogue.extract() for location in m.locations)


def test_every_text_is_translated() -> None:
    wrong = catalogue.problems()
    assert not wrong, (
        f"Run `python -m tests.catalogue update`, translate what is empty in "
        f"{catalogue.CATALOGUE.relative_to(ROOT)} and commit it:\n" + "\n".join(wrong[:60])
    )


def test_what_shipped_presets_say_is_in_the_catalogue_and_an_agencys_own_words_stay() -> None:
    texts = {message.id for message in catalogue.extract()}
    for name in shipped_names():
        preset = load_preset(name)
        assert {preset.title, *preset.sources, *preset.reasons.values()} <= texts
    assert preset_text("Skala") == "Skala"  # a text of the catalogue, and no preset's that comes with the product
