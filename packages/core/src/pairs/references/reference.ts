import type {
  CandidateRequest,
  ScoreRequest,
  TopLogProbabilities,
} from '../../model/language-model/language-model.ts'
import { digestOf } from '../../sha256.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import type { Ending } from '../rows/endings.ts'
import type { PatchPrompt } from '../rows/preference-pair.ts'
import type { PromptFormat } from '../rows/prompt-format.ts'

/** A source's response to a prompt. */
export interface SourceResponse {
  /** The prompt's index. */
  readonly index: number
  /** Undefined if the source has no response. */
  readonly response: string | undefined
  readonly ended?: Ending | undefined
}

/** The source of y⁺: the safer model M', of which only outputs are required. */
export interface Reference {
  readonly specificationVersion: 'v1'
  /** For the patch's recipe, such as `model:HuggingFaceTB/…` or `recorded:<sha256>`. */
  readonly name: string
  /** Other values that its responses depend on, such as a system prompt or a temperature, recorded in the recipe. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  /**
   * Other values that its responses depend on and that take time to compute, such as a model's `modelIdentity`. Used only for
   * runs that can be resumed.
   */
  identity?(): Promise<Readonly<Record<string, unknown>>>
  /**
   * Yields a response for each prompt as it comes, in any order, by the prompt's index. A prompt without a response is
   * yielded with `response: undefined`.
   */
  respond(
    prompts: readonly PatchPrompt[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<SourceResponse>
  /** The response to a prompt if it is known without asking, as for recorded ones. */
  known?(prompt: PatchPrompt['prompt']): string | undefined
  /** Σ log M'(y | x) of given responses, in nats: for references with probabilities over the target's tokens. */
  scoreTotals?(requests: readonly ScoreRequest[]): Promise<readonly number[]>
  /** The k most probable tokens at each position of given responses; likewise. */
  scoreTop?(requests: readonly ScoreRequest[], k: number): Promise<TopLogProbabilities[]>
  /** log M' of the candidates at each position of given responses, [tokens, k]; likewise. */
  scoreCandidates?(requests: readonly CandidateRequest[]): Promise<Float32Array[]>
}

/** How to sample one response per prompt: options of `modelReference` and `systemPromptReference`. */
export interface RespondSettings {
  readonly format: PromptFormat
  /** Maximum number of tokens per response. */
  readonly maxTokens: number
  /** 0 is greedy. */
  readonly temperature: number
  /** 1: all. */
  readonly topP: number
  /** 0: all. */
  readonly topK: number
  readonly seed: number
  readonly batchSize?: number | undefined
}

/**
 * Existing responses as a source: `responseTo` returns the one for a prompt's index among `prompts`, and `all` identifies the
 * responses. A resumed run asks only for some of the prompts.
 */
export async function storedResponses(
  all: unknown,
  prompts: readonly PatchPrompt[],
  responseTo: (place: number) => string | undefined,
): Promise<Reference> {
  const places = new Map(prompts.map((prompt, place) => [prompt, place]))
  return {
    specificationVersion: 'v1',
    name: `responses:${await digestOf(all)}`,
    async *respond(asked) {
      for (const [index, prompt] of asked.entries()) {
        const place = places.get(prompt)
        yield { index, response: place === undefined ? undefined : responseTo(place) }
      }
    },
  }
}

/** A reference whose responses are cut to their first tokens, so that they are judged at the same length as others. */
export function firstTokens(reference: Reference, tokenizer: Tokenizer, count: number): Reference {
  const cut = (text: string) => {
    const ids = tokenizer.encode(text, { addSpecialTokens: false })
    return ids.length > count ? tokenizer.decode(ids.slice(0, count)) : text
  }
  return {
    ...reference,
    settings: { ...reference.settings, firstTokens: count },
    async *respond(prompts, options) {
      for await (const said of reference.respond(prompts, options)) {
        yield { ...said, response: said.response === undefined ? undefined : cut(said.response) }
      }
    },
  }
}
