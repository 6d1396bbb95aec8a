"""All groups of programs, in order."""
from . import algorithms, edges, floats, longer, operators, shapes  # noqa: F401
from .program import PROGRAMS

__all__ = ["PROGRAMS"]
