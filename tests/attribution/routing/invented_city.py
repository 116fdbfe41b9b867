"""A small invented city and its invented complaints, the same at every run."""

from __future__ import annotations

import random
from functools import cache

from webapp.attribution.routing import CatalogueUnit, DecidedCase, Router, Said

CATALOGUE = (
    CatalogueUnit("10", "Dinas Perhubungan"),
    CatalogueUnit("11", "Dinas Lingkungan Hidup"),
    CatalogueUnit("12", "Dinas Kependudukan dan Pencatatan Sipil", services=("Akta Kelahiran", "Kartu Keluarga")),
    CatalogueUnit("13", "Dinas Sosial"),
    CatalogueUnit("14", "Dinas Kesejukan"),
    CatalogueUnit("20", "Kelurahan Melati"),
    CatalogueUnit("21", "Kelurahan Kenanga"),
    CatalogueUnit("22", "Kelurahan Kenanga Timur"),
)

#: What people of the city complain of: unit, topic, and the phrases of which a complaint is made.
MATTERS = {
    ("10", "Parkir"): ("juru parkir menarik tarif ganda", "mobil parkir di badan jalan", "parkir liar depan toko"),
    ("10", "Lampu lalu lintas"): ("lampu merah padam sejak pagi", "lampu lalu lintas berkedip saja", "simpang macet"),
    ("11", "Sampah"): ("sampah menumpuk di depan gang", "truk sampah tidak datang", "bau sampah menyengat"),
    ("11", "Pohon"): ("dahan pohon hampir patah", "pohon menutupi kabel", "mohon pohon dipangkas"),
    ("12", "Akta"): ("akta kelahiran anak belum jadi", "nama pada akta keliru", "loket akta tutup lebih awal"),
    ("13", "Bantuan"): (
        "bantuan beras tidak sampai",
        "nama hilang dari daftar bantuan",
        "keluarga miskin belum didata",
    ),
    ("14", "Kipas"): ("zorblat di balai mati lagi", "zorblat berisik sepanjang rapat", "suhu ruang tunggu panas"),
    ("20", "Perangkat kelurahan"): (
        "petugas kelurahan membentak",
        "surat pengantar ditahan",
        "kantor kelurahan kosong",
    ),
    ("21", "Perangkat kelurahan"): (
        "petugas kelurahan membentak",
        "surat pengantar ditahan",
        "kantor kelurahan kosong",
    ),
}
PLACES = ("Melati", "Kenanga", "Kenanga Timur")
MANNERS = (
    "mohon dibantu",
    "sudah seminggu begini",
    "tolong segera",
    "warga resah",
    "kapan ditangani",
    "ini yang kedua kali",
)


def complaints(count: int, seed: int = 1) -> list[DecidedCase]:
    """That many decided complaints, oldest first."""
    chance = random.Random(seed)
    matters = sorted(MATTERS)
    made = []
    for _ in range(count):
        unit, topic = chance.choice(matters)
        said = chance.sample(MATTERS[unit, topic], 2)
        manners = chance.sample(MANNERS, 2)
        text = f"{manners[0]}, {said[0]} dan {said[1]}. {manners[1]}"
        place = {"20": "Melati", "21": "Kenanga"}.get(unit, chance.choice(PLACES))
        made.append(DecidedCase(Said(text, place), unit, topic))
    return made


@cache
def learned_router() -> Router:
    """A router that has learned the city's complaints."""
    return Router.learn(complaints(320), CATALOGUE)


@cache
def cold_router() -> Router:
    """A router that knows the catalogue only."""
    return Router.learn((), CATALOGUE)
