"""Claims about the positive set {f > 0} of a network, with proofs that a stranger can check.

A float network is read as the exact function of its stored weights; a certificate is about
that function, not about a rounded forward pass.

* :func:`certify_unbounded`: no width-d network R^d -> R closes a curve. A tube that never ends.
* :func:`certify_bounded`: a deeper or wider one can. A box, and a proof that f <= 0 outside.
* :func:`verify`: the judge. Exact, small, and ignorant of how certificates are found.
* :func:`folds`, :func:`fold_theorem`: what each block of a one-neuron ResNet does to space.

On the command line: ``python -m course_lib.certificates net.json certificate.json``.
"""

from course_lib.certificates.bounded import certify_bounded
from course_lib.certificates.door import describe, verify
from course_lib.certificates.folds import BlockKind, FoldTheorem, fold_theorem, folds
from course_lib.certificates.records import Certificate, Verdict
from course_lib.certificates.unbounded import certify_unbounded

__all__ = [
    "BlockKind",
    "Certificate",
    "FoldTheorem",
    "Verdict",
    "certify_bounded",
    "certify_unbounded",
    "describe",
    "fold_theorem",
    "folds",
    "verify",
]
