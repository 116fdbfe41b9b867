"""The control API (`/control/...`): act as a person, watch, and make trouble. For tests and for the chat page."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from typing import Any

from aiohttp import web

from bot.simulator.errors import bad_request, not_found
from bot.simulator.faults import Fault
from bot.simulator.params import Params
from bot.simulator.samples import SAMPLE_VOICE_SECONDS, sample_voice
from bot.simulator.simulation import BOT_NAME, BOT_USERNAME, Simulation
from bot.simulator.store import Record

SIMULATION = web.AppKey("simulation", Simulation)
KEEP_ALIVE_SECONDS = 15
routes = web.RouteTableDef()


def _sim(request: web.Request) -> Simulation:
    return request.app[SIMULATION]


def _chat_id(request: web.Request) -> int:
    return int(request.match_info["chat_id"])


def _answer(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


# --- people and chats -----------------------------------------------------------------------------------------------


@routes.get("/control/bot")
async def show_bot(request: web.Request) -> web.Response:
    """Name of the bot and the commands of its menu."""
    store = _sim(request).store
    names = ("commands:all_private_chats:id", "commands:default:id", "commands:all_private_chats:", "commands:default:")
    commands: list[Record] = next((found for name in names if (found := store.setting(name))), [])
    return _answer({"name": BOT_NAME, "username": BOT_USERNAME, "commands": commands})


@routes.get("/control/users")
async def list_users(request: web.Request) -> web.Response:
    """Everybody, each with the last entry of the chat."""
    sim = _sim(request)
    return _answer([{**user, "last": _last(sim, user["profile"]["id"])} for user in sim.store.users()])


def _last(sim: Simulation, chat_id: int) -> Record | None:
    return next((entry for entry in reversed(sim.store.transcript(chat_id, limit=20)) if not entry["deleted"]), None)


@routes.post("/control/users")
async def add_user(request: web.Request) -> web.Response:
    """Make a person; `id`, `name`, `username` and `language_code` may be given."""
    params = await Params.read(request)
    user_id = params.integer("id") if params.has("id") else None
    user = _sim(request).add_user(
        user_id, params.optional_text("name"), params.optional_text("username"), params.text("language_code", "id")
    )
    return _answer(user)


@routes.get(r"/control/chats/{chat_id:\d+}")
async def show_transcript(request: web.Request) -> web.Response:
    """The entries of a chat after the message id `after`, oldest first."""
    sim, chat_id = _sim(request), _chat_id(request)
    sim.user(chat_id)
    params = await Params.read(request)
    entries = sim.store.transcript(chat_id, params.integer("after", 0), params.integer("limit", 500))
    return _answer({"chat": sim.chat(chat_id), "entries": entries})


@routes.post(r"/control/chats/{chat_id:\d+}/message")
async def send_as_user(request: web.Request) -> web.Response:
    """Send as the person: one of text, photo, document (base64, or a part of the form), location, contact, voice."""
    sim, chat_id = _sim(request), _chat_id(request)
    params = await Params.read(request)
    content = await _content(sim, chat_id, params)
    reply_to = params.integer("reply_to") if params.has("reply_to") else None
    return _answer(sim.say(chat_id, content, reply_to))


async def _content(sim: Simulation, chat_id: int, params: Params) -> Record:
    sim.user(chat_id)
    caption = params.text("caption")
    if params.has("photo"):
        return await sim.photo(_data(params, "photo"), caption)
    if params.has("document"):
        upload = params.upload("document")
        name = upload.name if upload else params.text("name", "file")
        mime = upload.mime if upload else params.text("mime", "application/octet-stream")
        return sim.document(_data(params, "document"), name, mime, caption)
    if params.has("location"):
        place = _record(params, "location")
        try:
            return sim.location(float(place["latitude"]), float(place["longitude"]))
        except (KeyError, TypeError, ValueError):
            raise bad_request("location needs latitude and longitude in degrees") from None
    if params.has("contact"):
        contact = _record(params, "contact")
        return sim.contact(chat_id, str(contact.get("phone_number", "")), str(contact.get("first_name", "")))
    if params.has("voice"):
        data = _data(params, "voice") or sample_voice()
        return sim.voice(data, params.integer("duration", SAMPLE_VOICE_SECONDS))
    return sim.text(params.text("text"))


def _record(params: Params, name: str) -> Record:
    value = params.structure(name)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, dict):
        raise bad_request(f"{name} must be an object")
    return value


def _data(params: Params, name: str) -> bytes:
    upload = params.upload(name)
    if upload is not None:
        return upload.data
    try:
        return base64.b64decode(params.text(name), validate=True)
    except binascii.Error:
        raise bad_request(f"{name} must be a part of the form or base64") from None


@routes.post(r"/control/chats/{chat_id:\d+}/callback")
async def press_button(request: web.Request) -> web.Response:
    """Press the inline button of `message_id` that carries `data`."""
    params = await Params.read(request)
    return _answer(_sim(request).press(_chat_id(request), params.integer("message_id"), params.text("data")))


@routes.post(r"/control/chats/{chat_id:\d+}/block")
async def block_bot(request: web.Request) -> web.Response:
    """Block the bot, or with `blocked: false` take it back."""
    params = await Params.read(request)
    blocked = not params.has("blocked") or params.flag("blocked")
    _sim(request).set_blocked(_chat_id(request), blocked)
    return _answer(True)


@routes.get(r"/control/queries/{query_id:\d+}")
async def show_query(request: web.Request) -> web.Response:
    """A pressed button and the bot's answer to it (null while there is none)."""
    query = _sim(request).store.query(request.match_info["query_id"])
    if query is None:
        raise not_found()
    return _answer(query)


