"""What each operation of a program of floats becomes."""

from . import elementwise, image, matrix, rows, views
from .registry import HANDLERS

__all__ = ["HANDLERS", "elementwise", "image", "matrix", "rows", "views"]
