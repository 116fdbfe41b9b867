"""Topics by the words of the agency's own list: named clearly, or not at all."""

from __future__ import annotations

import pytest

from webapp.attribution.routing.topic_names import TopicNames

TOPICS = TopicNames(
    (
        "Akta kelahiran lama selesai, server pusat gangguan",
        "Akta kematian",
        "Blangko KTP-el habis",
        "Kuota nomor antrean habis",
        "Antre sejak subuh",
        "Perparkiran",
    )
)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Akta kelahiran anak saya belum jadi", "Akta kelahiran lama selesai, server pusat gangguan"),
        ("Katanya server pusat sedang gangguan", "Akta kelahiran lama selesai, server pusat gangguan"),
        ("Nomor antrean sudah habis jam tujuh, kuota kurang", "Kuota nomor antrean habis"),
        ("Perparkiran di pasar semrawut", "Perparkiran"),
        ("Akta saya salah ketik", None),  # one word that two topics share
        ("Sudah habis kesabaran saya", None),  # one word out of a name of several
        ("Jalan di depan rumah berlubang", None),
        ("", None),
    ],
)
def test_a_topic_is_named_or_it_is_not(text: str, topic: str | None) -> None:
    found = TOPICS.named_in(text)
    assert (found[0] if found else None) == topic
    assert found is None or 0 < found[1] <= 1


def test_two_topics_that_are_named_alike_are_none() -> None:
    assert TOPICS.named_in("Akta kelahiran dan akta kematian") is None


def test_an_agency_without_topics_names_none() -> None:
    assert TopicNames(()).named_in("Akta kelahiran") is None
