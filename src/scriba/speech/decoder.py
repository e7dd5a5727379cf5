"""What decodes the clips of one model: an engine, and the scheduler that it shares with others."""

from dataclasses import dataclass, replace

from scriba.speech.adaptation import Adaptation
from scriba.speech.engine import Clip, Engine
from scriba.speech.forms.rules import FormattingRules
from scriba.speech.scheduler import Job, Lane, Scheduler


@dataclass(frozen=True, slots=True)
class Decoder:
    """Sends clips to an engine through a scheduler, with what the model learnt from text."""

    scheduler: Scheduler
    engine: Engine
    adaptation: Adaptation | None = None
    rules: FormattingRules | None = None

    def submit(self, clip: Clip, lane: Lane, *, first: bool = False) -> Job:
        """Queue a clip, `first` before all others. Cancel its `result` to withdraw it."""
        if self.adaptation is not None and not clip.draft:
            clip = replace(clip, adaptation=self.adaptation)
        return self.scheduler.submit(self.engine, clip, lane, first=first)
