"""The methods of the Bot API that the simulator serves: what the bot does.

Each is a function of the simulation and the call's arguments and returns the `result`. Limits and refusals are those of
https://core.telegram.org/bots/api, so that a message which Telegram would refuse is refused here.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from bot.simulator.errors import bad_request, blocked_by_user, forbidden
from bot.simulator.markup import check_reply_markup, read_text
from bot.simulator.params import Params
from bot.simulator.simulation import LONGEST_TEXT, Simulation
from bot.simulator.store import Record

LONGEST_CAPTION = 1024
LONGEST_ANSWER = 200
LARGEST_PHOTO_BYTES = 10 * 2**20
LARGEST_DOWNLOAD_BYTES = 20 * 2**20
MOST_COMMANDS = 100
LONGEST_POLL_SECONDS = 50

Method = Callable[[Simulation, Params], Awaitable[Any]]


async def get_me(sim: Simulation, params: Params) -> Record:
    """The bot itself."""
    return {
        **sim.bot,
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


# --- receiving ------------------------------------------------------------------------------------------------------


async def get_updates(sim: Simulation, params: Params) -> list[Record]:
    """Long polling: confirms below `offset`, waits up to `timeout` seconds."""
    _remember_allowed_updates(sim, params)
    limit = min(max(params.integer("limit", 100), 1), 100)
    timeout = min(max(params.integer("timeout", 0), 0), LONGEST_POLL_SECONDS)
    return await sim.deliveries.get_updates(params.integer("offset", 0), limit, timeout)


async def set_webhook(sim: Simulation, params: Params) -> bool:
    """Deliver by POST from now on. Telegram wants https; plain http is allowed here towards this machine only."""
    url = params.text("url")
    if not url:
        return await delete_webhook(sim, params)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise bad_request("bad webhook: this simulator calls only http(s)://127.0.0.1 or localhost")
    secret = params.text("secret_token")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise bad_request("secret token contains unallowed characters")
    _remember_allowed_updates(sim, params)
    if params.flag("drop_pending_updates"):
        sim.store.confirm_all()
    connections = params.integer("max_connections", 40)
    sim.deliveries.set_webhook({"url": url, "secret_token": secret, "max_connections": connections})
    return True


async def delete_webhook(sim: Simulation, params: Params) -> bool:
    """Back to polling."""
    if params.flag("drop_pending_updates"):
        sim.store.confirm_all()
    if sim.deliveries.webhook() is not None:
        sim.deliveries.set_webhook(None)
    return True


async def get_webhook_info(sim: Simulation, params: Params) -> Record:
    """State of the webhook, with its last error."""
    return sim.deliveries.webhook_info()


def _remember_allowed_updates(sim: Simulation, params: Params) -> None:
    allowed = params.structure("allowed_updates")
    if allowed is None:
        return
    if not isinstance(allowed, list) or not all(isinstance(kind, str) for kind in allowed):
        raise bad_request("can't parse allowed updates: expected an array of strings")
    sim.store.set_setting("allowed_updates", allowed)


# --- sending --------------------------------------------------------------------------------------------------------


async def send_message(sim: Simulation, params: Params) -> Record:
    """A text of 1 to 4096 characters after the entities are read."""
    chat_id = _reachable_chat(sim, params)
    return _send(sim, params, chat_id, _text_content(params))


async def send_photo(sim: Simulation, params: Params) -> Record:
    """A photo that is uploaded or known by its file_id."""
    chat_id = _reachable_chat(sim, params)
    caption = _caption_content(params)
    upload = params.upload("photo")
    if upload is not None:
        if len(upload.data) > LARGEST_PHOTO_BYTES:
            raise bad_request("file is too big for a photo")
        return _send(sim, params, chat_id, {**await sim.photo(upload.data), **caption})
    stored = sim.store.file(params.text("photo"))
    if stored is None or stored.photo is None:
        raise bad_request(
            "wrong file identifier/HTTP URL specified" if params.has("photo") else "there is no photo in the request"
        )
    return _send(sim, params, chat_id, {**sim.known_photo(stored.photo), **caption})


async def send_document(sim: Simulation, params: Params) -> Record:
    """A file as it is, uploaded or known by its file_id."""
    chat_id = _reachable_chat(sim, params)
    caption = _caption_content(params)
    upload = params.upload("document")
    if upload is not None:
        if not upload.data:
            raise bad_request("file must be non-empty")
        return _send(sim, params, chat_id, {**sim.document(upload.data, upload.name, upload.mime), **caption})
    stored = sim.store.file(params.text("document"))
    if stored is None or stored.photo is not None:
        raise bad_request(
            "wrong file identifier/HTTP URL specified"
            if params.has("document")
            else "there is no document in the request"
        )
    return _send(sim, params, chat_id, {**sim.known_document(stored), **caption})


async def send_location(sim: Simulation, params: Params) -> Record:
    """A place in degrees."""
    chat_id = _reachable_chat(sim, params)
    return _send(sim, params, chat_id, sim.location(params.number("latitude"), params.number("longitude")))


async def send_chat_action(sim: Simulation, params: Params) -> bool:
    """ "typing" and the like, seen for five seconds or until a message comes."""
    chat_id = _reachable_chat(sim, params)
    if not params.has("action"):
        raise bad_request("wrong parameter action in request")
    sim.announce("action", {"chat_id": chat_id, "action": params.text("action")})
    return True


def _reachable_chat(sim: Simulation, params: Params) -> int:
    """The chat of a call. Raises ApiError 400 if there is none, 403 if its person does not want to hear the bot."""
    chat_id = params.integer("chat_id")
    if sim.user(chat_id)["blocked"]:
        raise blocked_by_user()
    if not sim.store.has_spoken(chat_id):
        raise forbidden("bot can't initiate conversation with a user")
    return chat_id


def _send(sim: Simulation, params: Params, chat_id: int, content: Record) -> Record:
    markup = check_reply_markup(params.structure("reply_markup"))
    body = {"from": sim.bot, "chat": sim.chat(chat_id), "date": int(time.time()), **content}
    reply_to = (params.structure("reply_parameters") or {}).get("message_id") or params.structure("reply_to_message_id")
    if reply_to:
        entry = sim.store.message(chat_id, int(reply_to))
        if entry is not None and not entry["deleted"]:
            body["reply_to_message"] = entry["message"]
        elif not (params.structure("reply_parameters") or {}).get("allow_sending_without_reply"):
            raise bad_request("message to be replied not found")
    if markup and "inline_keyboard" in markup:
        body["reply_markup"] = markup
    message = sim.store.add_message(
        chat_id, body, from_bot=True, markup=markup, parse_mode=params.optional_text("parse_mode")
    )
    sim.announce_entry(chat_id, message["message_id"])
    return message


def _text_content(params: Params) -> Record:
    text, entities = _formatted(params, "text", "entities")
    if not text:
        raise bad_request("message text is empty")
    if len(text) > LONGEST_TEXT:
        raise bad_request("message is too long")
    return {"text": text, **({"entities": entities} if entities else {})}


def _caption_content(params: Params) -> Record:
    caption, entities = _formatted(params, "caption", "caption_entities")
    if len(caption) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    if not caption:
        return {}
    return {"caption": caption, **({"caption_entities": entities} if entities else {})}


def _formatted(params: Params, name: str, entities_name: str) -> tuple[str, list[Record]]:
    given = params.structure(entities_name)
    if given:
        return params.text(name), given
    return read_text(params.text(name), params.optional_text("parse_mode"))


# --- changing -------------------------------------------------------------------------------------------------------


async def edit_message_text(sim: Simulation, params: Params) -> Record:
    """Replace the text, and the keyboard with it: no `reply_markup` takes it away."""
    entry = _own_message(sim, params)
    if "text" not in entry["message"]:
        raise bad_request("there is no text in the message to edit")
    return _change(sim, params, entry, _text_content(params), ("text", "entities"))


async def edit_message_caption(sim: Simulation, params: Params) -> Record:
    """Replace the words under a photo or file."""
    entry = _own_message(sim, params)
    if "photo" not in entry["message"] and "document" not in entry["message"]:
        raise bad_request("there is no caption in the message to edit")
    return _change(sim, params, entry, _caption_content(params), ("caption", "caption_entities"))


async def edit_message_reply_markup(sim: Simulation, params: Params) -> Record:
    """Replace or take away the inline keyboard alone."""
    return _change(sim, params, _own_message(sim, params), {}, ())


async def delete_message(sim: Simulation, params: Params) -> bool:
    """Take a message out of the chat."""
    chat_id, message_id = params.integer("chat_id"), params.integer("message_id")
    sim.user(chat_id)
    entry = sim.store.message(chat_id, message_id)
    if entry is None or entry["deleted"]:
        raise bad_request("message to delete not found")
    sim.store.delete_message(message_id)
    sim.announce_entry(chat_id, message_id)
    return True


def _own_message(sim: Simulation, params: Params) -> Record:
    """The entry that the bot wants to change. Raises ApiError 400 if it is gone or not the bot's."""
    chat_id = params.integer("chat_id")
    if sim.user(chat_id)["blocked"]:
        raise blocked_by_user()
    entry = sim.store.message(chat_id, params.integer("message_id"))
    if entry is None or entry["deleted"]:
        raise bad_request("message to edit not found")
    if not entry["from_bot"]:
        raise bad_request("message can't be edited")
    return entry


