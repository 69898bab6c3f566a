"""A batch grades everybody once, whatever happens in between, and never without its protection."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import ClassVar

import nbformat
import psutil
import pytest
from courses import DOUBLE, KINKS, SET, answered, exercise, first, hand_in, scores, solution

from course_lib.checks.answer import CALL_SECONDS
from course_lib.grading.__main__ import main
from course_lib.grading.errors import GradingError
from course_lib.grading.folder import course as course_module
from course_lib.grading.folder import status
from course_lib.grading.folder.begun import Begun
from course_lib.grading.folder.course import CONFIG, Course
from course_lib.grading.folder.status import Status, locked
from course_lib.grading.kernel import sandbox
from course_lib.grading.kernel.limits import Limits
from course_lib.grading.notebook.template import Template, nothing
from course_lib.grading.result import CellResult, Result
from course_lib.grading.run import batch, cluster, nbgrader_hooks
from course_lib.grading.run.batch import Settings, run
from course_lib.whole_files import written_whole

FULL = {"double-check": 3.0, "kinks-check": 2.0, "proof": 0.0}
HALF = FULL | {"kinks-check": 0.0}
QUIET = Settings(quiet=True)


def perfect(course):
    return answered(exercise(course), double=DOUBLE, kinks=KINKS)


def half(course):
    return answered(exercise(course), double=DOUBLE)


class Shop:
    """In place of a worker: gives everybody 3 points at once, and remembers whom."""

    graded: ClassVar[list[str]] = []
    state = "graded"

    def grade(self, job):
        Shop.graded.append(job.student)
        template = Template.from_data(job.template)
        if Shop.state == "failed":
            return Result("failed", "It crashed.", nothing(template, look=True))
        points = {"double-check": 3.0, "kinks-check": 0.0, "proof": None}
        cells = tuple(CellResult(name, earned) for name, earned in points.items())
        return Result("graded", cells=cells, notebook=nbformat.writes(solution()))


@pytest.fixture
def shop(monkeypatch):
    """A batch with a worker that takes no time."""
    monkeypatch.setattr(batch, "warm", lambda number: nullcontext([Shop()] * number))
    monkeypatch.setattr(batch, "require_sandbox", lambda: None)
    monkeypatch.setattr(Shop, "graded", [])
    monkeypatch.setattr(Shop, "state", "graded")
    return Shop


def graded_now(shop, course, settings=QUIET):
    """Whom one more run grades."""
    shop.graded.clear()
    run(course, SET, settings)
    return sorted(shop.graded)


# Who is graded, and when again


def test_each_submission_is_graded_once(shop, course):
    for student in ("ada", "bob"):
        hand_in(course, student, half(course))
    assert graded_now(shop, course, Settings(jobs=2, quiet=True)) == ["ada", "bob"]
    assert graded_now(shop, course) == []
    hand_in(course, "cyd", half(course))
    assert graded_now(shop, course) == ["cyd"]
    assert {one: s["double-check"] for one, s in scores(course).items()} == dict.fromkeys(
        ("ada", "bob", "cyd"), 3.0
    )


def test_what_changes_the_points_is_graded_anew(shop, course):
    for student in ("ada", "bob"):
        hand_in(course, student, half(course))
    graded_now(shop, course)
    hand_in(course, "ada", perfect(course))
    assert graded_now(shop, course) == ["ada"]
    (course.private / "secret.txt").write_text("another secret\n")
    assert graded_now(shop, course) == ["ada", "bob"]
    with course.gradebook() as gradebook:
        gradebook.find_source_cell("kinks-check", SET, SET).source += "\nassert True"
        gradebook.db.commit()
    assert graded_now(shop, course) == ["ada", "bob"]
    assert graded_now(shop, course) == []


def test_again_and_a_choice_of_students(shop, course):
    for student in ("ada", "bob"):
        hand_in(course, student, half(course))
    assert graded_now(shop, course, Settings(students=("bob",), quiet=True)) == ["bob"]
    assert graded_now(shop, course) == ["ada"]
    assert graded_now(shop, course, Settings(again=True, quiet=True)) == ["ada", "bob"]


def test_who_failed_is_tried_again_and_marked_for_a_person(shop, course, monkeypatch):
    hand_in(course, "ada", half(course))
    graded_now(shop, course)
    path = course.autograded("ada", SET)
    assert path.exists()
    hand_in(course, "ada", perfect(course))
    monkeypatch.setattr(shop, "state", "failed")
    assert graded_now(shop, course) == graded_now(shop, course) == ["ada"]
    assert not path.exists()
    assert scores(course)["ada"] == dict.fromkeys(FULL, 0.0)
    with course.gradebook() as gradebook:
        assert gradebook.find_grade("double-check", SET, SET, "ada").needs_manual_grade
    monkeypatch.setattr(shop, "state", "graded")
    assert graded_now(shop, course) == ["ada"]
    assert scores(course)["ada"]["double-check"] == 3
    assert graded_now(shop, course) == []


def test_who_is_rejected_has_no_points_and_stops_nobody(shop, course):
    hand_in(course, "ada", half(course))
    graded_now(shop, course)
    course.submitted("ada", SET).joinpath(f"{SET}.ipynb").unlink()
    hand_in(course, "bob", half(course))
    hand_in(course, "a strange name", half(course))
    assert graded_now(shop, course) == ["bob"]
    entries = Status.read(course, SET).entries
    assert {name: one.state for name, one in entries.items()} == {
        "ada": "rejected",
        "bob": "graded",
        "a strange name": "rejected",
    }
    assert scores(course)["ada"] == dict.fromkeys(FULL, 0.0)
    assert set(scores(course)) == {"ada", "bob"}
    assert not course.autograded("ada", SET).exists()


def test_a_file_with_a_hostile_place_stops_nobody(shop, course):
    hand_in(course, "ada", half(course))
    (course.submitted("bob", SET) / f"{SET}.ipynb").mkdir(parents=True)
    stamp = hand_in(course, "cyd", half(course)).with_name("timestamp.txt")
    stamp.write_text("0001-01-01T00:00:00+14:00")
    os.makedirs(os.fsencode(course.root / "submitted") + b"/\xff/small")
    run(course, SET, QUIET)
    entries = Status.read(course, SET).entries
    states = {name.encode(errors="replace"): one.state for name, one in entries.items()}
    assert sorted(states.values()) == ["graded", "graded", "rejected", "rejected"]


def test_the_status_can_be_read_by_a_person(shop, course, monkeypatch):
    hand_in(course, "ada", half(course))
    hand_in(course, "bob", half(course)).unlink()
    run(course, SET, QUIET)
    text = str(Status.read(course, SET))
    assert text.splitlines()[0] == "1 graded, 1 rejected, 0 failed"
    assert "rejected  bob: There is no notebook." in text
    assert "ada" not in text


def test_the_status_file_is_for_the_lecturer_only(shop, course):
    hand_in(course, "ada", half(course))
    path = run(course, SET, QUIET).path
    assert path.stat().st_mode & 0o077 == 0
    assert course.private.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "[]", "{", '{"ada": {}}', '{"ada": {"state": 1, "x": 2}}'])
def test_a_damaged_status_file_is_refused_and_left(shop, course, text):
    hand_in(course, "ada", half(course))
    path = course.private / "status" / f"{SET}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    with pytest.raises(GradingError, match="Move it away"):
        run(course, SET, QUIET)
    assert path.read_text() == text


# Who is refused


def test_a_student_who_handed_in_nothing_is_named(shop, course):
    hand_in(course, "ada", half(course))
    with pytest.raises(GradingError, match="nobody, noone handed in nothing"):
        run(course, SET, Settings(students=("noone", "ada", "nobody"), quiet=True))
    assert shop.graded == []


def test_a_second_run_at_once_is_refused(shop, course):
    hand_in(course, "ada", half(course))
    with locked(course, SET):
        with pytest.raises(GradingError, match="Another run is grading small"):
            run(course, SET, QUIET)
        assert shop.graded == []
        with locked(course, "another"):
            pass
    assert graded_now(shop, course) == ["ada"]


def test_no_jobs_are_refused():
    with pytest.raises(ValueError, match="Give 1 or more"):
        Settings(jobs=0)


def test_a_set_that_was_changed_or_never_released_is_refused(shop, course):
    path = course.source(SET)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].metadata.nbgrader.grade_id = "renamed"
    nbformat.write(notebook, path)
    with pytest.raises(GradingError, match=r"changed after its release.*release small"):
        run(course, SET, QUIET)
    other = course.root / "source" / "other" / "other.ipynb"
    other.parent.mkdir()
    nbformat.write(solution(), other)
    with pytest.raises(GradingError, match=r"does not know other.*release other"):
        run(course, "other", QUIET)


def test_an_empty_secret_is_refused(shop, course):
    hand_in(course, "ada", half(course))
    for text in ("", "\n", "  \nsecond line\n"):
        (course.private / "secret.txt").write_text(text)
        with pytest.raises(GradingError, match="holds no secret"):
            run(course, SET, QUIET)


# Written whole


def stopped(*_, **__):
    raise KeyboardInterrupt


@pytest.mark.parametrize("where", ["fsync", "replace"])
def test_killed_while_it_writes_the_old_text_stays(tmp_path, monkeypatch, where):
    path = tmp_path / "folder" / "a.json"
    written_whole(path, "old", mode=0o600)

    with monkeypatch.context() as patch:
        patch.setattr(course_module.os, where, stopped)
        with pytest.raises(KeyboardInterrupt):
            written_whole(path, "new and longer")
    assert path.read_text() == "old"
    written_whole(path, "new", mode=0o600)  # what was left in part is no obstacle
    assert path.read_text() == "new"
    assert [p.name for p in path.parent.iterdir()] == ["a.json"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_lies_at_the_place_of_a_part_is_not_written_through(tmp_path):
    (tmp_path / "precious").write_text("precious")
    (tmp_path / ".a.json.part").symlink_to(tmp_path / "precious")
    written_whole(tmp_path / "a.json", "text")
    assert (tmp_path / "precious").read_text() == "precious"
    assert not (tmp_path / "a.json").is_symlink()


@pytest.mark.parametrize("stage", ["keep_result", "record"])
def test_stopped_between_two_writes_the_next_run_mends_it(shop, course, monkeypatch, stage):
    for student in ("ada", "bob"):
        hand_in(course, student, half(course))

    for module, what in ((batch, stage), (status, "written_whole")):
        with monkeypatch.context() as patch:
            patch.setattr(module, what, stopped)
            with pytest.raises(KeyboardInterrupt):
                run(course, SET, QUIET)
    assert Status.read(course, SET).entries == {}
    assert graded_now(shop, course) == ["ada", "bob"]
    assert set(scores(course)) == {"ada", "bob"}


# The configuration


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("syntax error(", "does not load.*SyntaxError"),
        ("import no_such_module", "does not load.*ModuleNotFoundError"),
        ("raise SystemExit(0)", "does not load.*SystemExit"),
        ("", "changes"),
        ("{ours}c.Autograde.sanitize_preprocessors = []", "changes Autograde.sanitize_prepro"),
        ("{ours}c.Autograde.autograde_preprocessors = ['x']", "changes Autograde.autograde_"),
        ("{ours}c.CourseDirectory.db_url = 'sqlite://'", "changes CourseDirectory.db_url"),
        ("{ours}c.GenerateFeedback.preprocessors = []", "changes GenerateFeedback"),
    ],
)
def test_a_configuration_that_would_not_protect_is_refused(course, capsys, text, why):
    nbgrader_hooks.require_config(course)
    path = course.root / CONFIG
    ours = path.read_text().replace("get_config()", "c")
    path.write_text(text.format(ours=f"c = get_config()\n{ours}"))
    with pytest.raises(GradingError, match=f"(?s){why}.*init"):
        nbgrader_hooks.require_config(course)
    for command in ("run", "status", "feedback", "export"):
        assert main([command, SET, "--course", str(course.root)]) == 1
    assert "Move nbgrader_config.py away" in capsys.readouterr().err
    path.unlink()
    with pytest.raises(GradingError, match="no course folder"):
        Course(course.root)
    nbgrader_hooks.require_config(Course.create(course.root))


def test_a_configuration_with_more_in_it_is_taken(course):
    with (course.root / CONFIG).open("a") as file:
        file.write("c = get_config()\nc.Exchange.timezone = 'Europe/Berlin'\n")
    nbgrader_hooks.require_config(course)


def autograde(course, *options):
    """nbgrader's own command, as somebody might type it in the course folder."""
    command = [sys.executable, "-m", "nbgrader", "autograde", SET, *options]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("NBGRADER", "JUPYTER"))}
    return subprocess.run(command, cwd=course.root, env=clean, capture_output=True, text=True)


