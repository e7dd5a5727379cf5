"""Metrics of the Speech SDKs' connections."""

from prometheus_client import Counter, Gauge, Histogram

from scriba.server.metrics import Metrics

_SECONDS = (0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 60)


class SdkMetrics:
    """Connections, their turns, and how far recognition is behind what is said."""

    def __init__(self, metrics: Metrics) -> None:
        registry = metrics.registry
        self._metrics = metrics
        self.connections = Gauge(
            "scriba_sdk_connections", "Connections of Speech SDKs that are open.", registry=registry
        )
        self.turns_open = Gauge(
            "scriba_sdk_turns_open", "Turns that are going on.", registry=registry
        )
        self.turns = Counter(
            "scriba_sdk_turns",
            "Turns that are over, by mode and outcome.",
            ["mode", "outcome"],
            registry=registry,
        )
        self.phrases = Counter(
            "scriba_sdk_phrases", "Phrases told, by status.", ["status"], registry=registry
        )
        self.audio_seconds = Counter(
            "scriba_sdk_audio_seconds", "Audio that was taken.", registry=registry
        )
        self.first_hypothesis_seconds = Histogram(
            "scriba_sdk_first_hypothesis_seconds",
            "From the arrival of a phrase's beginning to its first hypothesis.",
            buckets=_SECONDS,
            registry=registry,
        )
        self.lag_seconds = Histogram(
            "scriba_sdk_lag_seconds",
            "From the arrival of a phrase's end to its result.",
            buckets=_SECONDS,
            registry=registry,
        )

    def phrase(self, status: str, lag: float | None) -> None:
        """Count a phrase, which came `lag` seconds after its last sound."""
        self._metrics.succeeded()
        self.phrases.labels(status).inc()
        if lag is not None:
            self.lag_seconds.observe(lag)

    def refused(self, reason: str) -> None:
        """Count a turn or connection that was refused."""
        self._metrics.rejected.labels(reason).inc()