@routes.get("/control/files/{file_id}")
async def show_file(request: web.Request) -> web.Response:
    """A file for the chat page. Only photos are shown; all else is downloaded, so that nothing runs in the page."""
    store = _sim(request).store
    stored = store.file(request.match_info["file_id"])
    if stored is None:
        raise not_found()
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}
    if stored.photo is None and not stored.mime.startswith("audio/"):
        headers["Content-Disposition"] = "attachment"
    return web.Response(body=store.file_data(stored.file_id), content_type=stored.mime, headers=headers)


# --- watching -------------------------------------------------------------------------------------------------------


@routes.get("/control/events")
async def stream_events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: entry, action, answer, user, call, commands, reset."""
    sim = _sim(request)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    queue = sim.watch()
    try:
        await response.write(b"retry: 1000\n\n")
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            await response.write(f"event: {event['kind']}\ndata: {json.dumps(event['data'])}\n\n".encode())
    except ConnectionError:
        return response  # the page was closed
    finally:
        sim.unwatch(queue)


@routes.get("/control/calls")
async def list_calls(request: web.Request) -> web.Response:
    """Every call of the bot after the number `after`, with time and HTTP status."""
    params = await Params.read(request)
    return _answer(_sim(request).store.calls(params.integer("after", 0)))


@routes.get("/control/updates")
async def list_updates(request: web.Request) -> web.Response:
    """Every update that is remembered, and whether the bot has confirmed it."""
    return _answer(_sim(request).store.updates())


# --- trouble --------------------------------------------------------------------------------------------------------


@routes.get("/control/faults")
async def list_faults(request: web.Request) -> web.Response:
    """The faults that still wait for a call."""
    return _answer(_sim(request).faults.waiting())


@routes.post("/control/faults")
async def add_fault(request: web.Request) -> web.Response:
    """Queue a fault, see `faults.Fault`."""
    _sim(request).faults.add(Fault.read((await Params.read(request)).as_record()))
    return _answer(True)


@routes.delete("/control/faults")
async def clear_faults(request: web.Request) -> web.Response:
    """Forget the faults that wait, and all disorder in deliveries."""
    _sim(request).faults.clear()
    _sim(request).deliveries.behave()
    return _answer(True)


@routes.post("/control/deliveries")
async def disturb_deliveries(request: web.Request) -> web.Response:
    """Any of `redeliver` (update id), `twice` (next updates), `reversed` (next batches)."""
    deliveries = _sim(request).deliveries
    params = await Params.read(request)
    if params.has("redeliver"):
        deliveries.deliver_again(params.integer("redeliver"))
    if params.has("twice"):
        deliveries.deliver_twice(params.integer("twice"))
    if params.has("reversed"):
        deliveries.reverse(params.integer("reversed"))
    return _answer(True)


@routes.post("/control/reset")
async def reset(request: web.Request) -> web.Response:
    """Forget people, chats, files, calls, webhook and faults; ids go on from where they are."""
    sim = _sim(request)
    sim.faults.clear()
    sim.deliveries.behave()
    sim.deliveries.set_webhook(None)
    sim.store.reset()
    sim.announce("reset", None)
    return _answer(True)
