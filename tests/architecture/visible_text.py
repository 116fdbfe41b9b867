"""Texts that people would see and that no catalogue knows: in templates, and in the Python of the faces."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

from tests.architecture.source_tree import dotted, tree_of

#: Functions that look a text up in the catalogue.
LOOK_UP = {"_", "_l", "gettext", "ngettext", "lazy_gettext", "lazy_ngettext"}
#: Attributes whose value is read out or shown.
_SEEN = {"alt", "aria-description", "aria-label", "content", "label", "placeholder", "title"}
#: Our own name, and what is written the same in every language.
_NAMES = {"tanggap", "tang", "gap"}
#: Elements whose text is no language.
_NO_WORDS = {"kbd", "script", "style", "code"}
_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "path", "circle", "line", "rect", "use"}

#: Something that reads like a sentence: a capital or a mark in front, several words; or an end mark behind them.
_SENTENCE = re.compile(r"^\W*[A-Z][\w,'’-]*(\s+[\w(\"“%][^\n]*)+$|^\W*[a-z][^\n]*\s[^\n]*[.!?…]$", re.S)
_WORD = re.compile(r"^\W*[A-Z][a-z]+\W*$")
#: What looks like words and is none: a drawing's path, the pattern of a date.
_PATTERN = re.compile(r"^([MLHVCSQTAZmlhvcsqtaz\d\s.,-]+|[EdMyHhmsaz\s.,:'/-]+)$")
#: Parts of a template that nobody reads.
_UNREAD = re.compile(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{%-?\s*block\s+\w+_class\b.*?endblock\b[^%]*%\}", re.S)
#: Calls that show their texts to somebody.
SHOWING = {
    "flash", "say", "answer", "mark", "Markup", "ValidationError", "SelectChoice", "InputRequired", "Length", "Regexp",
    "StringField", "TextAreaField", "SelectField", "RadioField", "BooleanField", "PasswordField", "EmailField",
    "TelField", "DateField", "TimeField", "FileField", "MultipleFileField", "IntegerField", "DecimalField",
    "OneOf", "OneOfMany", "Day", "TimeOfDay", "Photos",
}  # fmt: skip
#: Calls whose texts nobody reads but programmers.
_INSIDE = re.compile(
    r"^(re\.\w+|.*\.(compile|get|debug|info|warning|error|exception|setdefault|strftime|format_date)|text|"
    r"Permission|AssertionError|RuntimeError|KeyError|ValueError|TypeError|LookupError|format_\w+|isinstance|getattr)$"
)


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name in _SEEN & given.keys():
            if not (tag == "meta" and name == "content"):
                self._note(given[name])
        if tag == "input" and given.get("type") in ("submit", "button"):
            self._note(given.get("value", ""))
        if tag not in _VOID:
            silent = tag in _NO_WORDS or given.get("translate") == "no"
            self.open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _silent in self.open):
            while self.open and self.open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not any(silent for _tag, silent in self.open):
            self._note(data)

    def _note(self, text: str) -> None:
        words = [word for word in re.findall(r"[^\W\d_]{2,}", text) if word.lower() not in _NAMES]
        if words:
            self.found.append(" ".join(text.split()))


def in_template(source: str) -> list[str]:
    """Literal texts of a template that no look-up stands around."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    literal = "".join(value for _line, kind, value in environment.lex(_UNREAD.sub("", source)) if kind == "data")
    reader = _Texts()
    reader.feed(literal)
    reader.close()
    reader.found += [text for text in _constants(environment.parse(source)) if _reads_like_a_text(text, shown=True)]
    return reader.found


def _reads_like_a_text(text: str, *, shown: bool) -> bool:
    """Whether it is a sentence, or (where it is `shown` to somebody) a word with a capital."""
    return not _PATTERN.match(text) and bool(_SENTENCE.match(text) or (shown and _WORD.match(text)))


def _constants(node: nodes.Node) -> Iterator[str]:
    """Strings in expressions, without those that are looked up, compared or used as a key or a template's name."""
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in LOOK_UP:
        return
    if isinstance(node, (nodes.Compare, nodes.Getitem, nodes.Extends, nodes.Import, nodes.FromImport, nodes.Include)):
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    for child in node.iter_child_nodes():
        yield from _constants(child)


def in_python(path: Path) -> list[str]:
    """Texts of a module that look as if people should read them and that no look-up stands around."""
    return [f"{line}: {text}" for line, text in texts_of(tree_of(path))]


def texts_of(tree: ast.AST) -> list[tuple[int, str]]:
    """Line and text of each."""
    return sorted(_texts(tree, None))


def _texts(node: ast.AST, shown_by: str | None) -> Iterator[tuple[int, str]]:
    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
        others = [child for child in ast.iter_child_nodes(node) if child not in node.body]
        for child in [*others, *body]:
            yield from _texts(child, None)
        return
    if isinstance(node, ast.Call):
        name = dotted(node.func)
        last = name.rsplit(".", 1)[-1]
        if last in LOOK_UP or _INSIDE.match(name):
            return
        for child in ast.iter_child_nodes(node):
            yield from _texts(child, last if last in SHOWING else None)
        return
    if isinstance(node, (ast.Compare, ast.Subscript, ast.Raise, ast.Assert)) and not _shows(node):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if _reads_like_a_text(node.value, shown=shown_by is not None):
            yield node.lineno, node.value[:100]
        return
    for child in ast.iter_child_nodes(node):
        keeps = isinstance(node, (ast.keyword, ast.List, ast.Tuple, ast.IfExp, ast.JoinedStr, ast.BinOp))
        yield from _texts(child, shown_by if keeps else None)


def _shows(node: ast.AST) -> bool:
    """Whether an exception is raised that carries a text for the form."""
    return isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and dotted(node.exc.func) in SHOWING
