import { mapConcurrently } from '../endpoint/map-concurrently.ts'
import { type EndpointOptions, openEndpoint } from '../endpoint/open-endpoint.ts'
import { countEndings } from '../rows/endings.ts'
import { promptSeed } from '../rows/preference-pair.ts'
import { formatPrompt, type PromptFormat, toMessages } from '../rows/prompt-format.ts'
import type { Reference } from './reference.ts'

export interface EndpointReferenceOptions extends EndpointOptions {
  /** Put before every conversation. Default: none. */
  readonly systemPrompt?: string | undefined
  /** Default `chat`; `text` uses the server's completions. */
  readonly format?: PromptFormat | undefined
  /** Default 128. */
  readonly maxTokens?: number | undefined
  /** Default 0. */
  readonly temperature?: number | undefined
  /** Seed for each request, combined with its prompt. Default 0. */
  readonly seed?: number | undefined
  /** Whether the model's thinking is part of the response. Default false. */
  readonly keepThinking?: boolean | undefined
}

/**
 * A reference M' behind an OpenAI-compatible server. A refusal is a response. If a filter withholds the answer, or the limit cuts
 * it off before any text, there is no response, and after the last prompt a notice gives their number.
 *
 * @throws while responding: `UNREACHABLE`; `REQUEST_REFUSED`; `MALFORMED`; `ABORTED`.
 */
export function endpointReference(options: EndpointReferenceOptions): Reference {
  const { systemPrompt, format = 'chat', maxTokens = 128, temperature = 0, seed = 0, ...others } = options
  const { keepThinking = false, ...rest } = others
  const endpoint = openEndpoint(rest)
  return {
    specificationVersion: 'v1',
    name: endpoint.name,
    settings: { systemPrompt, format, maxTokens, temperature, seed, keepThinking, body: rest.body },
    async *respond(prompts, { signal } = {}) {
      const responses = mapConcurrently(
        prompts,
        endpoint.concurrency,
        ({ prompt }, stop) => {
          const asked = systemPrompt
            ? [{ role: 'system', content: systemPrompt }, ...toMessages(prompt)]
            : formatPrompt(prompt, format)
          const sampling = { maxTokens, temperature, seed: promptSeed(seed, prompt), keepThinking }
          return endpoint.complete(asked, sampling, stop)
        },
        signal,
      )
      const counts = countEndings()
      for await (const { index, result } of responses) {
        counts.add(result)
        yield { index, ...result }
      }
      const told = counts.described()
      if (told) rest.onNotice?.(`${endpoint.name}, of ${prompts.length} answers: ${told}`)
    },
  }
}
