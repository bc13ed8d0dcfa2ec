/** Middleware that records, for each call, which patches its answer was made with and how it ended. */

import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4Middleware,
  LanguageModelV4Prompt,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from '@ai-sdk/provider'
import { providerName } from './call-options.ts'
import type { AppliedPatch } from './patch-stacks.ts'

/** The record of a call. */
export interface PatchAudit {
  readonly modelId: string
  readonly type: 'generate' | 'stream'
  readonly begunAt: Date
  readonly milliseconds: number
  /** `cancelled`: the reader cancelled the stream, or the call's signal fired. */
  readonly outcome: 'answered' | 'failed' | 'cancelled'
  /** The patches of the answer; undefined if the answer did not finish or the model belongs to another provider. */
  readonly patches: readonly AppliedPatch[] | undefined
  readonly finishReason: LanguageModelV4FinishReason['unified'] | undefined
  readonly usage: LanguageModelV4Usage | undefined
  /** The error that a failed call threw. */
  readonly error?: unknown
  /** Only with `texts`. */
  readonly prompt?: LanguageModelV4Prompt
  /** Only with `texts`. For a call that did not finish, the text received so far. */
  readonly response?: string
}

export interface AuditOptions {
  /** Whether to record prompts and responses too. Default false, because they may be private. */
  readonly texts?: boolean
}

type Ending = Partial<Pick<PatchAudit, 'patches' | 'finishReason' | 'usage' | 'error'>>

/**
 * Middleware for `wrapLanguageModel` that records each call once, when it ends.
 *
 * @param record if it throws, the call throws the same error
 */
export function auditMiddleware(
  record: (audit: PatchAudit) => void | PromiseLike<void>,
  { texts = false }: AuditOptions = {},
): LanguageModelV4Middleware {
  const begin = (
    type: PatchAudit['type'],
    modelId: string,
    { prompt, abortSignal }: LanguageModelV4CallOptions,
  ) => {
    const begunAt = new Date()
    const start = performance.now()
    let recorded = false
    return async (outcome: PatchAudit['outcome'], response: string, ending: Ending = {}) => {
      if (recorded) return
      recorded = true
      await record({
        ...{ modelId, type, begunAt, milliseconds: performance.now() - start },
        ...{ patches: undefined, finishReason: undefined, usage: undefined },
        ...ending,
        outcome: outcome === 'failed' && abortSignal?.aborted ? 'cancelled' : outcome,
        ...(texts && { prompt, response }),
      })
    }
  }

  return {
    specificationVersion: 'v4',

    async wrapGenerate({ doGenerate, params, model: { modelId } }) {
      const end = begin('generate', modelId, params)
      const result = await failing(doGenerate, (error) => end('failed', '', { error }))
      const { content, finishReason, usage, providerMetadata } = result
      const response = content.map((part) => (part.type === 'text' ? part.text : '')).join('')
      await end('answered', response, endingOf({ finishReason, usage, providerMetadata }))
      return result
    },

    async wrapStream({ doStream, params, model: { modelId } }) {
      const end = begin('stream', modelId, params)
      const { stream, ...rest } = await failing(doStream, (error) => end('failed', '', { error }))
      const reader = stream.getReader()
      let response = ''
      let failure: { readonly error: unknown } | undefined
      const watched = new ReadableStream<LanguageModelV4StreamPart>({
        async pull(controller) {
          const { done, value } = await failing(
            () => reader.read(),
            (error) => end('failed', response, { error }),
          )
          if (done) return controller.close()
          if (value.type === 'text-delta') response += value.delta
          if (value.type === 'error') failure = { error: value.error }
          if (value.type === 'finish') {
            await end(failure ? 'failed' : 'answered', response, { ...endingOf(value), ...failure })
          }
          controller.enqueue(value)
        },
        async cancel(reason) {
          await reader.cancel(reason)
          await end('cancelled', response)
        },
      })
      return { ...rest, stream: watched }
    },
  }
}

async function failing<Value>(
  run: () => PromiseLike<Value>,
  failed: (error: unknown) => Promise<void>,
): Promise<Value> {
  try {
    return await run()
  } catch (error) {
    await failed(error)
    throw error
  }
}

interface Ended {
  readonly finishReason: LanguageModelV4FinishReason
  readonly usage: LanguageModelV4Usage
  readonly providerMetadata?: SharedV4ProviderMetadata | undefined
}

const endingOf = ({ finishReason, usage, providerMetadata }: Ended): Ending => ({
  ...{ finishReason: finishReason.unified, usage },
  patches: providerMetadata?.[providerName]?.patches as readonly AppliedPatch[] | undefined,
})
