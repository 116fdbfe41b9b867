"""Made-up people for the chat page."""

from __future__ import annotations

import secrets

_FIRST = (
    "Sri", "Budi", "Wayan", "Siti", "Agus", "Made", "Hendra", "Rina", "Yohanes", "Fatimah", "Dedi", "Maria", "Togar",
    "Lestari", "Arif", "Meilani", "Ucok", "Ratna", "Ahmad", "Dewi", "Ketut", "Halimah", "Bayu", "Theresia",
)  # fmt: skip
_LAST = (
    "Wahyuni", "Santoso", "Suartini", "Rahmawati", "Hidayat", "Simanjuntak", "Gunawan", "Lubis", "Kurniawan", "Tan",
    "Maulana", "Pattiasina", "Handayani", "Saputra", "Nasution", "Wibowo", "Anggraini", "Rumengan", "Halim", "Setiawan",
)  # fmt: skip


def random_name() -> str:
    """First and last name of nobody in particular."""
    return f"{secrets.choice(_FIRST)} {secrets.choice(_LAST)}"


def random_phone() -> str:
    """A number of the length of an Indonesian mobile number, with a prefix (0899-99) that is hardly in use."""
    return f"+6289999{secrets.randbelow(10**6):06d}"
