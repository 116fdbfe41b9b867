"""Mappings say what is wrong with them, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.importing.errors import ImportFailed
from webapp.importing.mapping import FIELDS, Field, load_mapping, shipped_mappings


def wrong(folder: Path, text: str, kind: str = "ratings") -> str:
    path = folder / "salah.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ImportFailed) as caught:
        load_mapping(str(path), kind)
    return str(caught.value)


def test_every_problem_is_named() -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        told = wrong(
            Path(name),
            'source = "Kota Besar"\ntimezone = "Asia/Solo"\ndelimiter = "::"\n[root]\ncode = "x"\n'
            '[ratings]\nscale = 11\nunit_by = "nama"\n[ratings.columns]\nvalue = " "\nsuara = "a"\n'
            '[ratings.names]\nwarga = "x"\nofficer = 3\n',
        )
    for word in ("source", "timezone", "delimiter", "root.name", "scale", "unit_by", "columns.id is missing"):
        assert word in told
    for word in ("columns.suara is unknown", "columns.value must name a column", "names.warga", "names.officer"):
        assert word in told


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("source = 3\n[ratings]\n", "source must be a str"),
        ('source = "a"\nfarbe = 1\n[ratings]\nscale = "4"\n', "farbe is unknown"),
        ('source = "a"\nroot = "x"\n[ratings]\n', "root must be a dict"),
        ('source = "a"\n[units.columns]\nid = "a"\nname = "b"\n', "says nothing about ratings"),
        ('source = "a"\n[ratings]\nscale = true\n', "ratings.scale must be a int"),
        ("source =", "cannot be read"),
    ],
)
def test_a_wrong_mapping_is_explained(tmp_path: Path, text: str, word: str) -> None:
    assert word in wrong(tmp_path, text)


def test_an_unknown_mapping_names_those_that_come_along() -> None:
    with pytest.raises(ImportFailed, match="insteval, plain, surabaya"):
        load_mapping("entah", "units")


def test_mappings_that_come_along_are_right() -> None:
    assert shipped_mappings() == ["insteval", "plain", "surabaya"]
    kinds = {"plain": tuple(FIELDS), "surabaya": ("units", "complaints"), "insteval": ("ratings",)}
    for name in shipped_mappings():
        for kind in kinds[name]:
            assert load_mapping(name, kind).root is not None


def test_the_documented_mapping_is_right(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    (tmp_path / "contoh.toml").write_text(example, encoding="utf-8")
    for kind in FIELDS:
        assert set(load_mapping(str(tmp_path / "contoh.toml"), kind).fields) == set(FIELDS[kind])


def test_a_field_of_several_columns_says_something_only_if_all_do() -> None:
    place = Field.parse("{desa}, {kecamatan}")
    assert place.of({"desa": "Melati ", "kecamatan": "Mawar"}) == "Melati, Mawar"
    assert place.of({"desa": "", "kecamatan": "Mawar"}) == ""
    assert Field.parse("nama desa").of({"nama desa": " {x} "}) == "{x}"
