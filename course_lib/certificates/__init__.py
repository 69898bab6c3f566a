"""Certificates."""

from course_lib.certificates.judge import Verdict, verify
from course_lib.certificates.records import Certificate, describe
from course_lib.certificates.unbounded import certify_unbounded

__all__ = [
    "Certificate",
    "Verdict",
    "certify_unbounded",
    "describe",
    "verify",
]
