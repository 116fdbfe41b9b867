"""A folder of an agency's exports, and the command that takes them in."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from tests.pipeline import Pipeline, pipeline_of

MAPPING = """
source = "kota"
timezone = "Asia/Jakarta"

[root]
code = "kota"
name = "Kota Uji"

[units.columns]
id = "nomor"
name = "nama"
parent = "induk"

[units.kinds]
Kelurahan = "village"

[complaints.columns]
id = "nomor"
text = "isi"
kind = "jenis"
unit = "tujuan"
place = "{kelurahan}, {kecamatan}"
filed_at = "masuk"
contact_phone = "telepon"

[complaints.kinds]
Usul = "suggestion"

[ratings]
unit_by = "id"
scale = 5
title = "Pelaksana"

[ratings.columns]
id = "{warga}-{petugas}"
value = "nilai"
rater = "warga"
officer = "petugas"
unit = "bagian-{bagian}"
service = "layanan"

[ratings.names]
officer = "Petugas {petugas}"
unit = "Bagian {bagian}"

[ratings.names.service]
akta = "Akta Kelahiran"
kk = "Kartu Keluarga"
"""

UNITS = "nomor,nama,induk\n1,Dinas Kebersihan,\n2,Kelurahan Melati,3\n3,Kecamatan Mawar,\n"
COMPLAINTS_HEAD = "nomor,isi,jenis,tujuan,kelurahan,kecamatan,masuk,telepon\n"
RATINGS_HEAD = "warga,petugas,bagian,layanan,nilai\n"


@dataclass
class Ran:
    """What a command said: its JSON summary, the lines before it, its exit code and what it wrote on stderr."""

    result: Result

    @property
    def summary(self) -> dict[str, Any]:
        assert self.result.exit_code == 0, self.result.output
        told = json.loads(self.result.stdout.splitlines()[-1])
        assert isinstance(told, dict)
        return told

    @property
    def lines(self) -> list[str]:
        return self.result.stdout.splitlines()[:-1]

    def counts(self) -> tuple[int, int, int, int]:
        told = self.summary
        return told["created"], told["changed"], told["unchanged"], told["bad"]


class Exports:
    """The folder with the mapping "kota.toml" in it."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self._app = app
        self.folder = folder
        (folder / "kota.toml").write_text(MAPPING, encoding="utf-8")

    def write(self, name: str, text: str | bytes) -> Path:
        """A file of the folder; packed if the name says so."""
        path = self.folder / name
        content = text.encode() if isinstance(text, str) else text
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    def take(self, kind: str, file: Path, *options: str, mapping: str = "") -> Ran:
        """Run `flask import KIND FILE`."""
        arguments: Sequence[str] = ["import", kind, str(file), "--mapping", mapping or str(self.folder / "kota.toml")]
        return Ran(self._app.test_cli_runner().invoke(args=[*arguments, *options]))


@pytest.fixture
def exports(app: Flask, database: SQLAlchemy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exports:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "ekspor"
    folder.mkdir()
    return Exports(app, folder)


@pytest.fixture
def pipeline(app: Flask, environment: dict[str, str], database: SQLAlchemy) -> Iterator[Pipeline]:
    """Relay and workers in this process."""
    with pipeline_of(app, environment["REDIS_URL"]) as pipeline:
        yield pipeline