def _change(sim: Simulation, params: Params, entry: Record, content: Record, replaced: tuple[str, ...]) -> Record:
    markup = check_reply_markup(params.structure("reply_markup"))
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    if markup is not None and not any(markup["inline_keyboard"]):
        markup = None
    old: Record = entry["message"]
    new = {key: value for key, value in old.items() if key not in (*replaced, "reply_markup", "edit_date")}
    new.update(content)
    if markup:
        new["reply_markup"] = markup
    if new == {key: value for key, value in old.items() if key != "edit_date"}:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same"
            " as a current content and reply markup of the message"
        )
    new["edit_date"] = int(time.time())
    parse_mode = params.optional_text("parse_mode") if replaced else entry["parse_mode"]
    sim.store.change_message(old["message_id"], new, markup, parse_mode)
    sim.announce_entry(old["chat"]["id"], old["message_id"])
    return new


async def answer_callback_query(sim: Simulation, params: Params) -> bool:
    """End the waiting of a pressed button, with words or without."""
    query = sim.store.query(params.text("callback_query_id"))
    if query is None:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = params.text("text")
    if len(text) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    answer = {"text": text, "show_alert": params.flag("show_alert")}
    sim.store.answer_query(query["id"], answer)
    sim.announce("answer", {"query_id": query["id"], "chat_id": query["chat_id"], **answer})
    return True


