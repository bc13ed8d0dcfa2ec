import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { streamText } from 'hono/streaming'
import { type ChatMessage, type LanguageModel, PatchError, readPatch } from 'policypatch'
import { patchSet, type Trust } from 'policypatch/patch'
import { memoryStorage } from 'policypatch/platform'

/** What `POST /chat` takes. */
interface ChatRequest {
  readonly messages: readonly ChatMessage[]
  /** Names of the patches to apply, side by side. Default: none. */
  readonly patches?: readonly string[]
  /** Default 256. */
  readonly maxTokens?: number
}

/** Bytes of a chat, and of a patch's files. */
const [chatBytes, patchBytes] = [2 ** 20, 2 ** 24]

/**
 * The routes of the service, over one model in memory.
 *
 * @param trust whose patches are taken; absent: all that fit
 */
export function chatService(model: LanguageModel, trust?: Trust): Hono {
  const patches = patchSet(model, [], { trust })
  const app = new Hono()

  app.onError((error, c) => refusal(c, error))

  app.get('/patches', (c) => c.json(patches.names))

  // The files of a patch's folder, as a form. Answers that are under way keep the version that they began with.
  app.put('/patches/:name', limited(patchBytes), async (c) => {
    const name = c.req.param('name')
    const storage = memoryStorage()
    for (const file of Object.values(await c.req.parseBody())) {
      if (file instanceof File)
        await storage.write(`${name}/${file.name}`, new Uint8Array(await file.arrayBuffer()))
    }
    const patch = await readPatch({ storage, path: name }, { trust })
    if (patch.manifest.name !== name) throw misnamed(name, patch.manifest.name)
    patches.add(patch)
    return c.json({ name, version: patch.manifest.version })
  })

  app.delete('/patches/:name', (c) => c.body(null, patches.remove(c.req.param('name')) ? 204 : 404))

  app.post('/chat', limited(chatBytes), async (c) => {
    const { messages, patches: names = [], maxTokens = 256 } = chatRequest(await c.req.json())
    const prefix = patches.stack(names) ?? undefined
    // Who hangs up stops the answer.
    const { signal } = c.req.raw
    const pieces = model.withPrefix(prefix).stream(messages, { maxTokens, signal })[Symbol.asyncIterator]()
    // What is wrong with the request shows before anything is sent: afterwards no status could say it.
    const first = await pieces.next()
    return streamText(c, async (stream) => {
      for (let next = first; !next.done; next = await pieces.next()) await stream.write(next.value)
    })
  })

  return app
}

/** Refuses a larger body without reading all of it. */
const limited = (maxSize: number) =>
  bodyLimit({ maxSize, onError: (c) => c.json({ message: `More than ${maxSize} bytes` }, 413) })

function chatRequest(body: Partial<ChatRequest> | null): ChatRequest {
  const { messages, patches = [] } = body ?? {}
  const spoken = (message: Partial<ChatMessage> | null) =>
    typeof message?.role === 'string' && typeof message.content === 'string'
  if (Array.isArray(messages) && messages.every(spoken) && Array.isArray(patches)) return body as ChatRequest
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'messages with role and content, and names of patches',
    found: JSON.stringify(body).slice(0, 80),
    remedy: 'Send { "messages": [{ "role": "user", "content": "…" }], "patches": ["…"] }',
  })
}

function misnamed(expected: string, found: string): PatchError {
  return new PatchError('INVALID_ARGUMENT', {
    expected,
    found,
    remedy: 'Put it under the name in its manifest',
  })
}

/** A caller's mistake as 4xx, with the code to switch on; the rest as 500. */
function refusal(c: Context, error: Error): Response {
  if (error instanceof SyntaxError) return c.json({ code: 'MALFORMED', message: error.message }, 400)
  if (!(error instanceof PatchError)) return c.json({ message: 'Something failed here' }, 500)
  const { code, message } = error
  return c.json({ code, message }, code === 'NOT_FOUND' ? 404 : code === 'BACKEND_FAILED' ? 500 : 422)
}
