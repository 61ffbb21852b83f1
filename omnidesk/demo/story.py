"""The story of the demo: who comes when, and what the played agent answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from omnidesk.demo import anna, chatters, igor, outages, writers
from omnidesk.demo.world import Call, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """When a scene begins, in seconds: beside a screen, and in a scripted run (None: not there).

    At 0 it begins before the desk is opened. `answers` are what the played agent says in it,
    `call` what he writes down when its person phones.
    """

    play: Callable[[World], Awaitable[None]]
    live: float
    scripted: float | None
    name: str = ""
    answers: tuple[str, ...] = field(default=())
    call: Call | None = None


LIVE_SPEED = 1.0
SCRIPTED_SPEED = 12.0
"""What every pause of a person is divided by."""

SCENES = (
    Scene(
        play=writers.emma,
        live=0,
        scripted=0,
        name=writers.EMMA,
        answers=("Done: order 4390 goes to 8 Mill Lane.",),
    ),
    Scene(
        play=writers.pyotr,
        live=0,
        scripted=0,
        name=writers.PYOTR,
        answers=("Добрый день! Выслали инструкцию ещё раз.",),
    ),
    Scene(
        play=chatters.darya,
        live=0,
        scripted=0,
        name=chatters.DARYA,
        answers=("Да, склад открыт с 9:00.",),
    ),
    Scene(
        play=writers.marina,
        live=0,
        scripted=0,
        name=writers.MARINA,
        answers=("Образцы выслали сегодня, будут через два дня.",),
    ),
    Scene(play=writers.news, live=0, scripted=0, name=writers.NEWS),
    Scene(
        play=anna.anna,
        live=5,
        scripted=0.5,
        name=anna.NAME,
        answers=(anna.ANSWER,),
        call=anna.CALL,
    ),
    Scene(
        play=chatters.kirill,
        live=10,
        scripted=1,
        name=chatters.KIRILL,
        answers=("Да, в Тверь три дня, до подъезда бесплатно.", "Подъём 400 рублей за этаж."),
    ),
    Scene(
        play=writers.ivan,
        live=24,
        scripted=1.5,
        name=writers.IVAN,
        answers=("You are right, we refund the second charge.", "Yes, by Thursday."),
    ),
    Scene(
        play=writers.sergey,
        live=32,
        scripted=2,
        name=writers.SERGEY,
        answers=("Записали вас на четверг, 15:30.",),
    ),
    Scene(
        play=writers.olga,
        live=44,
        scripted=3,
        name=writers.OLGA,
        answers=("Ольга, от 30 столов скидка 12 %.",),
    ),
    Scene(
        play=chatters.liam,
        live=54,
        scripted=3.5,
        name=chatters.LIAM,
        answers=("Yes, 9 days to Dublin, 60 EUR.",),
    ),
    Scene(
        play=writers.pavel,
        live=66,
        scripted=4,
        name=writers.PAVEL,
        answers=("Заказ 4377 храним до 30-го.", "Павел, храним до 30-го, ждём вас."),
    ),
    Scene(play=igor.igor, live=84, scripted=None, name=igor.NAME),
    Scene(play=outages.moved_mailboxes, live=100, scripted=6),
    Scene(
        play=writers.romashka,
        live=104,
        scripted=6.2,
        name=writers.ROMASHKA,
        answers=("Счёт на 12 стульев во вложении к заказу.",),
    ),
    Scene(play=outages.hurried_poller, live=140, scripted=5),
    Scene(play=outages.second_poller, live=170, scripted=None),
)

ANSWERS: Mapping[str, tuple[str, ...]] = {scene.name: scene.answers for scene in SCENES}

CALLS: Mapping[str, Call] = {scene.name: scene.call for scene in SCENES if scene.call}


def early(*, scripted: bool) -> int:
    """How many have written before the desk is opened."""
    return sum(_start(scene, scripted=scripted) == 0 for scene in SCENES)


async def play(world: World, *, scripted: bool) -> None:
    """Play every scene until the last of them is over."""
    async with asyncio.TaskGroup() as group:
        for scene in SCENES:
            at = _start(scene, scripted=scripted)
            if at is not None:
                group.create_task(_play(world, scene, at), name=f"demo: {scene.play.__name__}")


def _start(scene: Scene, *, scripted: bool) -> float | None:
    return scene.scripted if scripted else scene.live


async def _play(world: World, scene: Scene, at: float) -> None:
    await asyncio.sleep(at)
    await scene.play(world)
