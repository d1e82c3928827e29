"""What can go wrong."""


class GraphError(Exception):
    """A node or a graph breaks a rule of the format."""


class ConversionError(Exception):
    """A model computes what a graph cannot, or what this converter does not know. The message names the operation and its
    place in the model."""
