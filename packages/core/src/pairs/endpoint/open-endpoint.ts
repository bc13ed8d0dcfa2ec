import type OpenAI from 'openai'
import { PatchError } from '../../errors.ts'
import { excerpt } from '../../text/printable.ts'
import type { Prompt } from '../../tokenize/tokenizer.ts'
import { boundedFetch } from './bounded-fetch.ts'
import { bodyOf, endpointError, saysWithheld } from './endpoint-errors.ts'
import { openaiLibrary } from './openai-library.ts'
import { type Completion, readCompletion } from './read-completion.ts'
import { requestFields } from './request-fields.ts'

/** An OpenAI-compatible server: OpenAI's own, llama.cpp, vLLM, Ollama and others. */
export interface EndpointOptions {
  /** Up to and with the version, such as `http://localhost:8080/v1`. */
  readonly baseURL: string
  /** The model's name on that server. */
  readonly model: string
  /** Sent as bearer token. No key is taken from the environment, so none goes to a server it is not meant for. */
  readonly apiKey?: string | undefined
  /** Requests under way at once. Default 8. */
  readonly concurrency?: number | undefined
  /** How often a request is sent again after a connection error, 408, 409, 429 or 5xx. Default 2. */
  readonly maxRetries?: number | undefined
  /** Milliseconds one attempt may take. Default 60 000. */
  readonly timeout?: number | undefined
  /** Allows use in a web page, where the key is open to whoever uses the page. Default false. */
  readonly allowBrowser?: boolean | undefined
  /** What sends the requests. Default: the platform's fetch; in Node, that with the proxies of the environment. */
  readonly fetch?: typeof fetch | undefined
  /** Fields of the request body set besides or instead; null or undefined leaves one out. */
  readonly body?: Readonly<Record<string, unknown>> | undefined
  /** Told of what is otherwise than asked, such as a field of the request that the server does not take. */
  readonly onNotice?: ((line: string) => void) | undefined
}

export interface Endpoint {
  /** For recipes: address and model. */
  readonly name: string
  readonly concurrency: number
  /**
   * Answers a conversation, or continues a text. A server that refuses `max_tokens` is asked with `max_completion_tokens` from
   * then on, one that refuses `temperature` or `seed` without them.
   *
   * @throws `UNREACHABLE`; `REQUEST_REFUSED`, with the status and what the server said; `MALFORMED` for what is no completion;
   *   `ABORTED`.
   */
  complete(
    prompt: Prompt,
    sampling: {
      readonly maxTokens: number
      readonly temperature: number
      readonly seed?: number | undefined
      /** Whether what the model thinks is part of the response. Default false. */
      readonly keepThinking?: boolean | undefined
    },
    signal?: AbortSignal,
  ): Promise<Completion>
}

/**
 * The client library is loaded with the first request, so that nothing else ever bundles or pays for it.
 *
 * @throws `INVALID_ARGUMENT` for an address that is none, or that holds credentials or a query, and for fields of the body that
 *   ask for something else than one answer.
 */
export function openEndpoint({
  concurrency = 8,
  body = {},
  onNotice,
  ...options
}: EndpointOptions): Endpoint {
  const baseURL = checkedAddress(options.baseURL)
  const name = `endpoint:${baseURL}#${options.model}`
  const fields = requestFields(body, (field, substitute) =>
    onNotice?.(`${name} does not support ${field}: ${substitute ? `using ${substitute}` : 'omitting it'}`),
  )
  const { apiKey } = options
  let client: Promise<OpenAI> | undefined
  return {
    name,
    concurrency,
    async complete(prompt, { maxTokens, temperature, seed, keepThinking = false }, signal) {
      const path = typeof prompt === 'string' ? '/completions' : '/chat/completions'
      const url = baseURL + path
      const asked = {
        model: options.model,
        ...(typeof prompt === 'string' ? { prompt } : { messages: prompt }),
      }
      for (;;) {
        const sent = fields.of({ max_tokens: maxTokens, temperature, seed })
        try {
          client ??= connect(baseURL, options)
          const request = { body: { ...asked, ...sent }, signal: signal ?? null }
          const connected = await client
          // The client waits before it sends a request again, whatever the signal says.
          const response = await unlessAborted(
            () => connected.post<unknown>(path, request).asResponse(),
            signal,
          )
          return readCompletion(await response.text(), { url, apiKey }, keepThinking)
        } catch (cause) {
          const { APIError } = await openaiLibrary()
          if (cause instanceof APIError && cause.status !== undefined && cause.status < 500) {
            const said = bodyOf(cause)
            if (saysWithheld(said)) return { response: undefined, ended: 'withheld' }
            if ([400, 422].includes(cause.status) && fields.refused(sent, said.text)) continue
          }
          throw await endpointError(cause, url, apiKey)
        }
      }
    },
  }
}

/** Begins the work when all is there to catch its error, which may come at once. */
async function unlessAborted<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const { APIUserAbortError } = await openaiLibrary()
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(new APIUserAbortError())
    signal?.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work(), aborted])
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** Addresses go into recipes and messages, so they must not carry secrets. */
function checkedAddress(baseURL: string): string {
  const url = URL.canParse(baseURL) ? new URL(baseURL) : undefined
  const plain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search
  if (plain) return url.href.replace(/\/+$/, '')
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'an http or https baseURL without credentials or query',
    found: url ? `${url.protocol}//${url.host} with more` : excerpt(baseURL, 200),
    remedy: 'Use a URL such as http://localhost:8080/v1, and pass the key as apiKey',
  })
}

async function connect(baseURL: string, options: EndpointOptions): Promise<OpenAI> {
  const { OpenAI } = await openaiLibrary()
  return new OpenAI({
    baseURL,
    apiKey: options.apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    maxRetries: options.maxRetries ?? 2,
    timeout: options.timeout ?? 60_000,
    dangerouslyAllowBrowser: options.allowBrowser ?? false,
    fetch: boundedFetch(options.fetch),
  })
}
