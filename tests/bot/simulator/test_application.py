"""A whole python-telegram-bot application, polling, while the network misbehaves."""

from __future__ import annotations

import asyncio
import logging

import pytest
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bot.simulator.control import RunningSimulator


def test_a_polling_application_gets_every_message_through_faults(
    simulator: RunningSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="telegram.ext")  # that polling fails is the point
    control = simulator.control
    citizens = [control.user() for _ in range(5)]
    seen: list[tuple[int, str]] = []

    async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        seen.append((update.update_id, update.message.text or ""))
        await update.message.reply_text(f"Anda menulis: {update.message.text}")

    def act() -> None:
        control.fault("server_error", "getUpdates", status=502)
        control.fault("drop", "getUpdates", after=True)
        for citizen in citizens:
            citizen.send_text("pesan 0")
        control.wait_until_confirmed(20)
        control.deliver_twice(2)  # only now: a batch whose answer was lost would have taken the doubles with it
        for number in range(1, 4):
            for citizen in citizens:
                citizen.send_text(f"pesan {number}")
        for citizen in citizens:
            citizen.wait_for_reply("pesan 3", after=0, timeout=20)
        control.wait_until_confirmed(20)

    async def run() -> None:
        builder = Application.builder().token(simulator.token)
        application = builder.base_url(simulator.base_url).base_file_url(simulator.base_file_url).build()
        application.add_handler(MessageHandler(filters.TEXT, echo))
        async with application:
            await application.start()
            assert application.updater is not None
            await application.updater.start_polling(poll_interval=0.01, timeout=1)
            await asyncio.to_thread(act)
            await application.updater.stop()
            await application.stop()

    asyncio.run(run())
    assert control.faults() == []
    assert len(set(seen)) == 20
    assert len(seen) == 22  # python-telegram-bot does not mind doubles: the bot has to
    for citizen in citizens:
        assert {reply["text"] for reply in citizen.replies()} == {f"Anda menulis: pesan {n}" for n in range(4)}
