"""Grade all submissions of a set: in parallel, resumable, one bad submission never stops the rest.

Workers only compute. This process alone writes: first the graded notebook, then the gradebook, then
the status file, each whole. Killed between any two of them, the next run does that submission again
and writes the same.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from tqdm import tqdm

from course_lib.errors import InvalidInputError
from course_lib.grading.errors import GradingError
from course_lib.grading.folder.asked import template_in
from course_lib.grading.folder.begun import CRASHES, Begun
from course_lib.grading.folder.course import NAME, Course
from course_lib.grading.folder.handed_in import Submission, submissions
from course_lib.grading.folder.record import keep_result, record
from course_lib.grading.folder.status import Entry, Status, locked
from course_lib.grading.kernel.limits import Limits
from course_lib.grading.kernel.sandbox import require_sandbox
from course_lib.grading.notebook.submission import RejectedError, digest
from course_lib.grading.notebook.template import Template, nothing
from course_lib.grading.result import Job, Result
from course_lib.grading.run.worker import Worker, warm

__all__ = ["Settings", "run"]

# What is wrong with one student's folder, and with nobody else's.
ONE_PLACE = {errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR, errno.ELOOP}

TOOK_DOWN = (
    "It took the machine down: two runs ended while this file was graded, the second time alone. "
    "It is graded no more; look at it. `run SET --student NAME --again` tries once more."
)


@dataclass(frozen=True)
class Settings:
    """How to grade.

    Args:
        jobs: how many submissions at once on this machine.
        scheduler: the address of a Dask cluster to grade on instead.
        trusted: run students' code without a sandbox.
        students: only these; all if empty.
        again: also those that were graded before.
        limits: what one submission may use; those of the course's folder by default.
        quiet: no progress bar.
    """

    jobs: int = 1
    scheduler: str = ""
    trusted: bool = False
    students: tuple[str, ...] = ()
    again: bool = False
    limits: Limits | None = None
    quiet: bool = False

    def __post_init__(self) -> None:
        if self.jobs < 1:
            raise InvalidInputError(f"--jobs {self.jobs} grades nothing. Give 1 or more.")


@dataclass(frozen=True)
class _Waiting:
    """A submission to grade, with the digest it will be known by; rejected without a job."""

    submission: Submission
    digest: str
    rejected: str = ""
    file: str = ""  # the digest of the file alone


def run(course: Course, name: str, settings: Settings | None = None) -> Status:
    """Grade what was handed in for a set and is new or changed; return the status of all.

    Raises:
        GradingError: no such set, not released, another run under way, or a student named in the
            settings who handed in nothing.
        SandboxUnavailableError: students' code can't be isolated here, and ``trusted`` is not set.
    """
    settings = settings or Settings()
    settings = replace(settings, limits=settings.limits or Limits.of_course(course.root))
    course.source(name)  # an unknown set is refused before anything is opened
    if not (settings.trusted or settings.scheduler):
        require_sandbox()
    with (
        locked(course, name),
        course.gradebook() as gradebook,
        Begun(course, name) as begun,
    ):
        template = template_in(gradebook, course, name)
        status = Status.read(course, name)
        waiting = _waiting(course, template, status, settings)
        unsaved: list[str] = []
        done = _graded(waiting, course, template, settings, begun)
        for one, result in tqdm(done, name, len(waiting), unit="", disable=settings.quiet):
            student = one.submission.student
            try:
                status = _kept(gradebook, course, template, one, result, status)
            except OSError as error:
                if error.errno not in ONE_PLACE:  # a full disk is every other student's, too
                    raise
                unsaved.append(f"{student} ({error.strerror}: {error.filename})")
            begun.end(student)
    if unsaved:
        told = "; ".join(unsaved)
        raise GradingError(f"Could not save what came of {told}. Mend that, and run again.")
    return status


def _kept(
    gradebook: Any,
    course: Course,
    template: Template,
    one: _Waiting,
    result: Result,
    status: Status,
) -> Status:
    """Write what came of a submission: its notebook, its points, and last that it is done."""
    submission, student = one.submission, one.submission.student
    before = status.entries.get(student)
    if NAME.fullmatch(student):  # another name must not come near a path or a page
        keep_result(course.autograded(student, template.name), submission, result.notebook)
        bonus = before.bonus if before else {}
        timestamp = submission.timestamp
        record(gradebook, template, student, result, timestamp=timestamp, bonus_before=bonus)
    entry = Entry.of(result, one.digest, template.points, one.file)
    return status.with_entry(student, entry)


def _waiting(
    course: Course, template: Template, status: Status, settings: Settings
) -> list[_Waiting]:
    handed_in = submissions(course, template.name)
    unknown = set(settings.students) - {one.student for one in handed_in}
    if unknown:
        raise GradingError(
            f"{', '.join(sorted(unknown))} handed in nothing for {template.name}: there is no such "
            f"folder in {course.root / 'submitted'}."
        )
    chosen = [s for s in handed_in if not settings.students or s.student in settings.students]
    basis = hashlib.sha256(repr((template, course.secret)).encode())
    if settings.limits not in (None, Limits()):  # what everybody has leaves old digests as they are
        basis.update(repr(settings.limits).encode())
    found = [_looked_at(one, basis.copy()) for one in chosen]
    return [one for one in found if settings.again or not _is_done(one, status)]


def _looked_at(submission: Submission, basis: Any) -> _Waiting:
    try:
        content = submission.read()
    except RejectedError as error:
        return _Waiting(submission, "", str(error))
    basis.update(content)
    return _Waiting(submission, basis.hexdigest(), file=digest(content))


def _is_done(one: _Waiting, status: Status) -> bool:
    entry = status.entries.get(one.submission.student)
    return entry is not None and entry.digest == one.digest and entry.state != "failed"


def _graded(
    waiting: Sequence[_Waiting],
    course: Course,
    template: Template,
    settings: Settings,
    begun: Begun,
) -> Iterator[tuple[_Waiting, Result]]:
    """Yield results as they come: what can't be graded at once, what may crash last and alone."""
    data, secret = template.to_data(), course.secret
    limits = (settings.limits or Limits()).to_json()

    def job(one: _Waiting) -> Job:
        begun.begin(one.submission.student, one.digest)
        try:
            content = one.submission.read()
        except RejectedError:  # it was taken away meanwhile, and is rejected as an empty file
            content = b""
        notebook = base64.b64encode(content).decode()
        return Job(one.submission.student, data, notebook, secret, limits, settings.trusted)

    for one in waiting:
        if one.rejected:
            yield one, Result("rejected", one.rejected, nothing(template))
    insists = settings.again and bool(settings.students)  # it was asked for by name
    suspects: list[_Waiting] = []
    rest: list[_Waiting] = []
    for one in waiting:
        crashes = begun.crashes(one.submission.student, one.digest)
        if crashes >= CRASHES and not insists:
            yield one, Result("failed", TOOK_DOWN, nothing(template, look=True))
        elif not one.rejected:
            (suspects if crashes else rest).append(one)
    for some, jobs in ((rest, settings.jobs), (suspects, 1)):
        yield from _anywhere(some, job, jobs, settings.scheduler)


def _anywhere(
    waiting: Sequence[_Waiting], job: Callable[[_Waiting], Job], jobs: int, scheduler: str
) -> Iterator[tuple[_Waiting, Result]]:
    if scheduler and waiting:
        from course_lib.grading.run.cluster import on_cluster

        yield from on_cluster(scheduler, waiting, job)
    else:
        yield from _here(waiting, job, jobs)


def _here(
    waiting: Sequence[_Waiting], job: Callable[[_Waiting], Job], workers: int
) -> Iterator[tuple[_Waiting, Result]]:
    """Grade in parallel on this machine."""
    shops: queue.SimpleQueue[Worker] = queue.SimpleQueue()

    def grade(one: _Waiting) -> tuple[_Waiting, Result]:
        shop = shops.get()
        try:
            return one, shop.grade(job(one))
        finally:
            shops.put(shop)

    with ExitStack() as stack:
        for shop in stack.enter_context(warm(min(workers, len(waiting)))):
            shops.put(shop)
        pool = ThreadPoolExecutor(workers)
        stack.callback(pool.shutdown, cancel_futures=True)  # before the workers close
        for future in as_completed([pool.submit(grade, one) for one in waiting]):
            yield future.result()
