"""Start and stop a JupyterLab and a browser, each with nothing of the user's own."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from course_lib import lab
from course_lib.doctor import find_browser

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


class Server(NamedTuple):
    """Where a running JupyterLab is reached, the folder it shows, and where it keeps its data."""

    url: str
    token: str
    root: Path
    data: Path


@contextmanager
def running_browser() -> Iterator[Browser]:
    """A headless browser with a fresh profile."""
    path = find_browser()
    if path is None:
        raise FileNotFoundError(
            "There is no browser to test with. Run `make browser`, or set COURSE_BROWSER to the "
            "path of Chromium, Chrome or Edge."
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        yield browser
        browser.close()


@contextmanager
def running_lab(home: Path, root: Path | None = None) -> Iterator[Server]:
    """JupyterLab on the loopback: it shows ``home / "root"`` and keeps its files in ``home``."""
    root = root or home / "root"
    root.mkdir(exist_ok=True)
    write_settings(home / "config" / "lab" / "user-settings")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Server(f"http://127.0.0.1:{port}", secrets.token_hex(16), root, home / "data")
    log = home / "log.txt"
    with log.open("w") as out:
        process = subprocess.Popen(
            command(server, port),
            cwd=root,
            env=environment(home),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_it_answers(server, process, log)
        yield server
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
    """Nothing of the user's own JupyterLab is read or written; the course's settings are read."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "config/lab/user-settings",
        "JUPYTERLAB_WORKSPACES_DIR": "config/lab/workspaces",
        "IPYTHONDIR": "ipython",
    }
    own = {name: str(home / folder) for name, folder in folders.items()}
    return lab.environment() | own | {"JUPYTER_PREFER_ENV_PATH": "1"}


def wait_until_it_answers(server: Server, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{server.url}/api?token={server.token}", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise TimeoutError(
        f"JupyterLab did not answer within {START_SECONDS} s:\n{log.read_text()[-3000:]}"
    )
