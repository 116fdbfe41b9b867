"""The tracking code and the secret word that open a complaint to whoever filed it, and to nobody else."""

from __future__ import annotations

import re
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, no U
PREFIX = "TG"
_LENGTH = 8

#: Short plain Indonesian words: easy to say on the phone and to write on paper. Three of them are 23 bits;
#: guessing is done against the server, which locks a code after a few failures.
WORDS = tuple(
    """
    adat air ajar akar alam alas alat alun aman ambar ampuh anak andal angin angka angsa anggur anting apel api arang
    arus asal asap asin asri atap awan ayah ayam ayun badai baik baja baju bakti balai bambu bangku bantal baru basah
    batik batu bayam bebek bekal belah beling benang benar bening benih beras beri besar besi biji bijak biru bisik
    bocah bola bolu bonsai botol buah buku bulan bulat bumbu bumi bunga burung busur butir cabai cahaya cair cakap
    candi canting capung cemara cendol cerah cerdas ceria cincin cipta cukup cumi dadu daftar dahan damai danau dapur
    darat datar daun dawai debur dekat delima denah desa dewan dinding domba dondong duku durian ekor elang emas
    embun empat enau encer enam engsel ercis fajar gabus gading gajah gambar gamelan garam garis gelang gelas gemar
    gembira gending genta gerbang gitar goyang gula gulai gunung gurame halus hangat hari harum hasil hati hebat hemat
    hening hijau hujan huma hutan ibu ikan ilmu indah intan irama istana jagung jahe jajan jala jalan jambu jamur
    jarak jarum jati jelas jembatan jendela jernih jeruk jinak jingga jujur juara kaca kain kakak kaki kali kamus
    kancil kapal kapas kapur karang kasih katak kawan kayu kebun kecil kelapa kemiri kenari keras kereta kertas kilau
    kolam kopi kota kuat kucing kuda kue kuning kunyit ladang lagu lampu langit
    """.split()  # noqa: SIM905  a word list reads better as words
)


def new_code() -> str:
    """A random tracking code, e.g. "TG-7K2M-94QX" (30**8 of them: collisions are met by a unique constraint)."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH))
    return f"{PREFIX}-{letters[:4]}-{letters[4:]}"


def new_secret_word() -> str:
    """Three random words with dashes, e.g. "melati-awan-jujur"."""
    return "-".join(secrets.choice(WORDS) for _ in range(3))


def clean_code(typed: str) -> str:
    """What somebody typed as a code, in its written form; "" if it cannot be one."""
    letters = re.sub(r"[^0-9A-Z]", "", typed.upper())
    letters = (
        letters[len(PREFIX) :] if letters.startswith(PREFIX) and len(letters) == _LENGTH + len(PREFIX) else letters
    )
    letters = letters.translate(str.maketrans("U", "V"))
    if len(letters) != _LENGTH or any(letter not in ALPHABET for letter in letters):
        return ""
    return f"{PREFIX}-{letters[:4]}-{letters[4:]}"


def clean_secret_word(typed: str) -> str:
    """What somebody typed as secret word, in its written form: lower case, one dash between words."""
    return "-".join(re.findall(r"[a-z]+", typed.lower()))
