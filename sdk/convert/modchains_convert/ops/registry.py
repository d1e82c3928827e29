"""Functions by the operations that they stand for."""

from collections.abc import Callable

HANDLERS: dict[str, Callable] = {}


def converts(*operations: str) -> Callable:
    """Registers a function for operations, by their names with overload."""

    def register(function: Callable) -> Callable:
        for operation in operations:
            HANDLERS[f"aten.{operation}"] = function
        return function

    return register
