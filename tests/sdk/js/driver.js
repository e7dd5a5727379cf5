// Microsoft's Speech SDK for JavaScript does what a JSON job says; in node and in a page.

const later = (seconds) => new Promise((go) => setTimeout(go, seconds * 1000));

// Counts the events that are told, and waits until some of them came.
function counted(emit) {
  const began = performance.now();
  const counts = {};
  let waiting = [];
  const tell = (event, fields = {}) => {
    counts[event] = (counts[event] ?? 0) + 1;
    emit({ event, t: Math.round(performance.now() - began) / 1000, ...fields });
    waiting = waiting.filter((check) => !check());
  };
  const count = (event) => counts[event] ?? 0;
  const wait = (conditions) =>
    new Promise((go) => {
      const check = () => {
        const met = Object.entries(conditions).some(([name, n]) => count(name) >= n);
        if (met) go();
        return met;
      };
      if (!check()) waiting.push(check);
    });
  return { tell, count, wait };
}

function configOf(sdk, job) {
  const Config =
    job.kind === "translation" ? sdk.SpeechTranslationConfig : sdk.SpeechConfig;
  let config;
  if (job.host) config = Config.fromHost(new URL(job.host), job.key);
  else if (job.endpoint) config = Config.fromEndpoint(new URL(job.endpoint), job.key);
  else config = Config.fromSubscription(job.key, job.region);
  if (job.kind === "translation") config.addTargetLanguage("de");
  if (job.token) config.authorizationToken = job.token;
  if (job.language) config.speechRecognitionLanguage = job.language;
  if (job.detailed) config.outputFormat = sdk.OutputFormat.Detailed;
  if (job.words) config.requestWordLevelTimestamps();
  if (job.profanity) config.setProfanity(sdk.ProfanityOption[job.profanity]);
  if (job.dictation) config.enableDictation();
  if (job.cid) config.endpointId = job.cid;
  for (const [name, value] of Object.entries(job.properties ?? {}))
    config.setProperty(sdk.PropertyId[name], value);
  for (const [name, value] of Object.entries(job.named_properties ?? {}))
    config.setProperty(name, value);
  return config;
}

async function audioOf(sdk, job, io) {
  if (job.microphone) return sdk.AudioConfig.fromDefaultMicrophoneInput();
  if (job.wav) return sdk.AudioConfig.fromWavFileInput(await io.file(job.wav));
  const { rate, bits, channels, tag } = job.format;
  const tags = { pcm: "PCM", mulaw: "MuLaw", alaw: "ALaw" };
  const stream = sdk.AudioInputStream.createPushStream(
    sdk.AudioStreamFormat.getWaveFormat(rate, bits, channels, sdk.AudioFormatTag[tags[tag]]),
  );
  const samples = await io.bytes(job.raw);
  (async () => {
    for (let start = 0; start < samples.byteLength; start += job.chunk) {
      stream.write(samples.slice(start, start + job.chunk));
      if (job.pause) await later(job.pause);
    }
    if (!job.open) stream.close();
  })();
  return sdk.AudioConfig.fromStreamInput(stream);
}

async function recognizerOf(sdk, job, io) {
  const config = configOf(sdk, job);
  const audio = await audioOf(sdk, job, io);
  if (job.kind === "transcriber") return new sdk.ConversationTranscriber(config, audio);
  if (job.kind === "translation") return new sdk.TranslationRecognizer(config, audio);
  if (job.candidates) {
    const detect = sdk.AutoDetectSourceLanguageConfig.fromLanguages(job.candidates);
    if (job.identification === "continuous") detect.mode = sdk.LanguageIdMode.Continuous;
    return sdk.SpeechRecognizer.FromConfig(config, detect, audio);
  }
  const made = new sdk.SpeechRecognizer(config, audio);
  if (job.phrases) {
    const grammar = sdk.PhraseListGrammar.fromRecognizer(made);
    grammar.addPhrases(job.phrases);
    if (job.weight !== undefined) grammar.setWeight(job.weight);
  }
  if (job.assessment) assessmentOf(sdk, job.assessment).applyTo(made);
  return made;
}

function assessmentOf(sdk, asked) {
  const config = new sdk.PronunciationAssessmentConfig(
    asked.text,
    sdk.PronunciationAssessmentGradingSystem[asked.grading],
    sdk.PronunciationAssessmentGranularity[asked.granularity],
    asked.miscue,
  );
  if (asked.prosody) config.enableProsodyAssessment = true;
  config.phonemeAlphabet = asked.alphabet;
  config.nbestPhonemeCount = asked.rivals;
  return config;
}

