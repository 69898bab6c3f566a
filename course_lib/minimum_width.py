"""How wide a ReLU network must be to approximate everything: the answer depends on three things.

The class of functions, the norm and the domain. Drop one of the three and the statement is wrong;
:func:`minimum_width` therefore asks for all of them, and names its sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from course_lib.arguments import read_choice, read_whole

__all__ = ["Domain", "KnownWidth", "Norm", "explain", "minimum_width"]

Norm = Literal["L^p", "sup"]
Domain = Literal["compact box", "whole space"]


@dataclass(frozen=True)
class KnownWidth:
    """What is proved about the least width that suffices when depth is unlimited.

    Args:
        lower: no smaller width suffices.
        upper: this width suffices; None says that no finite width does.
        sources: the papers, and what each of them contributes.
    """

    lower: int
    upper: int | None
    sources: tuple[str, ...]

    def suffices(self, width: int) -> bool | None:
        """Whether networks of this width are dense: True, False, or None where it is open here."""
        width = read_whole("width", width, at_least=1)
        if self.upper is not None and width >= self.upper:
            return True
        return False if self.upper is None or width < self.lower else None

    def __str__(self) -> str:
        if self.upper is None:
            return "no finite width"
        return str(self.upper) if self.lower == self.upper else f"{self.lower} to {self.upper}"


def minimum_width(dim_in: int, dim_out: int = 1, *, norm: Norm, domain: Domain) -> KnownWidth:
    """The least width of fully connected ReLU networks, of any depth, dense in a function space.

    ============  ===========  ==================================  ================================
    norm          domain       functions R^dim_in -> R^dim_out     source
    ============  ===========  ==================================  ================================
    ``"L^p"``     compact box  p-integrable, 1 <= p < infinity     Kim, Min & Park 2024
    ``"L^p"``     whole space  p-integrable, 1 <= p < infinity     Park, Yun, Lee & Shin 2021
    ``"sup"``     compact box  continuous                          Hanin & Sellke 2017, and others
    ``"sup"``     whole space  continuous                          a line of proof, see ``sources``
    ============  ===========  ==================================  ================================

    Args:
        dim_in: input coordinates, at least 1.
        dim_out: output coordinates, at least 1.
        norm: ``"L^p"`` (error on average) or ``"sup"`` (error at the worst point).
        domain: ``"compact box"`` or ``"whole space"``.

    Raises:
        InvalidInputError: a dimension below 1, or another norm or domain.

    >>> for domain in ("compact box", "whole space"):
    ...     print(domain, "|", minimum_width(2, norm="L^p", domain=domain))
    compact box | 2
    whole space | 3
    """
    dim_in = read_whole("dim_in", dim_in, at_least=1)
    dim_out = read_whole("dim_out", dim_out, at_least=1)
    norm = read_choice("norm", norm, get_args(Norm))
    domain = read_choice("domain", domain, get_args(Domain))
    if norm == "L^p":
        return _on_average(dim_in, dim_out, domain)
    return _at_the_worst_point(dim_in, dim_out, domain)


def explain(width: int, dim_in: int, dim_out: int = 1, *, norm: Norm, domain: Domain) -> str:
    """Whether networks of this width approximate everything, in a sentence with its source.

    Raises:
        InvalidInputError: as :func:`minimum_width`, or a width below 1.

    >>> explain(2, 2, norm="sup", domain="compact box")
    'Width 2 does not suffice. Hanin & Sellke 2017: at least d_in + 1, at most d_in + d_out.'
    """
    width = read_whole("width", width, at_least=1)
    known = minimum_width(dim_in, dim_out, norm=norm, domain=domain)
    verdict = {
        True: f"Width {width} suffices, with enough layers.",
        False: f"Width {width} does not suffice.",
        None: f"Whether width {width} suffices is not settled by these results.",
    }[known.suffices(width)]
    if known.upper is None:
        verdict = f"Width {width} does not suffice, and no other does."
    return f"{verdict} {'. '.join(known.sources)}."


def _on_average(dim_in: int, dim_out: int, domain: Domain) -> KnownWidth:
    if domain == "compact box":
        width = max(dim_in, dim_out, 2)
        return KnownWidth(width, width, ("Kim, Min & Park 2024: exactly max(d_in, d_out, 2)",))
    width = max(dim_in + 1, dim_out)
    return KnownWidth(width, width, ("Park, Yun, Lee & Shin 2021: exactly max(d_in + 1, d_out)",))


def _at_the_worst_point(dim_in: int, dim_out: int, domain: Domain) -> KnownWidth:
    lower = max(dim_in + 1, dim_out)
    if domain == "whole space":
        # |x_1² - g| is unbounded for every g that is affine far out along the first axis
        source = "x_1² is infinitely far from every ReLU network"
        return KnownWidth(lower, None, (source,))
    sources = ["Hanin & Sellke 2017: at least d_in + 1, at most d_in + d_out"]
    if dim_out > dim_in:
        sources.append("Cai 2023: at least max(d_in, d_out)")
    if dim_in < dim_out <= 2 * dim_in:
        lower = max(lower, dim_out + 1)
        sources.append("Kim, Min & Park 2024: at least d_out + 1 if d_in < d_out <= 2 d_in")
    return KnownWidth(lower, dim_in + dim_out, tuple(sources))
