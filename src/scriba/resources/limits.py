"""How much a resource may ask for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` requests within any `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a resource; None is no limit.

    `management` and `fast` bound requests, `recognitions` those at once (short audio, fast
    transcription and Speech SDKs), `files_per_job` the recordings of a batch transcription,
    `stored_bytes` what the files of a resource may take together, `datasets` how many it may have.
    """

    management: Rate | None = None
    fast: Rate | None = None
    recognitions: int | None = None
    files_per_job: int | None = None
    stored_bytes: int | None = None
    datasets: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, without the limits that there are not."""
        rates = {"management": self.management, "fast": self.fast}
        counts = {
            "recognitions": self.recognitions,
            "files_per_job": self.files_per_job,
            "stored_bytes": self.stored_bytes,
            "datasets": self.datasets,
        }
        return {
            **{name: [rate.count, rate.seconds] for name, rate in rates.items() if rate},
            **{name: count for name, count in counts.items() if count is not None},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any] | None) -> "Limits | None":
        """The inverse of `to_json`; None where there is no limit at all."""
        if not value:
            return None
        rates = {name: Rate(*value[name]) for name in ("management", "fast") if name in value}
        return cls(
            management=rates.get("management"),
            fast=rates.get("fast"),
            recognitions=value.get("recognitions"),
            files_per_job=value.get("files_per_job"),
            stored_bytes=value.get("stored_bytes"),
            datasets=value.get("datasets"),
        )

    def described(self) -> list[str]:
        """Each limit in words."""
        lines = []
        if self.management:
            lines.append(_rate(self.management, "management requests"))
        if self.fast:
            lines.append(_rate(self.fast, "fast transcriptions"))
        if self.recognitions is not None:
            lines.append(f"{self.recognitions} recognitions at once")
        if self.files_per_job is not None:
            lines.append(f"{self.files_per_job} files a batch transcription")
        if self.stored_bytes is not None:
            lines.append(f"{self.stored_bytes} bytes stored")
        if self.datasets is not None:
            lines.append(f"{self.datasets} datasets")
        return lines


def _rate(rate: Rate, what: str) -> str:
    return f"{rate.count} {what} in {rate.seconds:g} s"


S0 = Limits(Rate(100, 10.0), Rate(300, 60.0), 100, 10_000, 500 << 30, 500)
"""What Azure allows a standard resource; bytes stored is a figure of ours, for it names none."""

BY_NAME: dict[str, Limits | None] = {"s0": S0, "none": None}
"""The limits that an operator can choose by name."""
