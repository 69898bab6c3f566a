"""Names of people, compared whole: no letter is left out, in any script.

Two spellings are one name if they differ in case, width or composition only. What a learning system
itself leaves out when it names a file is left out on both sides.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["as_canvas", "as_moodle", "in_ascii", "spellings", "whole"]

# Moodle's clean_filename
DROPPED_BY_MOODLE = re.compile(r"[\x00-\x1f\x7f&<>\"`|':\\/]")
WITHOUT_BLANKS = ("CJK ", "HIRAGANA ", "KATAKANA ", "HANGUL ")


def whole(name: object) -> str:
    """A name as it is compared: folded by Unicode's rules, invisible signs out, one blank between.

    The same for two texts that match caselessly under compatibility (Unicode, D146).

    >>> whole("ＡＤＡ  Lovelace") == whole("Ada Lovelace")
    True
    >>> whole("Łukasz Øye") == whole("Ukasz Ye")
    False
    """
    shown = "".join(c for c in str(name or "") if unicodedata.category(c) != "Cf")
    folded = unicodedata.normalize("NFD", shown)
    for _ in range(2):
        folded = unicodedata.normalize("NFKD", folded.casefold())
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def as_moodle(name: object) -> str:
    """A name as a file of Moodle's has it, to be compared: some signs are gone, "_" is a blank."""
    return whole(DROPPED_BY_MOODLE.sub("", str(name or "").replace("_", " ")))


def as_canvas(name: object) -> str:
    """A name as a file of Canvas' has it, to be compared: letters, marks, digits and "_" only."""
    return "".join(c for c in whole(name) if unicodedata.category(c)[0] in "LM" or _is_word(c))


def _is_word(sign: str) -> bool:
    return unicodedata.category(sign) in ("Nd", "Pc")


def spellings(first: object, last: object) -> tuple[str, ...]:
    """How a system may write a person's two names in one text.

    >>> spellings("小明", "王")
    ('小明 王', '王 小明', '王, 小明', '王小明')
    """
    given, family = str(first or "").strip(), str(last or "").strip()
    if not given or not family:
        return (given or family,) if given or family else ()
    forms = (f"{given} {family}", f"{family} {given}", f"{family}, {given}")
    blankless = all(unicodedata.name(c, "").startswith(WITHOUT_BLANKS) for c in given + family)
    return (*forms, family + given) if blankless else forms


def in_ascii(name: object) -> str:
    """What is left of a name in small ASCII letters and digits; to make an id, never to compare."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", str(name or "")).lower())
