// A job a line in, its events out, with the SDK in node.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import * as sdk from "microsoft-cognitiveservices-speech-sdk";
import { drive } from "./driver.js";

const bytes = async (path) => new Uint8Array(await readFile(path)).buffer;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const io = { bytes, file: (path) => readFile(path), hold: () => lines.next() };
const emit = (event) => process.stdout.write(JSON.stringify(event) + "\n");
// What escapes the SDK must be seen, but is no end of the job.
process.on("unhandledRejection", (error) => emit({ event: "unhandled", text: String(error) }));

for (let line; !(line = await lines.next()).done; )
  await drive(sdk, JSON.parse(line.value), io, emit);
process.exit(0);
