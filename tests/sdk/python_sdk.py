"""Microsoft's Speech SDK for Python does what JSON jobs say: a job a line in, its events out.

A program of its own, so that a hanging or crashing native core ends no test run.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import azure.cognitiveservices.speech as sdk

Job = dict[str, Any]
_TAGS = {
    "pcm": sdk.AudioStreamWaveFormat.PCM,
    "mulaw": sdk.AudioStreamWaveFormat.MULAW,
    "alaw": sdk.AudioStreamWaveFormat.ALAW,
}
_DONE = threading.Lock()


class Told:
    """Prints events, and waits until some of them came."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._counts: dict[str, int] = {}
        self._changed = threading.Condition()

    def __call__(self, event: str, **fields: Any) -> None:
        line = {"event": event, "t": round(time.monotonic() - self._began, 3), **fields}
        with self._changed:
            self._counts[event] = self._counts.get(event, 0) + 1
            with _DONE:
                print(json.dumps(line), flush=True)
            self._changed.notify_all()

    def wait(self, conditions: dict[str, int]) -> None:
        """Until one of the events came so many more times, counted from the job's begin."""
        with self._changed:
            self._changed.wait_for(
                lambda: any(self._counts.get(name, 0) >= n for name, n in conditions.items())
            )

    def count(self, event: str) -> int:
        with self._changed:
            return self._counts.get(event, 0)


def _config(job: Job) -> sdk.SpeechConfig:
    where = {name: job[name] for name in ("host", "endpoint", "region") if job.get(name)}
    key = {"subscription": job["key"]} if job.get("key") else {}
    if job.get("kind") == "translation":
        config = sdk.translation.SpeechTranslationConfig(**key, **where)
        config.add_target_language("de")
    else:
        config = sdk.SpeechConfig(**key, **where)
    if "token" in job:
        config.authorization_token = job["token"]
    if "language" in job:
        config.speech_recognition_language = job["language"]
    if job.get("detailed"):
        config.output_format = sdk.OutputFormat.Detailed
    if job.get("words"):
        config.request_word_level_timestamps()
    if "profanity" in job:
        config.set_profanity(getattr(sdk.ProfanityOption, job["profanity"]))
    if job.get("dictation"):
        config.enable_dictation()
    if "cid" in job:
        config.endpoint_id = job["cid"]
    if job.get("identification") == "continuous":
        config.set_property(sdk.PropertyId.SpeechServiceConnection_LanguageIdMode, "Continuous")
    for name, value in job.get("properties", {}).items():
        config.set_property(getattr(sdk.PropertyId, name), value)
    for name, value in job.get("named_properties", {}).items():
        config.set_property_by_name(name, value)
    return config


def _audio(job: Job) -> sdk.audio.AudioConfig:
    if "wav" in job:
        return sdk.audio.AudioConfig(filename=job["wav"])
    form = job["format"]
    stream = sdk.audio.PushAudioInputStream(
        sdk.audio.AudioStreamFormat(
            samples_per_second=form["rate"],
            bits_per_sample=form["bits"],
            channels=form["channels"],
            wave_stream_format=_TAGS[form["tag"]],
        )
    )
    threading.Thread(target=_push, args=(job, stream), daemon=True).start()
    return sdk.audio.AudioConfig(stream=stream)


def _push(job: Job, stream: sdk.audio.PushAudioInputStream) -> None:
    samples = Path(job["raw"]).read_bytes()
    for start in range(0, len(samples), job["chunk"]):
        stream.write(samples[start : start + job["chunk"]])
        time.sleep(job.get("pause", 0))
    if not job.get("open"):
        stream.close()


def _recognizer(job: Job) -> Any:
    config, audio = _config(job), _audio(job)
    if job.get("kind") == "transcriber":
        return sdk.transcription.ConversationTranscriber(config, audio)
    if job.get("kind") == "translation":
        return sdk.translation.TranslationRecognizer(config, audio_config=audio)
    if "candidates" in job:
        detect = sdk.languageconfig.AutoDetectSourceLanguageConfig(languages=job["candidates"])
        return sdk.SpeechRecognizer(config, audio, auto_detect_source_language_config=detect)
    made = sdk.SpeechRecognizer(config, audio)
    if "phrases" in job:
        grammar = sdk.PhraseListGrammar.from_recognizer(made)
        for phrase in job["phrases"]:
            grammar.addPhrase(phrase)
        if "weight" in job:
            grammar.setWeight(job["weight"])
    if "assessment" in job:
        _assessment(job["assessment"]).apply_to(made)
    return made


