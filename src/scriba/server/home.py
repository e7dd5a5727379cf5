"""`GET /`: a page for people."""

from collections.abc import Awaitable, Callable
from html import escape
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from scriba import __version__
from scriba.server.hosts import called_address

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Scriba: speech to text</title>
<style>
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5b6575; --line: #d9dee6;
  --paper: #fbfcfd; --card: #ffffff; --accent: #1f5fbf; --good: #18794e; --bad: #b42318; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --soft: #9aa4b2; --line: #2c3440;
  --paper: #12161c; --card: #181e26; --accent: #7fb0ff; --good: #4cc38a; --bad: #ff8b80; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 3.5rem 1.25rem 4rem; }
h1 { font-size: 2.1rem; letter-spacing: -.02em; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 2.2rem 0 .6rem; }
p.lead { color: var(--soft); margin: 0 0 1.8rem; font-size: 1.08rem; }
dl { display: grid; grid-template-columns: 8rem 1fr; gap: .45rem 1rem; margin: 0; padding: 1rem
  1.2rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: 1rem 1.2rem; overflow-x: auto; font-size: .86rem; line-height: 1.5; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
a { color: var(--accent); } ul { padding-left: 1.2rem; margin: 0; } li { margin: .3rem 0; }
footer { margin-top: 2.6rem; color: var(--soft); font-size: .88rem; }
</style>
</head>
<body><main>
<h1>Scriba</h1>
<p class="lead">Speech to text on this machine, for software that speaks the Azure Speech API.</p>
<dl>
<dt>State</dt><dd class="$tone">$state</dd>
<dt>Address</dt><dd><code>$address</code></dd>
<dt>Model</dt><dd>$model</dd>
<dt>Version</dt><dd>$version</dd>
</dl>
<h2>Recognise a recording of up to a minute</h2>
<pre><code>curl -X POST \\
  "$address/speech/recognition/conversation/cognitiveservices/v1?language=en-US" \\
  -H "Ocp-Apim-Subscription-Key: YOUR_KEY" \\
  -H "Content-Type: audio/wav" --data-binary @recording.wav</code></pre>
<p>A key comes from <code>scriba keys create NAME</code>.</p>
<h2>What there is</h2>
<ul>
<li><a href="/swagger">/swagger</a>: the API in OpenAPI form</li>
<li><code>/speechtotext</code>: batch and fast transcription, webhooks, base models</li>
<li><a href="/ready">/ready</a>: has the engine just answered</li>
<li><a href="/healthz">/healthz</a>: database, files, recogniser and job queue</li>
<li><code>/status</code>: is the key that you send valid</li>
<li><a href="/metrics">/metrics</a>: figures for Prometheus</li>
</ul>
<footer>Nothing you send leaves this server.</footer>
</main></body>
</html>
""")


class Home:
    """The page: what this is, where it is, whether it works, and what to paste."""

    def __init__(
        self,
        model: str,
        fallback: str,
        problem: Callable[[], Awaitable[str | None]],
        trust_forwarded: bool,
    ) -> None:
        self._model = model
        self._fallback = fallback
        self._problem = problem
        self._trust_forwarded = trust_forwarded

    async def get(self, request: Request) -> Response:
        """The page as it stands now."""
        problem = await self._problem()
        page = _PAGE.substitute(
            tone="good" if problem is None else "bad",
            state="ready" if problem is None else escape(f"not ready: {problem}"),
            address=escape(called_address(request, self._trust_forwarded, self._fallback)),
            model=escape(self._model),
            version=escape(__version__),
        )
        return HTMLResponse(page, headers=_HEADERS)
