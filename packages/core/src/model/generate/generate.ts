/**
 * Generation: prompts are prefilled (prefill), then each row is extended by the token chosen for it (sample), many rows at a
 * time. A row that ends makes room for the next prompt.
 */

import { PatchError, refuseOptions, throwIfAborted } from '../../errors.ts'
import { headReader, keptContext, type TokenizedRequest } from '../extend/shared-context.ts'
import { openGates } from '../gate/open-gates.ts'
import type { GenerateOptions } from '../language-model/language-model.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { spanOf } from '../language-model/prefix.ts'
import { createBatch, type GenerationEvent } from './batch.ts'
import { type BatchRequest, type Contexts, draftKey, type Sampler } from './prefill.ts'

/** Number of steps for which rearranging the weights pays off, assuming that no response ends early. */
const MANY_STEPS = 32

/** Generates responses to a list of prompts, `batchSize` at a time. Gates decide first. */
export async function* generateTokens(
  core: ModelCore,
  given: readonly TokenizedRequest[],
  options: GenerateOptions = {},
): AsyncGenerator<GenerationEvent> {
  const settings = checkOptions(options)
  for (const request of given) checkLength(core, request)
  const { batchSize, signal } = settings
  const opened = await openGates(core, given, { batchSize, signal })
  // Not loaded for greedy generation.
  const { sampler } = settings.temperature > 0 ? await import('./sampler.ts') : {}
  const requests = opened.map((request) => toBatchRequest(core, request, settings, sampler))
  const { drafts } = settings
  const known = drafts && (await import('./known-answers.ts'))
  const keep = drafts && known?.keepAnswers(core, drafts)
  const unknown: BatchRequest[] = []
  for (const request of requests) {
    const events = known?.knownEvents(core, request)
    if (events) yield* events
    else unknown.push(request)
  }
  const batch = createBatch(core, {
    slots: Math.min(batchSize, unknown.length),
    contexts: headContexts(core),
    often: settings.maxTokens * Math.ceil(unknown.length / batchSize) >= MANY_STEPS,
    live: false,
  })
  // Prompts of similar length are prefilled together to reduce padding.
  batch.add(unknown.sort((a, b) => b.tokens.length - a.tokens.length || a.index - b.index))
  while (batch.running + batch.waiting > 0) {
    throwIfAborted(signal, 'generation')
    for (const event of await batch.step()) {
      keep?.(requests[event.index] as BatchRequest, event)
      yield event
    }
  }
}

/** Caches the heads of chats. */
function headContexts(core: ModelCore): Contexts {
  const headOf = headReader(core.tokenizer)
  return {
    async find(requests) {
      const found = []
      for (const request of requests) {
        const head = request.tokens.slice(0, headOf(request))
        found.push(await keptContext(core, request.prefix, head))
      }
      return found
    },
  }
}

/** A request with everything that determines its response. */
export function toBatchRequest(
  { tokenizer }: ModelCore,
  request: TokenizedRequest,
  { maxTokens, temperature, topK, topP, seed, stopTokens, drafts }: Settings,
  sampler: Sampler | undefined,
): BatchRequest {
  return {
    ...request,
    maxTokens,
    sampling: sampler && temperature > 0 ? { temperature, topK, topP, sampler } : undefined,
    seed: request.seed ?? seed + request.index * 2 ** 32,
    stops: new Set([...tokenizer.eosTokenIds, ...stopTokens]),
    draft: drafts?.get(draftKey(request)),
  }
}

/** Options of generation, with defaults filled in. */
export type Settings = Pick<GenerateOptions, 'signal' | 'drafts'> & {
  readonly [Name in Exclude<keyof GenerateOptions, 'signal' | 'drafts'>]-?: NonNullable<GenerateOptions[Name]>
}

/** @throws `INVALID_ARGUMENT` for values out of range */
export function checkOptions(options: GenerateOptions): Settings {
  const {
    maxTokens = 128,
    batchSize = 16,
    temperature = 0,
    topK = 0,
    topP = 1,
    seed = 0,
    stopTokens = [],
  } = options
  refuseOptions(
    [
      !(Number.isInteger(maxTokens) && maxTokens > 0) && `maxTokens ${maxTokens}`,
      !(Number.isInteger(batchSize) && batchSize > 0) && `batchSize ${batchSize}`,
      !(Number.isFinite(temperature) && temperature >= 0) && `temperature ${temperature}`,
      !(Number.isInteger(topK) && topK >= 0) && `topK ${topK}`,
      !(topP > 0 && topP <= 1) && `topP ${topP}`,
    ],
    'maxTokens and batchSize of at least 1, temperature and topK of at least 0, topP in (0, 1]',
  )
  const { signal, drafts } = options
  return { maxTokens, batchSize, temperature, topK, topP, seed, stopTokens, signal, drafts }
}

/** @throws `INVALID_ARGUMENT` for an empty prompt, `CONTEXT_EXCEEDED` for one that leaves no room for a response */
export function checkLength({ config }: ModelCore, { tokens, prefix, index }: TokenizedRequest): void {
  const before = spanOf(prefix)
  if (tokens.length === 0) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'prompts of at least one token',
      found: `that prompt ${index} has none`,
      remedy: 'Add some text',
    })
  }
  if (before + tokens.length < config.maxPositions) return
  throw new PatchError('CONTEXT_EXCEEDED', {
    expected: `a prompt that leaves room in the context of ${config.maxPositions} tokens`,
    found: `${tokens.length} tokens after a prefix of ${before} in prompt ${index}`,
    remedy: 'Shorten the prompt',
  })
}
