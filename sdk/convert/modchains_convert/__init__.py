"""Converts programs of `torch.export` to graphs of which every element can be disputed."""

from .errors import ConversionError, GraphError
from .graph import Graph
from .rounded import convert
from .spec import InputSpec

__all__ = ["ConversionError", "Graph", "GraphError", "InputSpec", "convert"]