# --- files and commands ---------------------------------------------------------------------------------------------


async def get_file(sim: Simulation, params: Params) -> Record:
    """Where a file can be fetched."""
    stored = sim.store.file(params.text("file_id"))
    if stored is None:
        raise bad_request("invalid file_id")
    if stored.size > LARGEST_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    fields = {"file_id": stored.file_id, "file_unique_id": stored.unique_id, "file_size": stored.size}
    return {**fields, "file_path": stored.path}


async def set_my_commands(sim: Simulation, params: Params) -> bool:
    """The commands of the menu, for a scope and a language."""
    commands = params.structure("commands")
    if not isinstance(commands, list) or len(commands) > MOST_COMMANDS:
        raise bad_request("expected an array of at most 100 bot commands")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    sim.store.set_setting(_commands_name(params), commands)
    sim.announce("commands", None)
    return True


async def get_my_commands(sim: Simulation, params: Params) -> list[Record]:
    """The commands that were set for exactly this scope and language."""
    commands: list[Record] = sim.store.setting(_commands_name(params)) or []
    return commands


async def delete_my_commands(sim: Simulation, params: Params) -> bool:
    """Take the commands of a scope and language away."""
    sim.store.set_setting(_commands_name(params), [])
    sim.announce("commands", None)
    return True


def _commands_name(params: Params) -> str:
    scope = (params.structure("scope") or {}).get("type", "default")
    return f"commands:{scope}:{params.text('language_code')}"


#: By name in small letters, as Telegram takes a method's name without regard to case.
METHODS: dict[str, Method] = {
    function.__name__.replace("_", ""): function
    for function in (
        get_me, get_updates, set_webhook, delete_webhook, get_webhook_info, send_message, send_photo, send_document,
        send_location, send_chat_action, edit_message_text, edit_message_caption, edit_message_reply_markup,
        delete_message, answer_callback_query, get_file, set_my_commands, get_my_commands, delete_my_commands,
    )
}  # fmt: skip
