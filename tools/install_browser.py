"""Find a browser for the browser tests, or install one: Playwright's, else Debian's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from course_lib.doctor import find_browser

MEND = "Install Chromium, Chrome or Edge, or set COURSE_BROWSER to the full path of one."


def installers() -> list[list[str]]:
    """Return the commands to try, in order."""
    commands = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if shutil.which("apt-get") and os.geteuid() == 0:
        commands.append(["apt-get", "update", "--quiet"])
        commands.append(["apt-get", "install", "--yes", "--quiet", "chromium"])
    return commands


def main() -> int:
    """Return 0 once a browser runs, 1 if none could be had."""
    for command in installers():
        if find_browser():
            break
        print("No browser for the tests yet:", " ".join(command), flush=True)
        subprocess.run(command, check=False)  # the next one, or the message below, answers for it
    browser = find_browser()
    print(f"Browser for the tests: {browser}" if browser else f"No browser was found. {MEND}")
    return 0 if browser else 1


if __name__ == "__main__":
    sys.exit(main())
