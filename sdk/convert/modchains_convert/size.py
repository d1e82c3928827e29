"""Sizes that may depend on n, the declared size of a request's input: `fixed + per * n`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Size(NamedTuple):
    """A dimension. Both parts are whole numbers that are not negative."""

    fixed: int
    per: int = 0

    def at(self, n: int) -> int:
        """Its value for an input of size n."""
        return self.fixed + self.per * n

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same for every input."""
        return self.per == 0

    def plus(self, other: Size) -> Size:
        """The sum of both."""
        return Size(self.fixed + other.fixed, self.per + other.per)

    def __str__(self) -> str:
        if self.per == 0:
            return str(self.fixed)
        slope = "n" if self.per == 1 else f"{self.per}n"
        return slope if self.fixed == 0 else f"{self.fixed}+{slope}"


ONE = Size(1)


def polynomial(sizes: Iterable[Size]) -> tuple[int, ...]:
    """The product of sizes as a polynomial in n, lowest coefficient first, without trailing zeros: two products are equal for
    every n when these are."""
    product = [1]
    for size in sizes:
        longer = [0] * (len(product) + 1)
        for power, coefficient in enumerate(product):
            longer[power] += coefficient * size.fixed
            longer[power + 1] += coefficient * size.per
        while len(longer) > 1 and longer[-1] == 0:
            longer.pop()
        product = longer
    return tuple(product)


def product(sizes: Iterable[Size]) -> Size | None:
    """The product of sizes; none when it is not linear in n."""
    match polynomial(sizes):
        case (fixed,):
            return Size(fixed)
        case (fixed, per):
            return Size(fixed, per)
        case _:
            return None


def text(shape: Iterable[Size]) -> str:
    """A shape as people write it."""
    return "[" + ", ".join(str(size) for size in shape) + "]"
