"""The HTTP face of the simulator: the Bot API, its files, the control API and the chat page, on loopback only."""

from __future__ import annotations

import asyncio
import hmac
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.simulator import control_api
from bot.simulator.control_api import SIMULATION
from bot.simulator.errors import ApiError, not_found, unauthorized
from bot.simulator.faults import Fault
from bot.simulator.methods import METHODS
from bot.simulator.params import Params
from bot.simulator.simulation import Simulation

HOST = "127.0.0.1"
LARGEST_BODY_BYTES = 52 * 2**20
SECONDS_TO_CLOSE = 0.5
_PAGE = Path(__file__).with_name("page")
_CONTENT_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def make_app(sim: Simulation) -> web.Application:
    """The aiohttp application around one simulation."""
    app = web.Application(middlewares=[_answer_errors, _guard_page], client_max_size=LARGEST_BODY_BYTES)
    app[SIMULATION] = sim
    app.add_routes(control_api.routes)
    app.router.add_route("*", "/bot{token:[^/]+}/{method}", _call_method)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", _download)
    app.router.add_get("/", _show_page)
    app.router.add_get("/page/{name}", _show_page_file)
    app.on_startup.append(_start)
    app.on_cleanup.append(_stop)
    return app


async def _start(app: web.Application) -> None:
    app[SIMULATION].deliveries.start()


async def _stop(app: web.Application) -> None:
    await app[SIMULATION].deliveries.stop()


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return web.json_response(error.as_answer(), status=error.code)


@web.middleware
async def _guard_page(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep other web sites out of what needs no token.

    A page of another host that the same browser shows could otherwise act here; so the name must be a loopback name
    (a foreign one that resolves to 127.0.0.1 is none), and a request with an origin must come from this very page.
    """
    if request.path.startswith(("/bot", "/file/bot")):
        return await handler(request)
    host = urlsplit(f"//{request.host}")
    origin = request.headers.get("Origin")
    if host.hostname not in _LOOPBACK_NAMES or (origin is not None and urlsplit(origin).netloc != request.host):
        raise ApiError(403, "Forbidden: the simulator is for this machine only")
    response = await handler(request)
    if not response.prepared:
        response.headers.update(_PAGE_HEADERS)
    return response


# --- the Bot API ----------------------------------------------------------------------------------------------------


def _check_token(request: web.Request) -> Simulation:
    sim = request.app[SIMULATION]
    if not hmac.compare_digest(request.match_info["token"].encode(), sim.token.encode()):
        raise unauthorized()
    return sim


async def _call_method(request: web.Request) -> web.StreamResponse:
    """Run one method of the Bot API, with the trouble that waits for it, and keep it in the log of calls."""
    sim = _check_token(request)
    name = request.match_info["method"]
    status = 0
    params = Params({})
    try:
        params = await Params.read(request)
        method = METHODS.get(name.lower())
        if method is None:
            raise not_found()
        fault = sim.faults.take(name, _chat_of(params))
        if fault is not None and not fault.after and (cut := await _suffer(request, fault)):
            return cut
        result = await method(sim, params)
        if fault is not None and fault.after and (cut := await _suffer(request, fault)):
            return cut
        status = 200
        return web.json_response({"ok": True, "result": result})
    except ApiError as error:
        status = error.code
        raise
    finally:
        call = sim.store.log_call(name, params.as_record(), status)
        if name.lower() != "getupdates":
            sim.announce("call", call)


def _chat_of(params: Params) -> int | None:
    chat_id = params.structure("chat_id")
    return chat_id if isinstance(chat_id, int) else None


async def _suffer(request: web.Request, fault: Fault) -> web.Response | None:
    """Let a fault happen: wait, raise its ApiError, or cut the connection and return a response that nobody gets."""
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return None
    if error := fault.error():
        raise error
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _download(request: web.Request) -> web.Response:
    sim = _check_token(request)
    stored = sim.store.file_at(request.match_info["path"])
    if stored is None:
        raise not_found()
    return web.Response(body=sim.store.file_data(stored.file_id), content_type="application/octet-stream")


# --- the chat page --------------------------------------------------------------------------------------------------


async def _show_page(request: web.Request) -> web.Response:
    text = (_PAGE / "chat.html").read_text(encoding="utf-8")
    return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})


async def _show_page_file(request: web.Request) -> web.Response:
    file = _PAGE / request.match_info["name"]
    if file.suffix not in _CONTENT_TYPES or file.parent != _PAGE or not file.is_file():
        raise not_found()
    text = file.read_text(encoding="utf-8")
    return web.Response(text=text, content_type=_CONTENT_TYPES[file.suffix], headers={"Cache-Control": "no-cache"})


# --- running --------------------------------------------------------------------------------------------------------


async def start_server(sim: Simulation, port: int) -> tuple[web.AppRunner, int]:
    """Serve on 127.0.0.1; returns the runner, to be cleaned up, and the port (a free one if `port` is 0).

    Raises OSError if the port is taken.
    """
    runner = web.AppRunner(make_app(sim), access_log=None, handle_signals=False, shutdown_timeout=SECONDS_TO_CLOSE)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
    except BaseException:
        await runner.cleanup()
        raise
    return runner, int(runner.addresses[0][1])