def marking(notebook, *places):
    """The notebook with a cell that leaves a file in each place it can write to."""
    code = "from contextlib import suppress\nfrom pathlib import Path\n" + "".join(
        f"with suppress(OSError): Path({str(place)!r}).write_text('I was here')\n"
        for place in places
    )
    return first(notebook, code)


def marks(course, tmp_path):
    places = [course.root / "submitted" / "mark", course.root / "mark", tmp_path / "mark"]
    hand_in(course, "ada", marking(perfect(course), *places))
    return places


def test_nbgraders_own_command_grades_our_way(course, tmp_path):
    places = marks(course, tmp_path)
    done = autograde(course)
    assert done.returncode == 0, done.stderr
    assert scores(course) == {"ada": FULL}
    assert Status.read(course, SET).entries["ada"].state == "graded"
    assert [place for place in places if place.exists()] == []


@pytest.mark.parametrize(
    "options",
    [[], *(pytest.param([o], marks=pytest.mark.grading) for o in ("--create", "--force"))],
)
def test_without_its_configuration_nbgrader_executes_nothing(course, tmp_path, options):
    places = marks(course, tmp_path)
    (course.root / CONFIG).write_text("this is no Python(")
    done = autograde(course, *options)
    assert done.returncode != 0
    assert [place for place in places if place.exists()] == []
    assert scores(course) == {}


