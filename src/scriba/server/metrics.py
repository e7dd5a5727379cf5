"""What is counted and timed, for Prometheus. Each application has a registry of its own."""

import math
import time
from collections.abc import Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from scriba import __version__
from scriba.server.interfaces import ModelPool
from scriba.speech.results import Recognition

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_AUDIO_SECONDS = (0.5, 1, 2, 5, 10, 15, 20, 30, 45, 60)
_FAST_AUDIO_SECONDS = (5, 15, 60, 300, 900, 1800, 3600, 5400, 7200)


class Metrics:
    """The metrics of one application; queue time and inference time are kept apart."""

    def __init__(self, model: str) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._succeeded_at = -math.inf
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        build = Gauge(
            "scriba_build_info",
            "Always 1; the labels say what runs.",
            ["version", "model"],
            registry=self.registry,
        )
        build.labels(__version__, model).set(1)
        self.requests = Counter(
            "scriba_requests",
            "Requests answered, by route, method and status (499: the client left).",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self.request_seconds = self._histogram(
            "scriba_request_seconds", "From the request's head to its answer.", ["route"]
        )
        self.in_progress = Gauge(
            "scriba_requests_in_progress",
            "Requests being handled now.",
            registry=self.registry,
        )
        self.rejected = Counter(
            "scriba_rejected",
            "Recognitions refused, by reason.",
            ["reason"],
            registry=self.registry,
        )
        self.recognitions = Counter(
            "scriba_recognitions",
            "Recognitions finished, by RecognitionStatus.",
            ["status"],
            registry=self.registry,
        )
        self.queue_seconds = self._histogram(
            "scriba_queue_seconds", "Time that a recognition waited for the engine."
        )
        self.inference_seconds = self._histogram(
            "scriba_inference_seconds", "Time that a recognition spent in the engine."
        )
        self.after_last_byte_seconds = self._histogram(
            "scriba_after_last_byte_seconds", "From the last byte of a body to its result."
        )
        self.audio_seconds = Histogram(
            "scriba_audio_seconds",
            "Length of the recordings recognised; the sum is the audio served.",
            buckets=_AUDIO_SECONDS,
            registry=self.registry,
        )

        self.fast_audio_seconds = Histogram(
            "scriba_fast_audio_seconds",
            "Length of the recordings that fast transcription answered.",
            buckets=_FAST_AUDIO_SECONDS,
            registry=self.registry,
        )

        self.assessments = Counter(
            "scriba_assessments",
            "Pronunciation assessments of recordings and phrases, by outcome.",
            ["outcome"],
            registry=self.registry,
        )
        self.assessment_seconds = self._histogram(
            "scriba_assessment_seconds", "Time that a pronunciation assessment took."
        )

        self.logs = Counter(
            "scriba_logs",
            "Requests whose audio and result were to be kept, by what became of that.",
            ["outcome"],
            registry=self.registry,
        )

    def watch(self, pool: ModelPool) -> None:
        """Show what a pool of models holds and has done."""
        self.registry.register(_PoolCollector(pool))

    def recognised(self, recognition: Recognition, after_last_byte: float) -> None:
        """Count one recognition and its times."""
        self.succeeded()
        self.recognitions.labels(str(recognition.status)).inc()
        self.queue_seconds.observe(recognition.timings.queue)
        self.inference_seconds.observe(recognition.timings.inference)
        self.audio_seconds.observe(recognition.duration)
        self.after_last_byte_seconds.observe(after_last_byte)

    def succeeded(self) -> None:
        """Note that something was recognised now."""
        self._succeeded_at = time.monotonic()

    def seconds_since_success(self) -> float:
        """How long ago the last recognition finished; infinite when none has."""
        return time.monotonic() - self._succeeded_at

    async def get(self, _: Request) -> Response:
        """`GET /metrics`: the Prometheus text format."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

    def _histogram(self, name: str, text: str, labels: list[str] | None = None) -> Histogram:
        return Histogram(name, text, labels or [], buckets=_SECONDS, registry=self.registry)


class _PoolCollector(Collector):
    """The models beside the running one."""

    def __init__(self, pool: ModelPool) -> None:
        self._pool = pool

    def collect(self) -> Iterator[Metric]:
        counts = self._pool.counts
        yield GaugeMetricFamily(
            "scriba_models_loaded", "Models beside the running one that are loaded.", counts.models
        )
        yield GaugeMetricFamily(
            "scriba_models_bytes", "Room that they take of SCRIBA_MODELS_MEMORY.", counts.bytes
        )
        for name, text, value in (
            ("scriba_model_loads", "Models that were loaded.", counts.loads),
            ("scriba_model_load_failures", "Models that could not be loaded.", counts.failures),
            ("scriba_model_evictions", "Models that made room for others.", counts.evictions),
            ("scriba_model_load_seconds", "Time that loading models took.", counts.seconds),
        ):
            yield CounterMetricFamily(name, text, value)
