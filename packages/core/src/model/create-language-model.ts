/**
 * Builds a model from its parts and routes requests: each gets its tokens and its prefix, gates decide whether the prefix applies
 * (gate/), then generation (generate/), scoring (score/) or hidden states take over.
 */

import {
  type Backend,
  expandWeight,
  type NamedWeights,
  type Precision,
  type Weight,
} from '../backend/backend.ts'
import { createIncrementalDecoder } from '../tokenize/incremental-decoder.ts'
import type { Prompt, Tokenizer } from '../tokenize/tokenizer.ts'
import type { Architecture } from './decoder/architectures/architecture.ts'
import type { ModelConfig } from './decoder/config/model-config.ts'
import { programScope } from './decoder/program-scope.ts'
import type { TokenizedRequest } from './extend/shared-context.ts'
import { readerOf } from './gate/asked-request.ts'
import { checkPrefix } from './gate/gate.ts'
import { hiddenStates } from './gate/hidden-states.ts'
import { openGates } from './gate/open-gates.ts'
import { generateTokens } from './generate/generate.ts'
import type {
  CandidateRequest,
  GenerateRequest,
  Generation,
  LanguageModel,
  Prefix,
  ScoreRequest,
} from './language-model/language-model.ts'
import { type ModelCore, withCore } from './language-model/model-core.ts'
import { createPrefixCache } from './language-model/prefix-cache.ts'
import { createProgramCache } from './language-model/program-cache.ts'
import { weightsFingerprint } from './language-model/weights-fingerprint.ts'
import { type CandidateExample, candidateTokens, ownTokens, topTokens } from './score/readouts.ts'
import { responseTokens } from './score/row-layout.ts'
import { scoreExamples } from './score/score.ts'

/** The parts of a model. */
export interface ModelParts {
  readonly id: string
  readonly architecture: Architecture
  readonly config: ModelConfig
  readonly tokenizer: Tokenizer
  readonly weights: NamedWeights
  readonly backend: Backend
  /** Default `float32`. */
  readonly precision?: Precision | undefined
  /** Maximum size of the cached keys and values of applied prefixes, in bytes. Default 256 MiB. */
  readonly prefixCacheBytes?: number | undefined
  /** Whether the model's `dispose` also frees the backend, because it was created for this model alone. Default false. */
  readonly ownsBackend?: boolean
  /** SHA-256 (hex) of the files that the weights came from. */
  readonly weightsDigest?: string | undefined
}

/** Builds a model from its parts; `loadModel` reads them from files. */
export async function createLanguageModel(parts: ModelParts): Promise<LanguageModel> {
  const {
    id,
    architecture,
    config,
    tokenizer,
    weights,
    backend,
    precision = 'float32',
    weightsDigest,
  } = parts
  const norms = architecture.weightSpecs(config).filter(({ kind }) => kind === 'norm')
  const core: ModelCore = {
    ...{ id, architecture, config, tokenizer, weights, backend, precision, weightsDigest },
    ownsBackend: parts.ownsBackend ?? false,
    weightsFingerprint: await weightsFingerprint(
      norms.map(({ name, offset = 0 }) => {
        const { data } = expandWeight(weights[name] as Weight)
        return [
          name,
          offset === 0 ? (data as Float32Array) : (data as Float32Array).map((one) => one + offset),
        ]
      }),
    ),
    programs: createProgramCache(backend, { scope: programScope(parts) }),
    residentPrograms: createProgramCache(backend, { scope: programScope(parts), capacity: 2 }),
    prefixes: createPrefixCache(parts.prefixCacheBytes),
  }
  return modelWith(core, undefined)
}

