"""A real JupyterLab in a real browser, for the tests in this folder."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from lab import Lab
from playwright.sync_api import Browser, sync_playwright

from course_lib.doctor import find_browser

PROJECT = Path(__file__).parents[2]
START_SECONDS = 90
BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Off: news and update checks reach into the network; the dialog about them would cover the page.
SETTINGS = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
}


OpenLab = Callable[[], AbstractContextManager[Lab]]


class Server(NamedTuple):
    """Where a running JupyterLab is reached, the folder it shows, and where it keeps its data."""

    url: str
    token: str
    root: Path
    data: Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab on the loopback, with folders of its own and a copy of the notebooks."""
    home = tmp_path_factory.mktemp("lab")
    root = home / "root"
    shutil.copytree(PROJECT / "notebooks", root)
    write_settings(home / "config" / "lab" / "user-settings")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = Server(f"http://127.0.0.1:{port}", secrets.token_hex(16), root, home / "data")
    log = home / "log.txt"
    with log.open("w") as out:
        process = subprocess.Popen(
            command(found, port), env=environment(home), stdout=out, stderr=subprocess.STDOUT
        )
    try:
        wait_until_it_answers(found, process, log)
        yield found
    finally:
        process.terminate()
        process.wait(30)


def write_settings(folder: Path) -> None:
    for name, values in SETTINGS.items():
        path = folder / name
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(values))


def command(server: Server, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={server.root}",
        f"--IdentityProvider.token={server.token}",
        "--LabApp.expose_app_in_browser=True",
    ]


def environment(home: Path) -> dict[str, str]:
    """Nothing of the user's own JupyterLab is read or written."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "config/lab/user-settings",
        "JUPYTERLAB_WORKSPACES_DIR": "config/lab/workspaces",
        "IPYTHONDIR": "ipython",
    }
    own = {name: str(home / folder) for name, folder in folders.items()}
    return os.environ | own | {"JUPYTER_PREFER_ENV_PATH": "1"}


def wait_until_it_answers(server: Server, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/api?token={server.token}", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    pytest.fail(f"JupyterLab did not answer within {START_SECONDS} s:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = find_browser()
    if found is None:
        pytest.fail(
            "The browser tests found no browser. Run `make browser`, or set COURSE_BROWSER to the "
            "path of Chromium, Chrome or Edge."
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=BROWSER_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def open_lab(server: Server, browser: Browser) -> OpenLab:
    """Opens fresh tabs. One that has seen console errors or failed requests fails on closing."""

    @contextmanager
    def tab() -> Iterator[Lab]:
        context = browser.new_context(viewport={"width": 1200, "height": 900})
        page = context.new_page()
        lab = Lab(page, server.url, server.token)
        page.on("console", lambda message: note_console(lab, message.type, message.text))
        page.on("pageerror", lambda error: lab.problems.append(f"uncaught: {error}"))
        page.on("requestfailed", lambda request: lab.problems.append(f"failed: {request.url}"))
        page.on("response", lambda answer: note_response(lab, answer.status, answer.url))
        try:
            yield lab
        finally:
            context.close()
        assert lab.problems == []

    return tab


@pytest.fixture
def lab(open_lab: OpenLab) -> Iterator[Lab]:
    with open_lab() as tab:
        yield tab


def note_console(lab: Lab, kind: str, text: str) -> None:
    if kind == "error":
        lab.problems.append(f"console: {text}")


def note_response(lab: Lab, status: int, url: str) -> None:
    if status >= 400:
        lab.problems.append(f"{status}: {url}")
