import { type LanguageModel, PatchError } from '@policypatch/core'
import type { Engine, EngineEvent, EngineRequest } from '@policypatch/core/engine'

export interface StandInEngine extends Engine {
  /** What was submitted. */
  readonly requests: EngineRequest[]
  /** Answers that were read to their end, and those whose readers left. */
  readonly ended: string[]
}

export interface StandInOptions {
  /** What is answered. Default: `answer`, and the length of the prefix behind it. */
  readonly answer?: (request: EngineRequest) => string
  /** Awaited before each token. */
  readonly beforeToken?: (request: EngineRequest, index: number) => Promise<void> | undefined
  /** Thrown by `submit`. */
  readonly refuse?: (request: EngineRequest) => Error | undefined
}

/**
 * An engine whose answers are known: a token for each character. Its interface's promises are kept: it refuses at once what it refuses, ends
 * an answer whose signal fires, and waits for its answers when it is closed.
 */
export function standInEngine(model: LanguageModel, options: StandInOptions = {}): StandInEngine {
  const { answer = ({ prefix }) => `answer${prefix?.length ?? 0}`, beforeToken, refuse } = options
  const requests: EngineRequest[] = []
  const ended: string[] = []
  let running = 0
  let closed = false
  const aborts = new Set<AbortController>()

  async function* events(request: EngineRequest, own: AbortController): AsyncGenerator<EngineEvent> {
    const { signal, maxTokens = 128, topLogProbabilities: k } = request
    const all = [...answer(request)]
    const text = all.slice(0, maxTokens)
    let outcome = 'left'
    try {
      for (const [index, character] of text.entries()) {
        await beforeToken?.(request, index)
        if (signal?.aborted) throw aborted()
        if (own.signal.aborted) throw closing()
        const [token = 0] = model.tokenizer.encode(character, { addSpecialTokens: false })
        const top = [{ token, logProbability: -0.5 }]
        yield {
          ...{ type: 'token', token, text: character },
          ...(k !== undefined && { logProbability: -0.5, top: top.slice(0, k) }),
        }
      }
      outcome = 'end'
      yield {
        ...{ type: 'end', text: '', finishReason: text.length < all.length ? 'length' : 'stop' },
        ...{ promptTokens: 10, cachedTokens: 4, completionTokens: text.length },
      }
    } catch (error) {
      outcome = (error as PatchError).code
      throw error
    } finally {
      running--
      aborts.delete(own)
      ended.push(outcome)
    }
  }

  return {
    ...{ model, requests, ended },
    submit(request) {
      if (closed) throw closing()
      const error = refuse?.(request)
      if (error) throw error
      model.tokenizer.encodePrompt(request.prompt)
      requests.push(request)
      running++
      const own = new AbortController()
      aborts.add(own)
      return events(request, own)
    },
    status: () => ({
      ...{ running, waiting: 0, promptTokens: 0, cachedTokens: 0, completionTokens: 0 },
      promptCacheBytes: 0,
    }),
    async close({ abort = false } = {}) {
      closed = true
      if (abort) for (const one of aborts) one.abort()
      while (running > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    },
  }
}

const aborted = () =>
  new PatchError('ABORTED', { expected: 'an answer to end', found: 'its signal', remedy: 'Ask again' })

const closing = () =>
  new PatchError('CLOSED', { expected: 'an open engine', found: 'one that closes', remedy: 'Ask another' })
