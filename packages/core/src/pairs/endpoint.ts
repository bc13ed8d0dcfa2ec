import type OpenAI from 'openai'
import { PatchError } from '../errors.ts'
import type { Prompt } from '../tokenize/tokenizer.ts'

/** An OpenAI-compatible server: OpenAI's own, llama.cpp, vLLM, Ollama and others. */
export interface EndpointOptions {
  /** Up to and with the version, such as `http://localhost:8080/v1`. */
  readonly baseURL: string
  /** The model's name on that server. */
  readonly model: string
  /** Sent as bearer token. No key is taken from the environment, so none goes to a server it is not meant for. */
  readonly apiKey?: string
  /** Requests under way at once. Default 8. */
  readonly concurrency?: number
  /** How often a request is sent again after a connection error, 408, 409, 429 or 5xx. Default 2. */
  readonly maxRetries?: number
  /** Milliseconds one attempt may take. Default 60 000. */
  readonly timeout?: number
  /** Allows use in a web page, where the key is open to whoever uses the page. Default false. */
  readonly allowBrowser?: boolean
  /** What sends the requests. Default: the platform's own; in Node, that with the proxies of the environment. */
  readonly fetch?: typeof fetch
  /** Fields of the request body set besides or instead; `undefined` leaves one out. */
  readonly body?: Readonly<Record<string, unknown>>
}

export interface Endpoint {
  /** For recipes: address and model. */
  readonly name: string
  readonly concurrency: number
  /**
   * Answers a conversation, or continues a text. `undefined` where the server withheld the answer.
   *
   * @throws `UNREACHABLE`, naming address and status; `MALFORMED` for what is no completion; `ABORTED`.
   */
  complete(
    prompt: Prompt,
    sampling: { readonly maxTokens: number; readonly temperature: number; readonly seed?: number },
    signal?: AbortSignal,
  ): Promise<string | undefined>
}

/**
 * The client library is loaded with the first request, so that nothing else ever bundles or pays for it.
 *
 * @throws `INVALID_ARGUMENT` for an address that is none, or that holds credentials or a query.
 */
export function openEndpoint({ concurrency = 8, body = {}, ...options }: EndpointOptions): Endpoint {
  const baseURL = checkedAddress(options.baseURL)
  let client: Promise<OpenAI> | undefined
  return {
    name: `endpoint:${baseURL}#${options.model}`,
    concurrency,
    async complete(prompt, { maxTokens, temperature, seed }, signal) {
      const path = typeof prompt === 'string' ? '/completions' : '/chat/completions'
      const request = {
        model: options.model,
        ...(typeof prompt === 'string' ? { prompt } : { messages: prompt }),
        max_tokens: maxTokens,
        temperature,
        ...(seed === undefined ? {} : { seed }),
        ...body,
      }
      try {
        client ??= connect(baseURL, options)
        const answer = await (await client).post<unknown>(path, { body: request, signal: signal ?? null })
        return readCompletion(answer, baseURL + path)
      } catch (cause) {
        throw await endpointError(cause, baseURL + path)
      }
    },
  }
}

/** Addresses go into recipes and messages, so they must not carry secrets. */
function checkedAddress(baseURL: string): string {
  const url = URL.canParse(baseURL) ? new URL(baseURL) : undefined
  const plain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search
  if (plain) return url.href.replace(/\/+$/, '')
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a baseURL of http or https without credentials or query',
    found: url ? `${url.protocol}//${url.host} with more` : JSON.stringify(baseURL),
    remedy: 'Give an address such as http://localhost:8080/v1, and the key as apiKey',
  })
}

async function connect(baseURL: string, options: Omit<EndpointOptions, 'body'>): Promise<OpenAI> {
  const { OpenAI } = await import('openai')
  return new OpenAI({
    baseURL,
    apiKey: options.apiKey ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    maxRetries: options.maxRetries ?? 2,
    timeout: options.timeout ?? 60_000,
    dangerouslyAllowBrowser: options.allowBrowser ?? false,
    ...(options.fetch && { fetch: options.fetch }),
  })
}

interface Choice {
  readonly text?: string
  readonly message?: { readonly content?: string | null; readonly refusal?: string | null }
}

function readCompletion(answer: unknown, url: string): string | undefined {
  const choice = (answer as { choices?: readonly Choice[] } | null)?.choices?.[0]
  if (choice) return choice.text ?? choice.message?.content ?? choice.message?.refusal ?? undefined
  throw new PatchError('MALFORMED', {
    expected: `a completion with at least one choice from ${url}`,
    found: JSON.stringify(answer)?.slice(0, 200) ?? 'nothing',
    remedy: 'Check that the address is that of an OpenAI-compatible server',
  })
}

async function endpointError(cause: unknown, url: string): Promise<PatchError> {
  if (cause instanceof PatchError) return cause
  const { APIError, APIUserAbortError } = await import('openai')
  if (cause instanceof APIUserAbortError) {
    return new PatchError('ABORTED', {
      expected: `an answer from ${url}`,
      found: 'that the AbortSignal fired',
      remedy: 'What was written before is kept; run it again to go on from there',
      cause,
    })
  }
  const status = cause instanceof APIError && cause.status !== undefined ? `status ${cause.status}: ` : ''
  return new PatchError('UNREACHABLE', {
    expected: `an answer from ${url}`,
    found: `${status}${(cause as Error).message}`,
    remedy: 'Check the address, the model name, the key and that the server runs, then run it again',
    cause,
  })
}
