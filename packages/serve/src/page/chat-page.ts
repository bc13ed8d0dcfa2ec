import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const policy = [
  "default-src 'none'",
  `script-src ${hashOf(pageScript)}`,
  `style-src ${hashOf(pageStyle)}`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>policypatch</title>
<style>${pageStyle}</style>
</head>
<body>
<header>
<h1>policypatch</h1>
<p id="model" role="status">Connecting …</p>
</header>
<main>
<form id="settings" aria-label="Settings">
<fieldset><legend>Patches</legend><div id="patches"></div></fieldset>
<label class="key">API key <input id="key" type="password" autocomplete="off"></label>
<label><input id="compare" type="checkbox" checked> Compare with the base model</label>
</form>
<ol id="turns" aria-live="polite"></ol>
<form id="ask">
<label for="prompt">Your message</label>
<textarea id="prompt" rows="3" required></textarea>
<div class="buttons">
<button type="submit" id="send">Send</button>
<button type="button" id="stop" disabled>Stop</button>
<button type="button" id="clear">New conversation</button>
</div>
</form>
</main>
<script type="module">${pageScript}</script>
</body>
</html>
`

/** `GET /`: a chat with the model, with patches of the reader's choice, beside the base model. */
export function chatPage(c: Context): Response {
  c.header('content-security-policy', policy)
  return c.html(page) as Response
}
