/**
 * Many requests on one model. A submitted request waits in a queue until its gates are evaluated (model/gate) and it joins
 * the running batch (model/generate). Keys and values of prompt beginnings are cached (prompt-cache, prompt-contexts), and
 * tokens become the events of each answer (answer).
 */

import { PatchError, refuseOptions } from '../errors.ts'
import type { TokenizedRequest } from '../model/extend/shared-context.ts'
import { checkPrefix } from '../model/gate/gate.ts'
import { openGates } from '../model/gate/open-gates.ts'
import { createBatch, type GenerationEvent } from '../model/generate/batch.ts'
import { checkLength, checkOptions, toBatchRequest } from '../model/generate/generate.ts'
import { sampler } from '../model/generate/sampler.ts'
import type { LanguageModel } from '../model/language-model/language-model.ts'
import { coreOf, type ModelCore } from '../model/language-model/model-core.ts'
import { nextTurn } from '../next-turn.ts'
import { type Answer, createAnswer } from './answer.ts'
import type { Engine, EngineOptions, EngineRequest } from './engine.ts'
import { createPromptCache } from './prompt-cache.ts'
import { promptContexts } from './prompt-contexts.ts'

const DEFAULT_PROMPT_CACHE_BYTES = 512 * 2 ** 20

/**
 * Creates an engine for a model: continuous batching, automatic prefix caching, a bounded queue. An answer does not depend on
 * what runs beside it, but keys and values cached from earlier requests may differ in their last bits from those that it
 * would have computed.
 *
 * @throws PatchError `INVALID_ARGUMENT` for options out of range
 */
export function createEngine(model: LanguageModel, options: EngineOptions = {}): Engine {
  const { batchSize, queueLimit, promptCacheBytes } = checkEngineOptions(options)
  const core = coreOf(model)
  const prompts = createPromptCache(promptCacheBytes)
  /** Waiting answers, in order of arrival. */
  const queue: Answer[] = []
  /** Waiting and running answers, by request index. */
  const answers = new Map<number, Answer>()
  const counts = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 }
  const contexts = promptContexts(core, prompts, ({ index, tokens }, cachedTokens) => {
    counts.promptTokens += tokens.length
    counts.cachedTokens += cachedTokens
    answers.get(index)?.found(cachedTokens)
  })
  const newBatch = () => createBatch(core, { slots: batchSize, contexts, often: true, live: true })
  let batch = newBatch()
  let submitted = 0
  let closed = false
  let running: Promise<void> | undefined

  const drop = (answer: Answer) => {
    answers.delete(answer.request.index)
    batch.cancel(answer.request.index)
    const place = queue.indexOf(answer)
    if (place >= 0) queue.splice(place, 1)
  }

  /** Moves waiting requests to the batch, in order of arrival, as far as it has room. */
  const admit = async () => {
    const room = batchSize - batch.running - batch.waiting
    const some = queue.slice(0, Math.max(0, room))
    if (some.length === 0) return
    const opened = await openGates(
      core,
      some.map(({ request }) => request),
      { batchSize },
    )
    const still = opened.filter(({ index }) => answers.has(index))
    queue.splice(0, queue.length, ...queue.filter((answer) => !some.includes(answer)))
    batch.add(still)
  }

  const deliver = (event: GenerationEvent) => {
    const answer = answers.get(event.index)
    if (!answer) return
    if (event.type === 'token') counts.completionTokens++
    const ended = event.type === 'token' ? answer.push(event.token) : answer.end(event.finishReason)
    if (ended) drop(answer)
  }

  const run = async () => {
    while (answers.size > 0) {
      try {
        await admit()
        for (const event of await batch.step()) deliver(event)
      } catch (error) {
        // The state of the batch after a failed step is unknown, so all waiting and running requests end with the error.
        for (const answer of [...answers.values()]) {
          answers.delete(answer.request.index)
          answer.fail(error)
        }
        queue.length = 0
        batch = newBatch()
      }
      // A backend may compute on this thread.
      await nextTurn()
    }
  }

  const start = () => {
    running ??= run().finally(() => {
      running = undefined
      if (answers.size > 0) start()
    })
  }

  return {
    model,
    submit(request) {
      if (closed) throw closedError()
      if (answers.size >= batchSize + queueLimit) throw fullError(queueLimit)
      const answer = createAnswer(core.tokenizer, request, toRequest(core, model, request, submitted++), drop)
      answers.set(answer.request.index, answer)
      queue.push(answer)
      start()
      return answer.events
    },
    status: () => ({
      running: batch.running,
      waiting: answers.size - batch.running,
      ...counts,
      promptCacheBytes: prompts.bytes,
    }),
    async close({ abort = false } = {}) {
      closed = true
      if (abort) {
        for (const answer of [...answers.values()]) {
          drop(answer)
          answer.fail(closedError())
        }
      }
      while (running) await running
      prompts.clear()
    },
  }
}

/** Checks and tokenizes a request, and resolves how its response is generated. */
function toRequest(core: ModelCore, model: LanguageModel, request: EngineRequest, index: number) {
  const { prompt, prefix, maxTokens, temperature, topK, topP, seed = 0, stopTokens } = request
  const settings = checkOptions({ maxTokens, temperature, topK, topP, seed, stopTokens })
  if (prefix) checkPrefix(core.config, prefix)
  const tokenized: TokenizedRequest = {
    ...{ index, prompt, seed },
    tokens: core.tokenizer.encodePrompt(prompt),
    prefix: prefix === null ? undefined : (prefix ?? model.prefix),
  }
  checkLength(core, tokenized)
  return toBatchRequest(core, tokenized, settings, sampler)
}

function checkEngineOptions(options: EngineOptions) {
  const { batchSize = 16, queueLimit = 256, promptCacheBytes = DEFAULT_PROMPT_CACHE_BYTES } = options
  refuseOptions(
    [
      !(Number.isInteger(batchSize) && batchSize > 0) && `batchSize ${batchSize}`,
      !(Number.isInteger(queueLimit) && queueLimit > 0) && `queueLimit ${queueLimit}`,
      !(promptCacheBytes >= 0) && `promptCacheBytes ${promptCacheBytes}`,
    ],
    'batchSize and queueLimit of at least 1, promptCacheBytes of at least 0',
  )
  return { batchSize, queueLimit, promptCacheBytes }
}

const closedError = () =>
  new PatchError('CLOSED', {
    expected: 'an engine that takes requests',
    found: 'one that is closing',
    remedy: 'Send the request to another one, or later',
  })

const fullError = (limit: number) =>
  new PatchError('QUEUE_FULL', {
    expected: `fewer than ${limit} waiting requests`,
    found: 'as many',
    remedy: 'Try again later, or set a larger queueLimit',
  })
