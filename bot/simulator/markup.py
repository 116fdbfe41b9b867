"""Formatted text and keyboards, checked as strictly as Telegram does it.

The strictness is the use of it: a citizen's "<" that a bot forgot to escape fails here and not only in production.
Entities are counted in UTF-16 code units, see https://core.telegram.org/bots/api#messageentity.
"""

from __future__ import annotations

import html
import re
from typing import Any

from bot.simulator.errors import bad_request

Record = dict[str, Any]

_STYLES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "tg-spoiler": "spoiler", "blockquote": "blockquote", "a": "text_link",
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[^<>]*)?)>")
_HREF = re.compile(r"""\s+href\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(?:@\w+)?")
_BUTTON_ACTIONS = frozenset(
    {
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "copy_text",
    }
)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, in which Telegram counts offsets."""
    return len(text.encode("utf-16-le")) // 2


def command_entities(text: str) -> list[Record]:
    """The `bot_command` entities of a text that a person typed."""
    return [
        {"type": "bot_command", "offset": utf16_length(text[: match.start()]), "length": utf16_length(match.group())}
        for match in _COMMAND.finditer(text)
    ]


def read_text(text: str, parse_mode: str | None) -> tuple[str, list[Record]]:
    """Plain text and entities of a text with `parse_mode`.

    HTML is parsed; MarkdownV2 and Markdown are passed through as they are. Raises ApiError 400 for HTML that
    Telegram would refuse and for any other parse mode.
    """
    mode = (parse_mode or "").lower()
    if mode == "html":
        return _read_html(text)
    if mode not in ("", "markdown", "markdownv2"):
        raise bad_request("unsupported parse_mode")
    return text.strip(), []


def _read_html(source: str) -> tuple[str, list[Record]]:
    plain: list[str] = []
    length = 0
    entities: list[Record] = []
    stack: list[tuple[str, Record]] = []
    at = 0
    while at < len(source):
        char = source[at]
        if char == "<":
            match = _TAG.match(source, at)
            if match is None:
                raise _unreadable(f"Unsupported start tag at byte offset {_byte_offset(source, at)}")
            closing, name, attributes = match.group(1), match.group(2).lower(), match.group(3)
            if closing:
                if not stack or stack[-1][0] != name:
                    raise _unreadable(f"Unmatched end tag at byte offset {_byte_offset(source, at)}")
                _, entity = stack.pop()
                entity["length"] = length - entity["offset"]
            else:
                entity = _opened(name, attributes, source, at)
                entity["offset"] = length
                stack.append((name, entity))
                entities.append(entity)
            at = match.end()
            continue
        named = _ENTITY.match(source, at) if char == "&" else None
        piece = html.unescape(named.group()) if named else char
        plain.append(piece)
        length += utf16_length(piece)
        at = named.end() if named else at + 1
    if stack:
        raise _unreadable(f'Can\'t find end tag corresponding to start tag "{stack[-1][0]}"')
    return _trimmed("".join(plain), entities)


def _opened(name: str, attributes: str, source: str, at: int) -> Record:
    if name == "span" and re.fullmatch(r"""\s+class\s*=\s*["']tg-spoiler["']\s*""", attributes):
        return {"type": "spoiler"}
    if name not in _STYLES:
        raise _unreadable(f'Unsupported start tag "{name}" at byte offset {_byte_offset(source, at)}')
    entity: Record = {"type": _STYLES[name]}
    if name == "a":
        href = _HREF.match(attributes)
        entity["url"] = html.unescape(href.group(1) or href.group(2) or "") if href else ""
    return entity


def _trimmed(text: str, entities: list[Record]) -> tuple[str, list[Record]]:
    """Text without white space around it, entities moved along and cut at its end, empty ones left out."""
    body = text.strip()
    lead = utf16_length(text[: len(text) - len(text.lstrip())])
    end = utf16_length(body)
    kept: list[Record] = []
    for entity in entities:
        first = max(entity["offset"] - lead, 0)
        last = min(entity["offset"] + entity["length"] - lead, end)
        if last > first and not (entity["type"] == "text_link" and not entity["url"]):
            kept.append({**entity, "offset": first, "length": last - first})
    return body, kept


def _byte_offset(source: str, at: int) -> int:
    return len(source[:at].encode())


def _unreadable(reason: str) -> Exception:
    return bad_request(f"can't parse entities: {reason}")


def check_reply_markup(markup: Any) -> Record | None:
    """The keyboard with plain-string buttons written out; None for none. Raises ApiError 400 for a malformed one."""
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return {"inline_keyboard": [[_inline_button(b) for b in row] for row in _rows(markup["inline_keyboard"])]}
    if "keyboard" in markup:
        rows = [[_reply_button(button) for button in row] for row in _rows(markup["keyboard"])]
        if not any(rows):
            raise bad_request("keyboard is empty")
        return {**markup, "keyboard": rows}
    if markup.get("remove_keyboard") or markup.get("force_reply"):
        return markup
    raise bad_request("unknown reply markup type")


def _rows(rows: Any) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("field of the reply markup must be an array of arrays of buttons")
    return rows


def _inline_button(button: Any) -> Record:
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise bad_request("inline keyboard button must have a text")
    actions = _BUTTON_ACTIONS & button.keys()
    if len(actions) != 1:
        raise bad_request("text buttons are unallowed in the inline keyboard")
    if "callback_data" in actions and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in actions and not re.match(r"(https?|tg)://\S", str(button["url"])):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return button


def _reply_button(button: Any) -> Record:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict) or not str(button.get("text", "")).strip():
        raise bad_request("keyboard button must have a text")
    return button
