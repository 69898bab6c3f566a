"""Grading on an existing Dask cluster: every thread of its workers keeps one.

The workers need this package and bubblewrap, as this machine does; they see jobs, not the course.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from course_lib.grading.errors import GradingError
from course_lib.grading.kernel.sandbox import require_sandbox
from course_lib.grading.result import Job, Result
from course_lib.grading.run.worker import Worker

__all__ = ["close_workers", "grade_there", "on_cluster"]

Waiting = TypeVar("Waiting")
AHEAD = 2  # jobs under way for each thread of the cluster: enough to keep it busy, few in memory
CONNECT_SECONDS = 20
_workers: dict[tuple[str, int], Worker] = {}  # on a worker, by batch and thread


def on_cluster(
    scheduler: str, waiting: Sequence[Waiting], job: Callable[[Waiting], Job]
) -> Iterator[tuple[Waiting, Result]]:
    """Grade on the cluster behind a scheduler and yield results as they come.

    Raises:
        GradingError: no Dask here, no scheduler at the address, or no worker there.
    """
    with _client(scheduler) as client:
        from distributed import as_completed

        threads = sum(client.nthreads().values())
        if not threads:
            raise GradingError(f"The cluster at {scheduler} has no workers. Start some first.")
        batch, rest = uuid.uuid4().hex, iter(waiting)
        under_way: dict[str, Waiting] = {}
        futures = as_completed([])

        def give_one() -> None:
            for one in rest:
                future = client.submit(grade_there, batch, job(one).to_json(), pure=False)
                under_way[future.key] = one
                futures.add(future)
                return

        try:
            for _ in range(AHEAD * threads):
                give_one()
            for future in futures:
                yield under_way.pop(future.key), Result.from_json(future.result())
                give_one()
        finally:
            client.run(close_workers, batch)


def grade_there(batch: str, job: str) -> str:
    """Grade one job of a batch on a worker; text in, text out."""
    asked = Job.from_json(job)
    if not asked.trusted:
        require_sandbox()
    key = (batch, threading.get_ident())
    if key not in _workers:
        _workers[key] = Worker()
    return _workers[key].grade(asked).to_json()


def close_workers(batch: str) -> None:
    """End those that a worker keeps for a batch; a cluster lives longer than a batch."""
    for key in [key for key in _workers if key[0] == batch]:
        _workers.pop(key).close()


def _client(scheduler: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise GradingError(
            'Dask is not installed here. Install it: python -m pip install -e ".[cluster]"'
        ) from None
    try:
        return Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as error:
        raise GradingError(
            f"No Dask scheduler answers at {scheduler!r} ({error}). Give the address it prints "
            "when it starts, such as tcp://192.0.2.7:8786."
        ) from error
