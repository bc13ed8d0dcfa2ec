/** An AI SDK language model that answers through an engine, which decodes concurrent calls together. */

import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
  SharedV4Warning,
} from '@ai-sdk/provider'
import type { Engine, EngineEnd, EngineEvent } from '@policypatch/core/engine'
import { providerName, readCallOptions } from './call-options.ts'
import type { PatchEntry, PatchStack, PatchStacks } from './patch-stacks.ts'
import { readCall } from './read-call.ts'

/** An engine and the patch stacks of its model. */
export interface EngineWithPatches {
  readonly engine: Engine
  readonly stacks: PatchStacks
}

/** Defaults for a model's calls, which each call can override. */
export interface PatchedModelSettings {
  /**
   * Patches to apply together: names or places as `readPatch` takes them, with or without weights, or patches already read. `[]`
   * applies none. Default: the prefix that the model has, if any.
   */
  readonly patches?: readonly PatchEntry[] | undefined
  /** Milliseconds that a call may wait for its first token before it fails with `DEADLINE_EXCEEDED`. Default: no limit. */
  readonly queueTimeout?: number | undefined
}

/** A call that the engine has accepted. */
interface Begun {
  readonly events: AsyncIterable<EngineEvent>
  readonly warnings: SharedV4Warning[]
  readonly providerMetadata: SharedV4ProviderMetadata
}

/** @param open loads the model on the first call */
export function patchedLanguageModel(
  modelId: string,
  open: () => Promise<EngineWithPatches>,
  settings: PatchedModelSettings,
): LanguageModelV4 {
  const begin = async (
    options: LanguageModelV4CallOptions,
    signal: AbortSignal | undefined,
  ): Promise<Begun> => {
    const { patches, queueTimeout } = { ...settings, ...readCallOptions(options.providerOptions) }
    const { engine, stacks } = await untilAborted(open(), signal)
    const { request, warnings } = readCall(options, engine.model.config.maxPositions)
    const stack = await untilAborted(stacks.open(patches), signal)
    return {
      events: engine.submit({ ...request, prefix: stack.prefix, queueTimeout, signal }),
      ...{ warnings, providerMetadata: metadataOf(stack, request.temperature ? request.seed : undefined) },
    }
  }

  return {
    specificationVersion: 'v4',
    provider: providerName,
    modelId,
    // Files are not supported, so no URLs are either.
    supportedUrls: {},

    async doGenerate(options) {
      const { events, warnings, providerMetadata } = await begin(options, options.abortSignal)
      let text = ''
      let end: EngineEnd | undefined
      try {
        for await (const event of events) {
          text += event.text
          if (event.type === 'end') end = event
        }
      } catch (error) {
        options.abortSignal?.throwIfAborted()
        throw error
      }
      return {
        content: [{ type: 'text', text }],
        ...{ finishReason: finishReasonOf(end), usage: usageOf(end), warnings, providerMetadata },
        response: { modelId },
      }
    },

    async doStream(options) {
      const cancelled = new AbortController()
      const signals = [cancelled.signal, ...(options.abortSignal ? [options.abortSignal] : [])]
      const begun = await begin(options, AbortSignal.any(signals))
      const parts = partsOf(begun, modelId, options)
      return {
        stream: new ReadableStream<LanguageModelV4StreamPart>({
          async pull(controller) {
            const { done, value } = await parts.next()
            if (done) controller.close()
            else controller.enqueue(value)
          },
          // Cancelling the stream ends the request, even if nothing was read.
          cancel: () => cancelled.abort(),
        }),
      }
    },
  }
}

async function* partsOf(
  { events, warnings, providerMetadata }: Begun,
  modelId: string,
  { abortSignal, includeRawChunks }: LanguageModelV4CallOptions,
): AsyncGenerator<LanguageModelV4StreamPart> {
  const id = 'text'
  yield { type: 'stream-start', warnings }
  yield { type: 'response-metadata', modelId }
  yield { type: 'text-start', id }
  let end: EngineEnd | undefined
  try {
    for await (const event of events) {
      if (includeRawChunks) yield { type: 'raw', rawValue: event }
      if (event.text !== '') yield { type: 'text-delta', id, delta: event.text }
      if (event.type === 'end') end = event
    }
  } catch (error) {
    abortSignal?.throwIfAborted()
    yield { type: 'error', error }
  }
  yield { type: 'text-end', id }
  yield { type: 'finish', finishReason: finishReasonOf(end), usage: usageOf(end), providerMetadata }
}

const finishReasonOf = (end: EngineEnd | undefined): LanguageModelV4FinishReason =>
  end ? { unified: end.finishReason, raw: end.finishReason } : { unified: 'error', raw: undefined }

function usageOf(end: EngineEnd | undefined): LanguageModelV4Usage {
  const { promptTokens, cachedTokens, completionTokens } = end ?? {}
  const noCache = end && end.promptTokens - end.cachedTokens
  return {
    inputTokens: { total: promptTokens, noCache, cacheRead: cachedTokens, cacheWrite: undefined },
    outputTokens: { total: completionTokens, text: completionTokens, reasoning: undefined },
  }
}

const metadataOf = (
  { patches, ownPrefix }: PatchStack,
  seed: number | undefined,
): SharedV4ProviderMetadata => ({
  [providerName]: { patches: [...patches], ownPrefix, ...(seed !== undefined && { seed }) },
})

/** Stops waiting when the signal fires, without stopping the shared work. Rejects with the signal's reason. */
async function untilAborted<Value>(shared: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return shared
  signal.throwIfAborted()
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([shared, aborted])
  } finally {
    if (stop) signal.removeEventListener('abort', stop)
  }
}
