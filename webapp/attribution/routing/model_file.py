"""A router as bytes and back: a zip of one JSON file and arrays of numbers, every one checked when read.

Nothing in it can run: JSON, and arrays without pickled objects. Nothing in it tells a complaint: a vocabulary whose
words many complaints share, and numbers.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from webapp.attribution.routing.cases import UnreadableModel
from webapp.attribution.routing.cold_start import ColdStart
from webapp.attribution.routing.features import Vocabulary
from webapp.attribution.routing.places import PlaceClass
from webapp.attribution.routing.text_model import Classifier, TextModel

FORMAT = "tanggap-routing-4"
#: No model is larger when unpacked; a file that says so is a bomb.
MOST_BYTES = 200_000_000
_ABOUT = "about.json"
_CLASSIFIERS = ("by_stems", "by_pieces", "topics_by_stems", "topics_by_pieces")


@dataclass(frozen=True, slots=True)
class Content:
    """All that a router is."""

    classes: tuple[PlaceClass, ...]
    cold: ColdStart
    model: TextModel | None
    powers: tuple[float, float]
    turn: tuple[float, float, float]
    cases: int
    sure_from: float


def write(content: Content) -> bytes:
    """The file of a router. The same content gives the same bytes."""
    model = content.model
    about: dict[str, Any] = {
        "format": FORMAT,
        "classes": [[one.kind, one.units, one.places] for one in content.classes],
        "cold": {phrase: sorted(weights.items()) for phrase, weights in sorted(content.cold.weights.items())},
        "before": content.cold.before.tolist(),
        "powers": content.powers,
        "turn": content.turn,
        "cases": content.cases,
        "sure_from": content.sure_from,
        "model": None,
    }
    parts: dict[str, bytes] = {}
    if model is not None:
        about["model"] = {
            "stems": model.stems.features,
            "pieces": model.pieces.features,
            "units": model.units.tolist(),
            "label_units": model.label_units.tolist(),
            "label_topics": model.label_topics.tolist(),
            "topics": model.topics,
            "sharpness": [getattr(model, name).sharpness for name in _CLASSIFIERS],
        }
        parts["stems.npy"] = _packed(model.stems.telling)
        parts["pieces.npy"] = _packed(model.pieces.telling)
        for name in _CLASSIFIERS:
            classifier: Classifier = getattr(model, name)
            parts[f"{name}.npy"] = _packed(classifier.weights.astype(np.float16))
            parts[f"{name}_offsets.npy"] = _packed(classifier.offsets)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in {_ABOUT: json.dumps(about, ensure_ascii=False).encode(), **parts}.items():
            # A fixed date, so that the same model gives the same bytes.
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED, 1)
    return out.getvalue()


def read(content: bytes) -> Content:
    """What `write` wrote.

    Raises:
        UnreadableModel: anything else: no zip, another format, a part missing, too large, shapes that do not fit,
            numbers that are none.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MOST_BYTES:
                raise UnreadableModel("larger than any model")
            return _content(archive)
    except UnreadableModel:
        raise
    except Exception as error:
        # Whatever a crafted file makes the readers of zip, JSON or arrays stumble over: it is no model.
        raise UnreadableModel(f"{type(error).__name__}: {error}") from error


def _content(archive: zipfile.ZipFile) -> Content:
    about = json.loads(archive.read(_ABOUT))
    _require(isinstance(about, dict) and about.get("format") == FORMAT, "another format")
    classes = tuple(
        PlaceClass(str(kind), tuple(map(str, units)), tuple(map(str, places)))
        for kind, units, places in about["classes"]
    )
    _require(all(one.units and len(one.units) == len(one.places) for one in classes), "units without places")
    before = np.array(about["before"], dtype=np.float64).reshape(-1)
    _require(before.shape == (len(classes),) and bool(np.isfinite(before).all()), "expectations that do not fit")
    weights = {
        str(phrase): {_place(number, len(classes)): _number(weight) for number, weight in row}
        for phrase, row in about["cold"].items()
    }
    first, second = map(_number, about["powers"])
    far, near, start = map(_number, about["turn"])
    cases = about["cases"]
    _require(isinstance(cases, int) and cases >= 0, "no number of cases")
    model = None if about["model"] is None else _model(archive, about["model"], len(classes))
    return Content(
        classes,
        ColdStart(weights, before),
        model,
        (first, second),
        (far, near, start),
        cases,
        _number(about["sure_from"]),
    )


def _model(archive: zipfile.ZipFile, about: dict[str, Any], classes: int) -> TextModel:
    topics = tuple(map(str, about["topics"]))
    units = np.array([_place(number, classes) for number in about["units"]], dtype=np.int32)
    _require(len(units) > 0 and bool((np.diff(units) > 0).all()), "units in no order")
    label_units = np.array([_place(number, len(units)) for number in about["label_units"]], dtype=np.int32)
    label_topics = np.array(
        [_place(number + 1, len(topics) + 1) - 1 for number in about["label_topics"]], dtype=np.int32
    )
    _require(len(label_units) == len(label_topics) > 0, "labels without topics")
    stems = _vocabulary(archive, about["stems"], "stems.npy")
    pieces = _vocabulary(archive, about["pieces"], "pieces.npy")
    sharpness = [_number(value) for value in about["sharpness"]]
    shapes = (
        (len(stems.features), len(units)),
        (len(pieces.features), len(units)),
        (len(stems.features), len(label_units)),
        (len(pieces.features), len(label_units)),
    )
    classifiers = [
        Classifier(
            _array(archive, f"{name}.npy", np.float16, shape),
            _array(archive, f"{name}_offsets.npy", np.float32, shape[1:]),
            sharp,
        )
        for name, shape, sharp in zip(_CLASSIFIERS, shapes, sharpness, strict=True)
    ]
    named = dict(zip(_CLASSIFIERS, classifiers, strict=True))
    return TextModel(stems, pieces, units, **named, label_units=label_units, label_topics=label_topics, topics=topics)


def _vocabulary(archive: zipfile.ZipFile, features: list[str], name: str) -> Vocabulary:
    known = tuple(map(str, features))
    _require(len(set(known)) == len(known), "a vocabulary with doubles")
    return Vocabulary(known, _array(archive, name, np.float32, (len(known),)))


def _array(archive: zipfile.ZipFile, name: str, kind: Any, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    array = np.load(io.BytesIO(archive.read(name)), allow_pickle=False)
    _require(array.dtype == kind and array.shape == shape, f"{name} does not fit")
    _require(bool(np.isfinite(array).all()), f"{name} is not all numbers")
    return np.asarray(array, dtype=np.float32)


def _packed(array: npt.NDArray[Any]) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getvalue()


def _place(number: Any, length: int) -> int:
    _require(isinstance(number, int) and not isinstance(number, bool) and 0 <= number < length, "a place outside")
    return int(number)


def _number(value: Any) -> float:
    _require(isinstance(value, int | float) and math.isfinite(value), "no number")
    return float(value)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise UnreadableModel(otherwise)
