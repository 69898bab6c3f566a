"""Verify a downloaded certificate: ``python -m course_lib.certificates net.json certificate.json``.

``net.json`` is what ``json.dumps(certificates.describe(net))`` writes. Prints the verdict on one
line; the exit status is 0 where it accepts and 1 where it doesn't.
"""

import sys
from pathlib import Path

from course_lib.certificates.judge import verify

USAGE = "usage: python -m course_lib.certificates net.json certificate.json"


def main(arguments: list[str]) -> int:
    """Judge the certificate in the second file about the network in the first."""
    if any(argument in ("-h", "--help") for argument in arguments):
        print(USAGE, "The exit status is 0 where the judge accepts, and else 1.", sep="\n")
        return 0
    if len(arguments) != 2:
        print(USAGE)
        return 1
    try:
        # Some editors begin a file with a byte order mark, which utf-8-sig skips.
        net, certificate = (Path(name).read_text(encoding="utf-8-sig") for name in arguments)
    except (OSError, ValueError) as error:
        print(_on_one_line(f"Cannot read a file: {error}"))
        return 1
    verdict = verify(net, certificate)
    print(_on_one_line(verdict.reason))
    return 0 if verdict else 1


def _on_one_line(text: str) -> str:
    """What any terminal can show, so that a stranger's file cannot write a second verdict."""
    return "".join(c if c.isascii() and c.isprintable() else ascii(c)[1:-1] for c in text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
