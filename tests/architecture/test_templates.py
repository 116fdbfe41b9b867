"""Templates: each is used, each that is named exists, nothing is inline, nothing is imported for nothing."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.source_tree import ROOT, files, named, tree_of

TEMPLATES = ROOT / "webapp/portal/templates"
_REFERS = re.compile(r"""\{%-?\s*(?:extends|include|import|from)\s+["']([^"']+)["']""")
_WHOLE = re.compile(r"""\{%-?\s*import\s+["'][^"']+["']\s+as\s+(\w+)""")
_NAMES = re.compile(r"""\{%-?\s*from\s+["'][^"']+["']\s+import\s+([^%]+?)\s*-?%\}""")
_INLINE = re.compile(
    r"""<style\b|<script\b(?![^>]*\bsrc=)|\sstyle\s*=\s*["'{]|\son[a-z]+\s*=\s*["'{]|javascript:""", re.I
)


def texts() -> dict[str, str]:
    """Every template by its name, without its comments."""
    found = {}
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        found[path.relative_to(TEMPLATES).as_posix()] = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
    return found


def named_in_python() -> dict[str, str]:
    """Every template that a view names, and where."""
    return {
        node.value: f"{named(path)}:{node.lineno}"
        for path in files("webapp")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"[a-z_/]+\.html", node.value)
    }


def test_every_template_that_is_named_exists() -> None:
    known = texts()
    missing = {name: where for name, where in named_in_python().items() if name not in known}
    missing |= {other: name for name, text in known.items() for other in _REFERS.findall(text) if other not in known}
    assert not missing, f"Write these templates or correct their names: {missing}"


def test_no_template_is_left_over() -> None:
    known = texts()
    used = {*named_in_python(), *(other for text in known.values() for other in _REFERS.findall(text))}
    orphans = sorted(set(known) - used)
    assert not orphans, f"Nothing shows these templates any more, delete them: {orphans}"


def test_templates_import_nothing_for_nothing() -> None:
    known = texts()
    used = {name: re.sub(r"\{%-?\s*(import|from)\b.*?%\}", "", text, flags=re.S) for name, text in known.items()}
    unused = []
    for name, text in known.items():
        imported = _WHOLE.findall(text)
        named_ones = [group.removesuffix(" with context") for group in _NAMES.findall(text)]
        imported += [word.split()[-1] for group in named_ones for word in group.split(",")]
        # What a page extends imports for it as well.
        users = [used[other] for other, says in known.items() if other == name or f'extends "{name}"' in says]
        unused += [f"{name}: {word}" for word in imported if not any(re.search(rf"\b{word}\b", one) for one in users)]
    assert not unused, f"Take out these imports: {unused}"


@pytest.mark.parametrize("folder", ["webapp/portal/templates", "bot/simulator/page"])
def test_nothing_is_inline(folder: str) -> None:
    found = [
        f"{named(path)}: {match[0].strip()}"
        for path in files(folder, suffix=".html")
        for match in _INLINE.finditer(re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S))
    ]
    assert not found, f"The policy of our pages forbids inline styles and scripts: move them to static/: {found}"


def test_every_form_that_posts_has_a_token() -> None:
    wrong = []
    for name, text in texts().items():
        for form in re.findall(r"<form\b.*?</form>", text, flags=re.S | re.I):
            posts = re.search(r"""method\s*=\s*["']?(post|\{\{)""", form, re.I)
            if posts and not re.search(r"csrf_token|hidden_tag\(|csrf\(\w+\)", form):
                wrong.append(name)
    assert not wrong, f"Put `{{{{ form.hidden_tag() }}}}` or a csrf_token field into the forms of {wrong}"


def test_files_are_loaded_from_here_only() -> None:
    wrong = [
        f"{name}: {address}"
        for name, text in texts().items()
        for address in re.findall(r"""<(?:script|img|link|iframe|source)\b[^>]*?(?:src|href)=["']([^"']+)""", text)
        if re.match(r"(https?:)?//", address)
    ]
    assert not wrong, f"Nothing is loaded from another host: vendor these below static/: {wrong}"
