"""The words of a city: what its devices measure, and how long work on its data is called."""

from pydantic import model_validator

from ingest.pack.parts import Named


class Property(Named):
    """What a device measures, its unit, its limits and the values that can be true."""

    unit: str
    watch: float | None = None
    alarm: float | None = None
    low_is_bad: bool = False
    minimum: float | None = None
    maximum: float | None = None

    @model_validator(mode="after")
    def in_order(self) -> "Property":
        """The alarm lies beyond the watch, and the minimum below the maximum."""
        if self.minimum is not None and self.maximum is not None and self.minimum >= self.maximum:
            raise ValueError("minimum must lie below maximum")
        if self.watch is not None and self.alarm is not None and (self.alarm < self.watch) != self.low_is_bad:
            raise ValueError("alarm must lie beyond watch (below it only with low_is_bad)")
        return self