# The sandbox


@pytest.fixture
def no_bwrap(monkeypatch):
    """A computer without bubblewrap."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    sandbox.require_sandbox.cache_clear()
    yield
    sandbox.require_sandbox.cache_clear()


def test_without_a_sandbox_nothing_is_graded_unless_trusted(course, no_bwrap, capsys):
    hand_in(course, "ada", half(course))
    folder = ["--course", str(course.root)]
    assert main(["run", SET, *folder]) == 1
    assert "apt-get install bubblewrap" in capsys.readouterr().err
    assert scores(course) == {}
    assert main(["run", SET, *folder, "--trusted"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == "1 graded, 0 rejected, 0 failed"
    assert "Without a sandbox" in said.err
    assert scores(course) == {"ada": HALF}


# A cluster


def test_a_cluster_gives_the_same_points(course):
    distributed = pytest.importorskip("distributed")
    hand_in(course, "ada", half(course))
    hand_in(course, "bob", b"no notebook")
    options = {"n_workers": 1, "threads_per_worker": 2, "processes": False}
    with distributed.LocalCluster(**options, dashboard_address=None) as there:
        address = there.scheduler_address
        found = run(course, SET, Settings(scheduler=address, quiet=True))
    assert {name: one.state for name, one in found.entries.items()} == {
        "ada": "graded",
        "bob": "rejected",
    }
    assert scores(course) == {"ada": HALF, "bob": dict.fromkeys(HALF, 0.0)}
    assert cluster._workers == {}  # nothing is kept on a worker when the batch is over


def test_a_cluster_that_is_not_there_is_named(course, monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    hand_in(course, "ada", half(course))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        for address in (nobody, "nonsense://x:1"):
            with pytest.raises(GradingError, match="No Dask scheduler answers"):
                run(course, SET, Settings(scheduler=address, quiet=True))


# The command, from nothing to the tables, with a kill in between

STUDENTS = {"ada": FULL, "bob": HALF, "cyd": FULL, "dan": HALF}


def command(course, name, *more):
    return main([name, "small", "--course", str(course.root), *more])


def set_up(root):
    origin = root / "solutions" / SET / f"{SET}.ipynb"
    origin.parent.mkdir(parents=True)
    nbformat.write(solution(), origin)
    (root / "students.csv").write_text("id,first_name\nada,Ada\neve,Eve\n")
    arguments = ["init", str(root / "course"), "--from", str(root / "solutions")]
    assert main([*arguments, "--roster", str(root / "students.csv")]) == 0
    return Course(root / "course")


def killed(course):
    """Grade until the first entry is there, then kill; the processes that there were."""
    batch = [sys.executable, "-m", "course_lib.grading", "run", SET, "--jobs", "2"]
    process = subprocess.Popen(batch, cwd=course.root, stderr=subprocess.DEVNULL)
    path, family = course.private / "status" / f"{SET}.json", set()
    while process.poll() is None and not path.exists():
        family |= {*psutil.Process(process.pid).children(recursive=True)}
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    return family


@pytest.fixture(scope="module")
def killed_batch(tmp_path_factory):
    """A batch of four that was killed after its first grade, and then resumed."""
    course = set_up(tmp_path_factory.mktemp("batch"))
    for student, points in STUDENTS.items():
        hand_in(course, student, perfect(course) if points is FULL else half(course))
    family = killed(course)
    before = {
        s: course.autograded(s, SET).stat().st_mtime_ns for s in Status.read(course, SET).entries
    }
    gone = psutil.wait_procs(family, timeout=15)[1] == []
    assert command(course, "run", "--jobs", "2") == 0
    return course, before, gone


def test_a_batch_that_was_killed_goes_on_where_it_was(killed_batch):
    course, before, _ = killed_batch
    assert 0 < len(before) < len(STUDENTS)
    for student, when in before.items():
        assert course.autograded(student, SET).stat().st_mtime_ns == when


def test_after_a_kill_everybody_is_graded_once_and_right(killed_batch):
    course, _, _ = killed_batch
    assert scores(course) == STUDENTS
    assert {e.state for e in Status.read(course, SET).entries.values()} == {"graded"}
    assert set(Status.read(course, SET).entries) == set(STUDENTS)


def test_a_kill_leaves_no_process_and_no_part(killed_batch):
    course, _, gone = killed_batch
    assert gone
    assert [path.name for path in course.root.rglob("*.part")] == []


def test_every_command_goes_through(killed_batch, capsys):
    course, _, _ = killed_batch
    assert command(course, "status") == 0
    assert capsys.readouterr().out == "4 graded, 0 rejected, 0 failed\n"
    assert command(course, "release") == 0
    assert command(course, "feedback") == 0
    assert command(course, "export") == 0
    assert capsys.readouterr().out.count("Wrote ") == 5
    assert len(list((course.root / "export").glob(f"{SET}-*.csv"))) == 4
    assert (course.root / "feedback" / f"{SET}.zip").exists()
    assert command(course, "run") == 0  # nothing is left to do
    assert set_up_again(course) == 0


def set_up_again(course):
    """Mending a course keeps what the lecturer has made of it."""
    secret = course.secret
    done = main(["init", str(course.root), "--from", str(course.root / "source")])
    assert course.secret == secret
    assert scores(course) == STUDENTS
    return done


def test_what_is_not_there_is_named(killed_batch, tmp_path, capsys):
    course, _, _ = killed_batch
    for arguments, why in (
        (["run", "smal", "--course", str(course.root)], "no set 'smal'"),
        (["run", SET, "--course", str(tmp_path)], "no course folder"),
        (["run", SET, "--course", str(course.root), "--student", "eve"], "eve handed in nothing"),
        (["init", str(tmp_path / "new"), "--sets", "99_none"], "has no set 99_none"),
        (["init", str(tmp_path / "new"), "--from", str(tmp_path)], "has no set"),
    ):
        assert main(arguments) == 1
        said = capsys.readouterr()
        assert why in said.err
        assert "Traceback" not in said.err
    assert not (tmp_path / "new").exists()


def test_the_status_file_holds_what_the_gradebook_does(killed_batch):
    course, _, _ = killed_batch
    data = json.loads((course.private / "status" / f"{SET}.json").read_text())
    assert {s: e["points"] for s, e in data.items()} == {
        student: sum(points.values()) for student, points in STUDENTS.items()
    }
    assert {entry["most"] for entry in data.values()} == {9.0}


# What a crash leaves behind


class PowerCutError(BaseException):
    """In place of the end of the machine."""


def crash(shop, course, monkeypatch, culprit):
    """A run whose machine goes down when it comes to one student; the journal stays as it is."""
    run_so_far = []

    def begin(self, *of):
        if "crash" in run_so_far:
            raise PowerCutError
        begun(self, *of)

    def grade(self, job):
        run_so_far.append(job.student)
        if job.student == culprit:
            run_so_far.append("crash")
            raise PowerCutError
        return honest(self, job)

    honest, begun = Shop.grade, Begun.begin
    with monkeypatch.context() as patch, suppress(PowerCutError):
        patch.setattr(Shop, "grade", grade)
        patch.setattr(Begun, "begin", begin)
        patch.setattr(Begun, "__exit__", lambda *_: None)  # nobody is there to clean up
        run(course, SET, QUIET)
    return run_so_far


def test_what_took_the_machine_down_runs_last_and_alone_and_then_no_more(shop, course, monkeypatch):
    for student in ("ada", "bob", "cyd"):
        hand_in(course, student, half(course))
    assert crash(shop, course, monkeypatch, "ada")[0] == "ada"  # the others were waiting
    hand_in(course, "cyd", exercise(course))
    assert crash(shop, course, monkeypatch, "ada")[-2:] == ["ada", "crash"]  # last
    assert crash(shop, course, monkeypatch, "ada") == []
    entries = Status.read(course, SET).entries
    assert {name: one.state for name, one in entries.items()} == {
        "ada": "failed", "bob": "graded", "cyd": "graded",
    }  # fmt: skip
    assert "took the machine down" in entries["ada"].reason
    assert graded_now(shop, course) == []
    assert graded_now(shop, course, Settings(students=("ada",), again=True, quiet=True)) == ["ada"]


def test_a_new_file_is_under_no_suspicion(shop, course, monkeypatch):
    hand_in(course, "ada", half(course))
    for _ in range(3):
        crash(shop, course, monkeypatch, "ada")
    assert graded_now(shop, course) == []
    hand_in(course, "ada", exercise(course))
    assert graded_now(shop, course) == ["ada"]


def test_an_error_or_a_ctrl_c_is_no_crash(shop, course, monkeypatch):
    hand_in(course, "ada", half(course))
    journal = course.private / "status" / f"{SET}.begun"
    for error in (RuntimeError, KeyboardInterrupt):

        def fails(*_, error=error, **__):
            assert [path.stem for path in journal.iterdir()] == ["ada"]  # it was written ahead
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(batch, "record", fails)
            with pytest.raises(error):
                run(course, SET, QUIET)
        assert list(journal.iterdir()) == []
    assert graded_now(shop, course) == ["ada"]
    assert list(journal.iterdir()) == []


def test_a_ctrl_c_clears_nobody_of_an_earlier_crash(shop, course, monkeypatch):
    hand_in(course, "ada", half(course))
    crash(shop, course, monkeypatch, "ada")
    before = (course.private / "status" / f"{SET}.begun" / "ada.json").read_bytes()
    with Begun(course, SET) as begun:
        begun.begin("ada", json.loads(before)["digest"])
    assert (course.private / "status" / f"{SET}.begun" / "ada.json").read_bytes() == before


# The process of `run` hands out jobs


def test_run_loads_no_mathematics():
    modules = "course_lib.grading.__main__, course_lib.grading.run.batch"
    command = [sys.executable, "-c", f"import sys, {modules}; print(*sys.modules)"]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert "course_lib.grading.run.batch" in loaded
    assert {"torch", "numpy", "course_lib.networks", "course_lib.checks"}.isdisjoint(loaded)


def test_students_are_told_the_limit_that_grading_keeps():
    assert Limits().call_seconds == CALL_SECONDS
