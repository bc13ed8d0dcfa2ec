import type { LanguageModelV4CallOptions, LanguageModelV4Middleware } from '@ai-sdk/provider'
import { PatchError } from '@policypatch/core'
import type { StackEntry } from '@policypatch/core/patch'
import { providerName, readCallOptions } from './call-options.ts'

/** A call, before its patches are chosen. */
export interface PatchedCall {
  readonly type: 'generate' | 'stream'
  readonly params: LanguageModelV4CallOptions
  /** The stack that the call asks for; undefined where it leaves it to the model. */
  readonly patches: readonly StackEntry[] | undefined
}

/** The stack of every call, or how it is chosen for each. */
export type PatchChoice =
  | readonly StackEntry[]
  | ((call: PatchedCall) => readonly StackEntry[] | PromiseLike<readonly StackEntry[]>)

/**
 * Middleware for `wrapLanguageModel` that says which patches a call has, in place of the model's and the call's own:
 *
 *     wrapLanguageModel({ model: policypatch(id), middleware: patchMiddleware(['harmfulness']) })
 *
 * @throws in a call: PatchError `INVALID_ARGUMENT` if the model is another provider's, which cannot have patches
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
