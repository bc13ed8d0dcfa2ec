import type { LanguageModelV4CallOptions, LanguageModelV4Middleware } from '@ai-sdk/provider'
import { PatchError } from '@policypatch/core'
import type { StackEntry } from '@policypatch/core/patch'
import { providerName, readCallOptions } from './call-options.ts'

/** A call, before its patches are chosen. */
export interface PatchedCall {
  readonly type: 'generate' | 'stream'
  readonly params: LanguageModelV4CallOptions
  /** The stack that the call asks for; undefined if it leaves the choice to the model. */
  readonly patches: readonly StackEntry[] | undefined
}

/** The stack for every call, or a function that chooses one per call. */
export type PatchChoice =
  | readonly StackEntry[]
  | ((call: PatchedCall) => readonly StackEntry[] | PromiseLike<readonly StackEntry[]>)

/**
 * Middleware for `wrapLanguageModel` that sets the patches of a call, overriding those of the model and of the call itself:
 *
 *     wrapLanguageModel({ model: policypatch(id), middleware: patchMiddleware(['harmfulness']) })
 *
 * @throws when called: PatchError `INVALID_ARGUMENT` if the model belongs to another provider and so cannot have patches
 */
export const patchMiddleware = (choice: PatchChoice): LanguageModelV4Middleware => ({
  specificationVersion: 'v4',
  async transformParams({ type, params, model }) {
    if (model.provider !== providerName) throw notOurs(model.provider)
    const own = readCallOptions(params.providerOptions)
    const patches =
      typeof choice === 'function' ? await choice({ type, params, patches: own.patches }) : choice
    const options = { ...params.providerOptions?.[providerName], patches: [...patches] }
    return { ...params, providerOptions: { ...params.providerOptions, [providerName]: options } }
  },
})

const notOurs = (provider: string) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: `a model of the provider ${providerName}`,
    found: `one of ${provider}`,
    remedy: 'Wrap a model of createPolicypatch: a patch needs the weights of its model at hand',
  })
