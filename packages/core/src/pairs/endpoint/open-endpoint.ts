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
  /** Base URL up to and including the version, such as `http://localhost:8080/v1`. */
  readonly baseURL: string
  /** The model's name on that server. */
  readonly model: string
  /** Sent as bearer token. Never read from the environment, so that no key goes to a server it is not meant for. */
  readonly apiKey?: string | undefined
  /** Maximum number of concurrent requests. Default 8. */
  readonly concurrency?: number | undefined
  /** Maximum number of retries after a connection error, 408, 409, 429 or 5xx. Default 2. */
  readonly maxRetries?: number | undefined
  /** Timeout of one attempt in milliseconds. Default 60 000. */
  readonly timeout?: number | undefined
  /** Allows use in a web page, where anyone using the page can see the key. Default false. */
  readonly allowBrowser?: boolean | undefined
  /** Sends the requests. Default: the platform's fetch; in Node, with the proxies of the environment. */
  readonly fetch?: typeof fetch | undefined
  /** Additional or overriding fields of the request body; null or undefined removes a field. */
  readonly body?: Readonly<Record<string, unknown>> | undefined
  /** Receives notices about deviations, such as a request field that the server does not support. */
  readonly onNotice?: ((line: string) => void) | undefined
}

export interface Endpoint {
  /** Address and model, for recipes. */
  readonly name: string
  readonly concurrency: number
  /**
   * Answers a conversation, or continues a text. If the server refuses `max_tokens`, it is sent `max_completion_tokens` from then
   * on; if it refuses `temperature` or `seed`, they are omitted.
   *
   * @throws `UNREACHABLE`; `REQUEST_REFUSED`, with the status and the server's message; `MALFORMED` for an invalid completion;
   *   `ABORTED`.
   */
  complete(
    prompt: Prompt,
    sampling: {
      readonly maxTokens: number
      readonly temperature: number
      readonly seed?: number | undefined
      /** Whether the model's thinking is part of the response. Default false. */
      readonly keepThinking?: boolean | undefined
    },
    signal?: AbortSignal,
  ): Promise<Completion>
}

/**
 * Opens an endpoint. The client library is loaded with the first request, so that nothing else bundles or pays for it.
 *
 * @throws `INVALID_ARGUMENT` for an address that is invalid or has credentials or a query, and for body fields that ask for
 *   something other than one answer.
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
          // Between retries, the client waits regardless of the signal.
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

/** Rejects as soon as the signal fires. Starts the work only when its error, which may come at once, can be caught. */
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

/** Addresses appear in recipes and messages, so they must not carry secrets. */
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
