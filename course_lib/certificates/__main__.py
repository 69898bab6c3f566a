"""Verify a downloaded certificate: ``python -m course_lib.certificates net.json certificate.json``.

``net.json`` is what ``json.dumps(certificates.describe(net))`` writes. Prints the verdict; the exit
status is 0 where it accepts and 1 where it doesn't.
"""

import sys
from pathlib import Path

from course_lib.certificates.judge import verify


def main(arguments: list[str]) -> int:
    """Judge the certificate in the second file about the network in the first."""
    if len(arguments) != 2:
        print("usage: python -m course_lib.certificates net.json certificate.json")
        return 1
    try:
        net, certificate = (Path(name).read_text(encoding="utf-8") for name in arguments)
    except (OSError, UnicodeDecodeError) as error:
        print(f"Cannot read a file: {error}")
        return 1
    verdict = verify(net, certificate)
    print(verdict.reason)
    return 0 if verdict else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
