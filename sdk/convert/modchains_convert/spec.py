"""What a request carries."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import ConversionError

RANGES = {
    "u8": (0, 255),
    "i8": (-128, 127),
    "u16": (0, 65_535),
    "i32": (-(1 << 31), (1 << 31) - 1),
    "f32": (-3.4028235e38, 3.4028235e38),
}


@dataclass(frozen=True)
class InputSpec:
    """How the bytes of a request are the elements of the model's input: little-endian, row by row."""

    # One of `RANGES`.
    encoding: str
    # Elements outside count as the nearer end.
    low: float
    high: float
    # The smallest and the largest n.
    sizes: tuple[int, int] = (1, 1)

    def __post_init__(self) -> None:
        if self.encoding not in RANGES:
            raise ConversionError(f"the encoding {self.encoding!r} is none of {list(RANGES)}")
        least, most = RANGES[self.encoding]
        if not least <= self.low <= self.high <= most:
            raise ConversionError(f"the range {self.low} to {self.high} is not within {least} to {most}")
        if not 1 <= self.sizes[0] <= self.sizes[1] < 1 << 32:
            raise ConversionError(f"the sizes {self.sizes} are not at least 1 and in order")

    @property
    def kind(self) -> str:
        """The smallest kind of elements that holds them."""
        if self.encoding == "f32":
            return "float"
        return "int8" if self.low >= -128 and self.high <= 127 else "int32"
