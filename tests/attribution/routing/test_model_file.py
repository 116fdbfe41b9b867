"""A model goes through bytes unchanged, tells nobody's words, and anything else is refused."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.attribution.routing.invented_city import CATALOGUE, cold_router, complaints, learned_router
from webapp.attribution.routing import DecidedCase, Router, Said, UnreadableModel, model_file


def test_a_model_read_back_says_the_same() -> None:
    said = [case.said for case in complaints(20, seed=3)]
    for router in (learned_router(), cold_router()):
        again = Router.from_bytes(router.to_bytes())
        assert again.version == router.version
        assert again.to_bytes() == router.to_bytes()
        assert again.route(said) == router.route(said)
        assert again.topics(said) == router.topics(said)


def test_a_name_in_a_few_complaints_is_not_in_the_model() -> None:
    cases = complaints(320)
    named = [
        DecidedCase(Said(f"{case.said.text} kata Wiryoxudiro"), case.unit, case.topic) if number % 160 == 0 else case
        for number, case in enumerate(cases)
    ]
    repeated = [DecidedCase(Said("Wiryoxudiro melapor sampah"), "11", "Sampah")] * 9
    content = Router.learn([*named, *repeated], CATALOGUE).to_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        readable = b"".join(archive.read(name) for name in archive.namelist())
    assert b"sampah" in readable
    assert b"xudi" not in readable
    assert b"wiryo" not in readable


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def with_about(change: Callable[[dict[str, Any]], object]) -> bytes:
    parts = parts_of(learned_router().to_bytes())
    about = json.loads(parts["about.json"])
    change(about)
    return packed({**parts, "about.json": json.dumps(about).encode()})


def with_array(name: str, array: Any, pickled: bool = False) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=pickled)
    return packed({**parts_of(learned_router().to_bytes()), name: out.getvalue()})


def without(name: str) -> bytes:
    return packed({key: part for key, part in parts_of(learned_router().to_bytes()).items() if key != name})


REFUSED = {
    "nothing": lambda: b"",
    "no zip": lambda: b"a model, honestly",
    "a pickle": lambda: pickle.dumps({"format": "tanggap-routing-4"}),
    "half a model": lambda: learned_router().to_bytes()[:5000],
    "another format": lambda: with_about(lambda about: about.update(format="tanggap-routing-0")),
    "no classes": lambda: with_about(lambda about: about.pop("classes")),
    "a unit outside the classes": lambda: with_about(lambda about: about["model"]["units"].append(99)),
    "a word too many": lambda: with_about(lambda about: about["model"]["stems"].append("zzz")),
    "a label too few": lambda: with_about(lambda about: about["model"]["label_units"].pop()),
    "a topic outside": lambda: with_about(lambda about: about["model"].update(topics=[])),
    "no number": lambda: with_about(lambda about: about.update(powers=["1", 2])),
    "infinity": lambda: with_about(lambda about: about.update(powers=[float("inf"), 2])),
    "an array missing": lambda: without("by_pieces.npy"),
    "an array of another shape": lambda: with_array("by_stems.npy", np.zeros((2, 2), dtype=np.float16)),
    "an array of another kind": lambda: with_array("by_stems_offsets.npy", np.zeros(7, dtype=np.float64)),
    "an array with no number": lambda: with_array("stems.npy", np.full(3, np.nan, dtype=np.float32)),
    "an array of objects": lambda: with_array("stems.npy", np.array([{"a": 1}], dtype=object), pickled=True),
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_anything_else_is_refused(content: Callable[[], bytes]) -> None:
    with pytest.raises(UnreadableModel):
        Router.from_bytes(content())


def test_a_file_larger_than_any_model_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    content = packed({**parts_of(cold_router().to_bytes()), "filling.npy": bytes(2_000_000)})
    assert len(content) < 1_000_000
    monkeypatch.setattr(model_file, "MOST_BYTES", 1_000_000)
    with pytest.raises(UnreadableModel, match="larger"):
        Router.from_bytes(content)