// The result object of an assessment, as the SDK has filled it.
function scoresOf(sdk, result) {
  const found = sdk.PronunciationAssessmentResult.fromResult(result);
  const words = found.detailResult.Words.map((word) => ({
    word: word.Word,
    accuracy: word.PronunciationAssessment?.AccuracyScore ?? null,
    error: word.PronunciationAssessment?.ErrorType ?? null,
    phonemes: (word.Phonemes ?? []).map((each) => ({
      phoneme: each.Phoneme,
      accuracy: each.PronunciationAssessment.AccuracyScore,
      rivals: (each.PronunciationAssessment.NBestPhonemes ?? []).map((x) => x.Phoneme),
    })),
    syllables: (word.Syllables ?? []).map((each) => [
      each.Syllable,
      each.Grapheme,
      each.Offset,
      each.Duration,
      each.PronunciationAssessment.AccuracyScore,
    ]),
  }));
  return {
    accuracy: found.accuracyScore,
    fluency: found.fluencyScore,
    completeness: found.completenessScore,
    prosody: found.prosodyScore ?? null,
    total: found.pronunciationScore,
    words,
  };
}

function resultOf(sdk, job, result) {
  const told = {
    reason: sdk.ResultReason[result.reason],
    text: result.text ?? "",
    offset: result.offset,
    duration: result.duration,
    json: result.json ? JSON.parse(result.json) : null,
  };
  if (job.candidates && result.language)
    told.language = sdk.AutoDetectSourceLanguageResult.fromResult(result).language;
  if (job.assessment && result.reason === sdk.ResultReason.RecognizedSpeech)
    told.scores = scoresOf(sdk, result);
  if (job.kind === "transcriber") told.speaker = result.speakerId;
  if (result.reason === sdk.ResultReason.NoMatch)
    told.why = sdk.NoMatchReason[sdk.NoMatchDetails.fromResult(result).reason];
  if (result.reason === sdk.ResultReason.Canceled) {
    const details = sdk.CancellationDetails.fromResult(result);
    told.canceled = sdk.CancellationReason[details.reason];
    told.error = sdk.CancellationErrorCode[details.ErrorCode];
    told.details = details.errorDetails ?? result.errorDetails;
  }
  return told;
}

function listen(sdk, job, recognizer, tell) {
  const on = (signal, event, fields = () => ({})) => {
    recognizer[signal] = (_, args) => {
      try {
        tell(event, fields(args));
      } catch (error) {
        tell("broken", { text: String(error) });
      }
    };
  };
  const transcriber = job.kind === "transcriber";
  const result = (args) => resultOf(sdk, job, args.result);
  on("sessionStarted", "session_started", (args) => ({ session: args.sessionId }));
  on("sessionStopped", "session_stopped");
  on("canceled", "canceled", (args) => ({
    canceled: sdk.CancellationReason[args.reason],
    error: sdk.CancellationErrorCode[args.errorCode],
    details: args.errorDetails,
  }));
  on(transcriber ? "transcribing" : "recognizing", "recognizing", result);
  on(transcriber ? "transcribed" : "recognized", "recognized", result);
  on("speechStartDetected", "speech_start", (args) => ({ offset: args.offset }));
  on("speechEndDetected", "speech_end", (args) => ({ offset: args.offset }));
}

async function step(sdk, job, what, recognizer, io, { tell, count, wait }) {
  const call = (name) => new Promise((go, fail) => recognizer[name](go, fail));
  if (what.do === "once") {
    tell("result", resultOf(sdk, job, await call("recognizeOnceAsync")));
    return;
  }
  if (what.do === "hold") {
    tell("held");
    await io.hold();
    return;
  }
  const verb = job.kind === "transcriber" ? "TranscribingAsync" : "ContinuousRecognitionAsync";
  const stopped = count("session_stopped");
  await call(`start${verb}`);
  await wait({ session_stopped: stopped + 1, ...what.until });
  if (what.leave) return;
  await call(`stop${verb}`);
  tell("stopped");
}

/** Do a job; `emit` is given each event, the last of which is `done`. */
export async function drive(sdk, job, io, emit) {
  const events = counted(emit);
  try {
    const recognizer = await recognizerOf(sdk, job, io);
    listen(sdk, job, recognizer, events.tell);
    const connection = sdk.Connection.fromRecognizer(recognizer);
    connection.connected = () => events.tell("connected");
    connection.disconnected = () => events.tell("disconnected");
    for (const each of job.steps) await step(sdk, job, each, recognizer, io, events);
    await new Promise((go, fail) => recognizer.close(go, fail));
  } catch (error) {
    events.tell("error", { text: String(error?.message ?? error) });
  }
  events.tell("done");
}
