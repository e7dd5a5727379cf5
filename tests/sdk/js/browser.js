// A job a line in, its events out, with the SDK in a page of headless Chromium.
import { execFileSync } from "node:child_process";
import { chmodSync, createReadStream, createWriteStream, existsSync, renameSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createBrotliDecompress } from "node:zlib";
import { chromium } from "playwright-core";

const HERE = dirname(fileURLToPath(import.meta.url));
const SDK = join(HERE, "node_modules/microsoft-cognitiveservices-speech-sdk/distrib/browser");
const PACKED = join(HERE, "node_modules/@sparticuz/chromium/bin/chromium.br");
const UNPACKED = join(HERE, "node_modules/.chromium");
const FILES = {
  "/": [join(HERE, "page.html"), "text/html"],
  "/driver.js": [join(HERE, "driver.js"), "text/javascript"],
  "/sdk.js": [join(SDK, "microsoft.cognitiveservices.speech.sdk.bundle-min.js"), "text/javascript"],
};
const OPTIONS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
];

// The machine's own Chromium, or else the one that npm brought.
async function executable() {
  for (const name of ["chromium", "chromium-browser", "google-chrome"])
    try {
      return execFileSync("which", [name], { encoding: "utf8" }).trim();
    } catch {
      continue;
    }
  if (!existsSync(UNPACKED)) {
    const part = `${UNPACKED}.${process.pid}`;
    await pipeline(createReadStream(PACKED), createBrotliDecompress(), createWriteStream(part));
    chmodSync(part, 0o755);
    renameSync(part, UNPACKED);
  }
  return UNPACKED;
}

// A page may use a microphone only where it has an origin that the browser trusts.
async function serve() {
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://page");
    const [path, type] = FILES[pathname] ?? [searchParams.get("path"), "audio/wav"];
    try {
      const body = await readFile(path);
      response.writeHead(200, { "Content-Type": type }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((go) => server.listen(0, "127.0.0.1", go));
  return `http://127.0.0.1:${server.address().port}/`;
}

const emit = (event) => process.stdout.write(JSON.stringify(event) + "\n");
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const hold = async () => void (await lines.next());
const address = await serve();
const executablePath = await executable();

// What a microphone hears and which certificate is trusted is said when a browser starts.
function special(job) {
  const options = [];
  if (job.microphone)
    options.push(`--use-file-for-fake-audio-capture=${job.microphone}%noloop`);
  if (job.trusted_key) options.push(`--ignore-certificate-errors-spki-list=${job.trusted_key}`);
  return options;
}

async function open(options) {
  const browser = await chromium.launch({ executablePath, args: [...OPTIONS, ...options] });
  const page = await browser.newPage();
  await page.exposeFunction("emit", emit);
  await page.exposeFunction("hold", hold);
  page.on("pageerror", (error) => emit({ event: "unhandled", text: String(error) }));
  await page.goto(address);
  return { browser, page };
}

let shared;
for (let line; !(line = await lines.next()).done; ) {
  const job = JSON.parse(line.value);
  const options = special(job);
  const { browser, page } = options.length ? await open(options) : (shared ??= await open([]));
  await page.evaluate((each) => window.run(each), job);
  if (options.length) await browser.close();
}
await shared?.browser.close();
process.exit(0);
