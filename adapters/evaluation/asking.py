"""Puts many questions to an engine at once and says how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from typing import TypeVar

from adapters.evaluation.errors import EvaluationFailed

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
Job = Callable[[], Awaitable[V]]
Progress = Callable[[str, int, int], None]


async def gather(jobs: Mapping[K, Job[V]], step: str, progress: Progress) -> dict[K, V]:
    """Do every job; progress hears the step's name, how many are done, and of how many.

    When one fails the others are stopped and its EvaluationFailed is raised.
    """
    results: dict[K, V] = {}

    async def one(key: K, job: Job[V]) -> None:
        results[key] = await job()
        progress(step, len(results), len(jobs))

    try:
        async with asyncio.TaskGroup() as group:
            for key, job in jobs.items():
                group.create_task(one(key, job))
    except* EvaluationFailed as failed:
        first = failed.exceptions[0]
        while isinstance(first, ExceptionGroup):
            first = first.exceptions[0]
        raise first from None
    return results