function modelWith(core: ModelCore, prefix: Prefix | undefined): LanguageModel {
  const { id, architecture, config, tokenizer, weights, backend, precision, prefixes } = core
  const { weightsFingerprint, weightsDigest } = core
  if (prefix) checkPrefix(config, prefix)

  const tokenize = (request: GenerateRequest | Prompt, index: number): TokenizedRequest => {
    const { prompt, prefix: own, seed }: GenerateRequest = isRequest(request) ? request : { prompt: request }
    if (own) checkPrefix(config, own)
    const chosen = own === null ? undefined : (own ?? prefix)
    return {
      index,
      prompt,
      tokens: tokenizer.encodePrompt(prompt),
      prefix: chosen,
      seed,
    }
  }

  const model: LanguageModel = {
    ...{ id, architecture, config, tokenizer, weights, backend, precision, weightsFingerprint },
    ...{ weightsDigest, prefix, prefixes },
    withPrefix: (other) => modelWith(core, other),

    async generate(prompt, options) {
      for await (const generation of model.generateBatch([prompt], options)) return generation
      throw new Error('unreachable: a batch of one yields one')
    },

    async *stream(prompt, options) {
      const decoder = createIncrementalDecoder(tokenizer)
      for await (const event of generateTokens(core, [tokenize(prompt, 0)], options)) {
        const text = event.type === 'token' ? decoder.push(event.token) : decoder.flush()
        if (text) yield text
      }
    },

    async *generateBatch(requests, options) {
      const tokens = requests.map((): number[] => [])
      for await (const event of generateTokens(core, requests.map(tokenize), options)) {
        const own = tokens[event.index] as number[]
        if (event.type === 'token') own.push(event.token)
        else yield finished(tokenizer, event.index, own, event.finishReason)
      }
    },

    score: (requests, options) =>
      byPrefix(core, prefix, requests, (examples, own) =>
        scoreExamples(core, examples, own, ownTokens, options),
      ),
    scoreTop: (requests, k, options) =>
      byPrefix(core, prefix, requests, async (examples, own) =>
        scoreExamples(core, examples, own, topTokens(config, k), options),
      ),
    scoreCandidates: (requests, options) =>
      byPrefix(core, prefix, requests, async (examples, own) =>
        scoreExamples(core, examples, own, candidateTokens(config, examples), options),
      ),
    async hiddenStates(prompts, place, options) {
      const read = prompts.map(readerOf(tokenizer, place.question))
      const found = await hiddenStates(core, read, [place], options)
      return found.map(([reading]) => reading as Float32Array)
    },
    async takesEffect(prompts, options) {
      const requests = prompts.map((prompt) => ({ prompt, prefix }))
      return (await openGates(core, requests, options)).map((request) => request.prefix !== undefined)
    },
    async releasePrograms() {
      await core.programs.dispose()
      await core.residentPrograms.dispose()
    },
    async dispose() {
      await model.releasePrograms()
      prefixes.clear()
      await (core.ownsBackend ? backend.dispose() : backend.release?.(weights))
    },
  }
  return withCore(model, core)
}

/** Whether a value is a request, that is, a prompt with settings of its own. */
export const isRequest = (value: GenerateRequest | Prompt): value is GenerateRequest =>
  typeof value === 'object' && 'prompt' in value

function finished(
  tokenizer: Tokenizer,
  index: number,
  tokens: readonly number[],
  finishReason: Generation['finishReason'],
): Generation {
  return { index, text: tokenizer.decode(tokens), tokens, finishReason }
}

type ReadExamples<Result> = (
  examples: readonly CandidateExample[],
  prefix: Prefix | undefined,
) => Promise<Result[][]>

/** Requests read together. A result does not depend on how many other requests there are. */
export const SCORED_TOGETHER = 64

/** Reads the responses of requests in batches, grouping those with the same prefix. */
async function byPrefix<Result>(
  core: ModelCore,
  own: Prefix | undefined,
  requests: readonly (ScoreRequest | CandidateRequest)[],
  read: ReadExamples<Result>,
): Promise<Result[]> {
  const examples = requests.map((request) => toExample(core.tokenizer, request))
  const gated = requests.map(({ prompt, prefix }) => ({
    prompt,
    prefix: prefix === null ? undefined : (prefix ?? own),
  }))
  for (const chosen of new Set(gated.map(({ prefix }) => prefix)))
    if (chosen) checkPrefix(core.config, chosen)
  const results: Result[] = new Array(requests.length)
  for (let from = 0; from < requests.length; from += SCORED_TOGETHER) {
    const groups = new Map<Prefix | undefined, number[]>()
    const opened = await openGates(core, gated.slice(from, from + SCORED_TOGETHER))
    for (const [i, { prefix }] of opened.entries()) {
      groups.set(prefix, [...(groups.get(prefix) ?? []), from + i])
    }
    for (const [prefix, indices] of groups) {
      const grouped = indices.map((index) => examples[index] as CandidateExample)
      const found = await read(grouped, prefix)
      for (const [i, index] of indices.entries()) results[index] = found[i]?.[0] as Result
    }
  }
  return results
}

function toExample(tokenizer: Tokenizer, request: ScoreRequest | CandidateRequest): CandidateExample {
  return {
    prompt: tokenizer.encodePrompt(request.prompt),
    responses: [responseTokens(tokenizer, request.response)],
    ...('candidates' in request && { candidates: request.candidates }),
  }
}