def _assessment(asked: Job) -> sdk.PronunciationAssessmentConfig:
    config = sdk.PronunciationAssessmentConfig(
        reference_text=asked["text"],
        grading_system=getattr(sdk.PronunciationAssessmentGradingSystem, asked["grading"]),
        granularity=getattr(sdk.PronunciationAssessmentGranularity, asked["granularity"]),
        enable_miscue=asked["miscue"],
    )
    if asked["prosody"]:
        config.enable_prosody_assessment()
    config.phoneme_alphabet = asked["alphabet"]
    config.nbest_phoneme_count = asked["rivals"]
    return config


def _scores(result: Any) -> dict[str, Any]:
    """The result object of an assessment, as the SDK has filled it."""
    found = sdk.PronunciationAssessmentResult(result)
    return {
        "accuracy": found.accuracy_score,
        "fluency": found.fluency_score,
        "completeness": found.completeness_score,
        "prosody": found.prosody_score,
        "total": found.pronunciation_score,
        "words": [
            {
                "word": word.word,
                "accuracy": getattr(word, "_accuracy_score", None),
                "error": getattr(word, "_error_type", None),
                "phonemes": [
                    {
                        "phoneme": each.phoneme,
                        "accuracy": each.accuracy_score,
                        "rivals": [x.phoneme for x in each.nbest_phonemes or []],
                    }
                    for each in getattr(word, "_phonemes", None) or []
                ],
                "syllables": [
                    [each.syllable, each.grapheme, each.offset, each.duration, each.accuracy_score]
                    for each in getattr(word, "_syllables", None) or []
                ],
            }
            for word in found.words
        ],
    }


def _result(job: Job, result: Any) -> dict[str, Any]:
    told = {
        "reason": result.reason.name,
        "text": result.text,
        "offset": result.offset,
        "duration": result.duration,
        "json": json.loads(result.json) if result.json else None,
    }
    if "candidates" in job:
        told["language"] = sdk.AutoDetectSourceLanguageResult(result).language
    if "assessment" in job and result.reason == sdk.ResultReason.RecognizedSpeech:
        told["scores"] = _scores(result)
    if job.get("kind") == "transcriber":
        told["speaker"] = result.speaker_id
    if result.reason == sdk.ResultReason.NoMatch:
        told["why"] = result.no_match_details.reason.name
    if result.reason == sdk.ResultReason.Canceled:
        told |= _canceled(result.cancellation_details)
    return told


def _canceled(details: Any) -> dict[str, Any]:
    return {
        "canceled": details.reason.name,
        "error": details.code.name if details.code else "NoError",
        "details": details.error_details,
    }


def _connect(job: Job, recognizer: Any, tell: Told) -> None:
    def on(signal: str, event: str, fields: Callable[[Any], dict[str, Any]]) -> None:
        def heard(args: Any) -> None:
            try:
                tell(event, **fields(args))
            except Exception as error:
                tell("broken", text=repr(error))

        getattr(recognizer, signal).connect(heard)

    transcriber = job.get("kind") == "transcriber"
    on("session_started", "session_started", lambda args: {"session": args.session_id})
    on("session_stopped", "session_stopped", lambda args: {})
    on("canceled", "canceled", lambda args: _canceled(args.cancellation_details))
    on(
        "transcribing" if transcriber else "recognizing",
        "recognizing",
        lambda args: _result(job, args.result),
    )
    on(
        "transcribed" if transcriber else "recognized",
        "recognized",
        lambda args: _result(job, args.result),
    )
    on("speech_start_detected", "speech_start", lambda args: {"offset": args.offset})
    on("speech_end_detected", "speech_end", lambda args: {"offset": args.offset})


def _do(job: Job, step: Job, recognizer: Any, tell: Told) -> None:
    if step["do"] == "once":
        tell("result", **_result(job, recognizer.recognize_once_async().get()))
        return
    if step["do"] == "hold":
        tell("held")
        sys.stdin.readline()
        return
    verb = "transcribing" if job.get("kind") == "transcriber" else "continuous_recognition"
    stopped = tell.count("session_stopped")
    getattr(recognizer, f"start_{verb}_async")().get()
    tell.wait({"session_stopped": stopped + 1, **step.get("until", {})})
    if step.get("leave"):
        return
    getattr(recognizer, f"stop_{verb}_async")().get()
    tell("stopped")


def drive(job: Job) -> None:
    """Do a job, and tell all that happens."""
    tell = Told()
    try:
        recognizer = _recognizer(job)
        _connect(job, recognizer, tell)
        connection = sdk.Connection.from_recognizer(recognizer)
        connection.connected.connect(lambda args: tell("connected"))
        connection.disconnected.connect(lambda args: tell("disconnected"))
        for step in job["steps"]:
            _do(job, step, recognizer, tell)
        connection.close()
    except Exception as error:
        tell("error", text=str(error))
    tell("done")


if __name__ == "__main__":
    while line := sys.stdin.readline():
        drive(json.loads(line))
