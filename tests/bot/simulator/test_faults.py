"""The trouble that can be asked for, as python-telegram-bot sees it."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import Conflict, Forbidden, NetworkError, RetryAfter, TimedOut

from bot.simulator.control import ControlError, RunningSimulator, SimulatedUser

from .conftest import Ask, ask_bot


def test_too_many_requests_says_when_to_come_back(
    ask: Ask, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    simulator.control.fault("too_many_requests", "sendMessage", retry_after=7)
    with pytest.raises(RetryAfter) as caught:
        ask(lambda bot: bot.send_message(citizen.chat_id, "satu"))
    assert caught.value.retry_after == timedelta(seconds=7)
    ask(lambda bot: bot.send_message(citizen.chat_id, "dua"))
    assert [message["text"] for message in citizen.replies()] == ["dua"]
    assert [call["status"] for call in simulator.control.calls("sendMessage")] == [429, 200]


def test_a_fault_may_be_for_one_chat_and_several_calls(
    ask: Ask, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    other = simulator.control.user()
    other.start()
    simulator.control.fault("blocked", "send*", chat_id=citizen.chat_id, count=2)
    ask(lambda bot: bot.send_message(other.chat_id, "sampai"))
    for _ in range(2):
        with pytest.raises(Forbidden, match="bot was blocked by the user"):
            ask(lambda bot: bot.send_message(citizen.chat_id, "tidak sampai"))
    assert simulator.control.faults() == []
    ask(lambda bot: bot.send_message(citizen.chat_id, "sampai juga"))


def test_who_blocks_the_bot_is_out_of_reach_until_writing_again(ask: Ask, citizen: SimulatedUser) -> None:
    citizen.block()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        ask(lambda bot: bot.send_chat_action(citizen.chat_id, "typing"))
    citizen.send_text("halo lagi")
    ask(lambda bot: bot.send_message(citizen.chat_id, "selamat datang kembali"))
    updates = ask(lambda bot: bot.get_updates())
    members = [update.my_chat_member.new_chat_member.status for update in updates if update.my_chat_member]
    assert members == ["kicked", "member"]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_is_a_network_error(
    ask: Ask, simulator: RunningSimulator, citizen: SimulatedUser, status: int
) -> None:
    simulator.control.fault("server_error", "sendMessage", status=status)
    with pytest.raises(NetworkError):
        ask(lambda bot: bot.send_message(citizen.chat_id, "satu"))
    assert citizen.replies() == []


@pytest.mark.parametrize(("after", "arrived"), [(False, []), (True, ["satu"])])
def test_a_connection_may_be_cut_before_or_after_the_effect(
    ask: Ask, simulator: RunningSimulator, citizen: SimulatedUser, after: bool, arrived: list[str]
) -> None:
    simulator.control.fault("drop", "sendMessage", after=after)
    with pytest.raises(NetworkError):
        ask(lambda bot: bot.send_message(citizen.chat_id, "satu"))
    assert [message["text"] for message in citizen.replies()] == arrived
    assert [call["status"] for call in simulator.control.calls("sendMessage")] == [0]


def test_a_slow_answer_runs_into_the_callers_time_limit(
    ask: Ask, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    simulator.control.fault("slow", "sendMessage", seconds=0.5, after=True, count=2)
    began = time.monotonic()
    ask(lambda bot: bot.send_message(citizen.chat_id, "satu"))
    assert time.monotonic() - began >= 0.5
    with pytest.raises(TimedOut):
        ask(lambda bot: bot.send_message(citizen.chat_id, "dua", read_timeout=0.1))
    assert [message["text"] for message in citizen.replies()] == ["satu", "dua"]


def test_an_update_may_come_twice_in_a_batch_and_again_after_it_was_confirmed(
    ask: Ask, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    simulator.control.deliver_twice()
    citizen.send_text("dua")

    async def use(bot: Bot) -> list[list[int]]:
        first = [update.update_id for update in await bot.get_updates()]
        assert await bot.get_updates(offset=first[-1] + 1) == ()
        simulator.control.deliver_again(first[0])
        again = [update.update_id for update in await bot.get_updates(offset=first[-1] + 1, timeout=5)]
        return [first, again, [update.update_id for update in await bot.get_updates(offset=first[-1] + 1)]]

    first, again, rest = ask(use)
    start, text = sorted(set(first))
    assert first == [start, start, text]
    assert again == [start]
    assert rest == []


def test_a_batch_may_come_out_of_order(ask: Ask, simulator: RunningSimulator, citizen: SimulatedUser) -> None:
    citizen.send_text("dua")
    simulator.control.reverse_order()
    ids = [update.update_id for update in ask(lambda bot: bot.get_updates())]
    assert ids == sorted(ids, reverse=True)
    assert [update.update_id for update in ask(lambda bot: bot.get_updates())] == sorted(ids)


def test_two_bots_polling_at_once_are_in_conflict(simulator: RunningSimulator, citizen: SimulatedUser) -> None:
    async def use(bot: Bot) -> None:
        await bot.get_updates(offset=(await bot.get_updates())[-1].update_id + 1)
        first = asyncio.create_task(bot.get_updates(timeout=10))
        await asyncio.sleep(0.2)
        async with Bot(simulator.token, base_url=simulator.base_url) as twin:
            second = asyncio.create_task(twin.get_updates(timeout=10))
            with pytest.raises(Conflict, match="terminated by other getUpdates request"):
                await first
            await asyncio.to_thread(citizen.send_text, "untuk yang kedua")
            assert len(await second) == 1

    ask_bot(simulator, use)


def test_faults_that_are_not_understood_are_named(simulator: RunningSimulator) -> None:
    with pytest.raises(ControlError, match="kind of a fault must be one of"):
        simulator.control.ask("POST", "faults", json={"kind": "earthquake"})
    with pytest.raises(ControlError, match="unknown fields of a fault: tries"):
        simulator.control.fault("drop", tries=3)
    simulator.control.fault("drop")
    simulator.control.clear_faults()
    assert simulator.control.faults() == []
