import type { ServedPatches } from '../patches/served-patches.ts'
import type { ServedStack, StackEntry } from '../patches/served-stack.ts'
import { ApiError, badField } from './api-error.ts'

export interface PatchChoice {
  readonly model: string
  readonly patches?: readonly StackEntry[] | undefined
  /** Who asks; a canary chooses the side by it. */
  readonly user?: string | undefined
}

/**
 * The stack of a request: from its `patches`, or from its model name, as in `smollm2+harmfulness@1.2`; otherwise the default
 * stack, or that of a canary.
 *
 * @param names the model's names
 * @throws ApiError 404 for another model; PatchError `NOT_FOUND` for a patch that is not served
 */
export function chooseStack(
  served: ServedPatches,
  names: readonly string[],
  { model, patches, user }: PatchChoice,
): ServedStack {
  const named = patchesInName(names, model)
  if (named.length > 0 && patches !== undefined) {
    throw badField('patches', "Name patches either in 'model' or in 'patches', not in both", 'invalid_value')
  }
  if (patches !== undefined) return served.stackOf(patches)
  return named.length > 0 ? served.stackOf(named) : served.stackFor(user)
}

/** The patches after the model's name, each after a plus. */
export function patchesInName(names: readonly string[], model: string): string[] {
  if (names.includes(model)) return []
  const own = names.filter((name) => model.startsWith(`${name}+`)).sort((a, b) => b.length - a.length)[0]
  const patches = own === undefined ? [] : model.slice(own.length + 1).split('+')
  if (patches.length > 0 && patches.every((patch) => patch !== '')) return patches
  throw new ApiError(404, {
    message: `The model '${model}' does not exist; this server has ${names.join(', ')}, with patches as in ${names[0]}+NAME@VERSION`,
    param: 'model',
    code: 'model_not_found',
  })
}
