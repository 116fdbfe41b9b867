"""Drive a simulator from Python: be a citizen in a test, make trouble, and see what the bot did.

    with running_simulator() as simulator:
        citizen = simulator.control.user("Sri Wahyuni")
        citizen.start()
        reply = citizen.wait_for_reply()
        citizen.click("Kirim pengaduan")

The calls block. Inside `asyncio.run` that is fine, because the simulator has a thread of its own.
"""

from __future__ import annotations

import asyncio
import base64
import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from bot.simulator.faults import FaultKind
from bot.simulator.server import HOST, start_server
from bot.simulator.simulation import Simulation
from bot.simulator.store import Store

Record = dict[str, Any]
T = TypeVar("T")

TEST_TOKEN = "7000000001:token-of-a-test"  # noqa: S105  opens only the simulator of this process
DEFAULT_TIMEOUT_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.02
#: Looking takes time from whoever is waited for: the longer it lasts, the rarer.
_LONGEST_PAUSE_SECONDS = 0.3


class ControlError(Exception):
    """The simulator refused what a test asked for; the text is its reason."""


class SimulatorControl:
    """The control API of the simulator at `url`, e.g. http://127.0.0.1:8081."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=60, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """One call of the control API. Raises ControlError with the simulator's reason if it refuses."""
        answer = self._http.request(method, f"/control/{path}", **options)
        body = answer.json()
        if not body["ok"]:
            raise ControlError(body["description"])
        return body["result"]

    # --- people ----------------------------------------------------------------------------------------------------

    def user(
        self, name: str | None = None, *, user_id: int | None = None, username: str | None = None, language: str = "id"
    ) -> SimulatedUser:
        """A new person; what is not given is drawn."""
        record = {"name": name, "id": user_id, "username": username, "language_code": language}
        made = self.ask("POST", "users", json={key: value for key, value in record.items() if value is not None})
        return SimulatedUser(self, made["profile"]["id"], made["phone"])

    # --- trouble ---------------------------------------------------------------------------------------------------

    def fault(self, kind: FaultKind, method: str = "*", **fields: Any) -> None:
        """Let the next calls of `method` go wrong; `fields` as in `faults.Fault` (count, retry_after, after, ...)."""
        self.ask("POST", "faults", json={"kind": kind, "method": method, **fields})

    def faults(self) -> list[Record]:
        """Faults that have not yet befallen a call."""
        waiting: list[Record] = self.ask("GET", "faults")
        return waiting

    def clear_faults(self) -> None:
        self.ask("DELETE", "faults")

    def deliver_again(self, update_id: int) -> None:
        """Deliver an update once more, even after it was confirmed."""
        self.ask("POST", "deliveries", json={"redeliver": update_id})

    def deliver_twice(self, count: int = 1) -> None:
        """Deliver each of the next `count` updates twice."""
        self.ask("POST", "deliveries", json={"twice": count})

    def reverse_order(self, batches: int = 1) -> None:
        """Turn round the order in the next batches of two updates or more."""
        self.ask("POST", "deliveries", json={"reversed": batches})

    def reset(self) -> None:
        """Forget everything but the counters."""
        self.ask("POST", "reset")

    # --- watching --------------------------------------------------------------------------------------------------

    def calls(self, method: str | None = None, after: int = 0) -> list[Record]:
        """What the bot called, in order: number, at (seconds since 1970), method, params, status (0: not answered)."""
        calls: list[Record] = self.ask("GET", "calls", params={"after": after})
        return [call for call in calls if method is None or call["method"].lower() == method.lower()]

    def updates(self) -> list[Record]:
        """Every update that is remembered: update, confirmed."""
        updates: list[Record] = self.ask("GET", "updates")
        return updates

    def wait_until_confirmed(self, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> None:
        """Wait until the bot has confirmed every update. Raises TimeoutError."""
        wait_for(
            lambda: all(record["confirmed"] for record in self.updates()) or None, "every update confirmed", timeout
        )


class SimulatedUser:
    """One citizen in the private chat with the bot; `chat_id` is also the person's id."""

    def __init__(self, control: SimulatorControl, chat_id: int, phone: str = "") -> None:
        self._control = control
        self.chat_id = chat_id
        self.phone = phone

    # --- acting ----------------------------------------------------------------------------------------------------

    def start(self, payload: str = "") -> Record:
        """Press START, as after a t.me link with `payload`."""
        return self.send_text(f"/start {payload}".strip())

    def send_text(self, text: str, *, reply_to: int | None = None) -> Record:
        """Send words; returns {"update_id", "message"}, as all of these do."""
        return self._send({"text": text, **({"reply_to": reply_to} if reply_to is not None else {})})

    def send_photo(self, image: bytes | None = None, caption: str = "") -> Record:
        """Send an image file as a photo; a drawn one if none is given."""
        data = sample_photo() if image is None else image
        return self._send({"photo": base64.b64encode(data).decode(), "caption": caption})

    def send_document(
        self, data: bytes, name: str, mime: str = "application/octet-stream", caption: str = ""
    ) -> Record:
        """Send a file as it is."""
        encoded = base64.b64encode(data).decode()
        return self._send({"document": encoded, "name": name, "mime": mime, "caption": caption})

    def send_location(self, latitude: float, longitude: float) -> Record:
        """Send a place in degrees."""
        return self._send({"location": {"latitude": latitude, "longitude": longitude}})

    def send_contact(self, phone_number: str = "", first_name: str = "") -> Record:
        """Send the person's own contact, or another's."""
        return self._send({"contact": {"phone_number": phone_number, "first_name": first_name}})

    def send_voice(self, data: bytes = b"") -> Record:
        """Send a voice message; silence if none is given."""
        return self._send({"voice": base64.b64encode(data).decode()})

    def press(self, message_id: int, data: str) -> Record:
        """Press the inline button of a message that carries `data`; returns {"update_id", "query_id"}."""
        pressed: Record = self._control.ask(
            "POST", f"chats/{self.chat_id}/callback", json={"message_id": message_id, "data": data}
        )
        return pressed

    def click(self, label: str) -> Record:
        """Press the newest button with this label, inline or of the reply keyboard, as a person sees it.

        Raises ControlError if no such button is on the screen.
        """
        for entry in reversed(self.transcript()):
            for row in (entry["markup"] or {}).get("inline_keyboard", []):
                for button in row:
                    if button["text"] == label and "callback_data" in button:
                        return self.press(entry["message"]["message_id"], button["callback_data"])
        for row in (self.keyboard() or {}).get("keyboard", []):
            for button in row:
                if button["text"] == label:
                    return self.send_contact() if button.get("request_contact") else self.send_text(label)
        raise ControlError(f"no button {label!r} on the screen; there are {self.buttons()}")

    def block(self) -> None:
        """Block the bot: what it sends is refused with 403 until the person writes again or unblocks it."""
        self._control.ask("POST", f"chats/{self.chat_id}/block", json={"blocked": True})

    def unblock(self) -> None:
        self._control.ask("POST", f"chats/{self.chat_id}/block", json={"blocked": False})

    def _send(self, content: Record) -> Record:
        sent: Record = self._control.ask("POST", f"chats/{self.chat_id}/message", json=content)
        return sent

    # --- seeing ----------------------------------------------------------------------------------------------------

    def transcript(self) -> list[Record]:
        """What the person sees, oldest first: message, from_bot, markup, parse_mode, edits. Nothing deleted."""
        entries = self._control.ask("GET", f"chats/{self.chat_id}")["entries"]
        return [entry for entry in entries if not entry["deleted"]]

    def replies(self, after: int = 0) -> list[Record]:
        """The bot's messages with a message id above `after`."""
        entries = [entry for entry in self.transcript() if entry["from_bot"]]
        return [entry["message"] for entry in entries if entry["message"]["message_id"] > after]

    def keyboard(self) -> Record | None:
        """The reply keyboard that is open, if one is."""
        for entry in reversed(self.transcript()):
            markup = entry["markup"] or {}
            if markup.get("remove_keyboard"):
                return None
            if "keyboard" in markup:
                return markup
        return None

    def buttons(self) -> list[str]:
        """Labels of the buttons on the screen: of the newest inline keyboard, then of the reply keyboard."""
        inline = [entry["markup"] for entry in self.transcript() if "inline_keyboard" in (entry["markup"] or {})][-1:]
        rows = [row for markup in inline for row in markup["inline_keyboard"]]
        rows += (self.keyboard() or {}).get("keyboard", [])
        return [button["text"] for row in rows for button in row]

    def answer(self, query_id: str) -> Record | None:
        """The bot's answer to a pressed button: text, show_alert; None while there is none."""
        answer: Record | None = self._control.ask("GET", f"queries/{query_id}")["answer"]
        return answer

    def wait_for_reply(
        self, containing: str = "", *, after: int | None = None, timeout: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Record:
        """The first message of the bot after `after` (default: after the person's last) with these words in it.

        Raises TimeoutError with what the bot said instead.
        """
        if after is None:
            own = [entry["message"]["message_id"] for entry in self.transcript() if not entry["from_bot"]]
            after = int(max(own, default=0))
        since: int = after

        def look() -> Record | None:
            return next((m for m in self.replies(since) if containing in _words(m)), None)

        try:
            return wait_for(look, f"a reply with {containing!r}", timeout)
        except TimeoutError as error:
            said = [_words(m) for m in self.replies(since)]
            raise TimeoutError(f"{error}; the bot said {said}") from None


def _words(message: Record) -> str:
    return str(message.get("text", message.get("caption", "")))


def wait_for(look: Callable[[], T | None], what: str, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> T:
    """Look until there is something; returns it. Raises TimeoutError that names `what` was waited for."""
    deadline = time.monotonic() + timeout
    pause = _LOOK_AGAIN_SECONDS
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout:g} s for {what}")
        time.sleep(pause)
        pause = min(1.2 * pause, _LONGEST_PAUSE_SECONDS)
    return found


def sample_photo(width: int = 1600, height: int = 1200) -> bytes:
    """A JPEG with something on it, with a comment and an EXIF entry as a phone would leave them."""
    from PIL import Image

    image = Image.linear_gradient("L").resize((width, height))
    image = Image.merge("RGB", (image, image.rotate(180), Image.new("L", image.size, 120)))
    exif = Image.Exif()
    exif[0x010F] = "Telepon Contoh"  # Make
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"taken at home")
    return out.getvalue()


class RunningSimulator:
    """A simulator in a thread of this process, and the addresses that python-telegram-bot needs."""

    def __init__(self, port: int, token: str) -> None:
        self.port = port
        self.token = token
        self.url = f"http://{HOST}:{port}"
        self.base_url = f"{self.url}/bot"
        self.base_file_url = f"{self.url}/file/bot"
        self.control = SimulatorControl(self.url)


@contextmanager
def running_simulator(
    *, token: str = TEST_TOKEN, state: Path | None = None, port: int = 0, webhook_retry_seconds: float = 0.05
) -> Iterator[RunningSimulator]:
    """Run a simulator until the block ends, on a free port unless one is given, with nobody in it yet.

    With `state` a later simulator on the same file goes on where this one was. Raises OSError if the port is taken.
    """
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    started: list[int] = []
    failed: list[BaseException] = []
    ready = threading.Event()

    async def serve() -> None:
        store = Store(state)
        try:
            runner, bound = await start_server(Simulation(store, token, webhook_retry_seconds), port)
            started.append(bound)
            ready.set()
            await stop.wait()
            await runner.cleanup()
        finally:
            store.close()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
        except BaseException as error:
            failed.append(error)
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()
            ready.set()

    thread = threading.Thread(target=run, name="simulator", daemon=True)
    thread.start()
    ready.wait()
    if not started:
        thread.join()
        raise failed[0]
    simulator = RunningSimulator(started[0], token)
    try:
        yield simulator
    finally:
        simulator.control.close()
        loop.call_soon_threadsafe(stop.set)
        thread.join()
