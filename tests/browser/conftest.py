"""A real JupyterLab in a real browser, for the tests in this folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lab import NOTEBOOKS, Lab, OpenLab
from playwright.sync_api import Browser
from running import Server, running_browser, running_lab

# One live picture and the desk's form show in every `make test` that a browser, a kernel and our
# front end find each other; `make browser-test` drives all of them.
IN_EVERY_RUN = {"test_depth_slider.py", "test_grading_form.py"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")
            if item.path.name not in IN_EVERY_RUN:
                item.add_marker("widgets")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab with a copy of the lessons."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, home / "root")
    with running_lab(home) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running_browser() as found:
        yield found


@pytest.fixture(scope="session")
def open_lab(server: Server, browser: Browser) -> OpenLab:
    """Opens fresh tabs. One that has seen console errors or failed requests fails on closing."""

    @contextmanager
    def tab() -> Iterator[Lab]:
        context = browser.new_context(viewport={"width": 1200, "height": 900})
        lab = Lab(context.new_page(), server.url, server.token)
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
