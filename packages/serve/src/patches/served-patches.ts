/**
 * What is served: the patches in memory, the stack of those who name none, how it was changed, and a canary. A request takes its
 * stack when it comes; what is changed afterwards does not touch it, so that no change loses a request.
 */

import { randomUUID } from 'node:crypto'
import { type LanguageModel, type Patch, PatchError } from '@policypatch/core'
import type { Trust } from '@policypatch/core/patch'
import type { AnswerObserver } from '../answer/answer-record.ts'
import { type ArmFigures, type Canary, type CanaryBound, createCanary } from './canary.ts'
import { countAnswers } from './count-answers.ts'
import { patchShelf } from './patch-shelf.ts'
import { type Arm, type ServedStack, type StackEntry, type StackPart, stackLabel } from './served-stack.ts'
import type { ServedState } from './state-file.ts'

/** How a canary stands or ended. */
export interface CanaryStatus {
  readonly id: string
  readonly state: 'running' | 'stopped' | 'promoted' | 'rolled back'
  readonly patches: readonly StackPart[]
  readonly percent: number
  readonly bound: CanaryBound
  readonly startedAt: string
  readonly figures: Readonly<Record<Arm, ArmFigures>>
  /** Why it was rolled back. */
  readonly reason?: string
}

export interface CanaryOptions {
  readonly patches: readonly StackEntry[]
  readonly percent: number
  readonly bound: CanaryBound
}

export interface ServedPatches {
  readonly patches: readonly Patch[]
  /** The stack of requests that name none. */
  readonly defaults: readonly StackPart[]
  /** Those before that can be returned to, the oldest first. */
  readonly earlier: readonly (readonly StackPart[])[]
  /** The canary that runs, or the last one. */
  readonly canary: CanaryStatus | undefined
  /** Counts answers for the canary. */
  readonly observer: AnswerObserver
  add(patch: Patch): void
  get(part: Pick<StackPart, 'name' | 'version'>): Patch | undefined
  /** The stack that a request names. Throws as `PatchShelf.resolve` and `PatchSet.stack`. */
  stackOf(entries: readonly StackEntry[]): ServedStack
  /** The stack of a request that names none. */
  stackFor(user: string | undefined): ServedStack
  setDefaults(entries: readonly StackEntry[]): Promise<void>
  /** Takes the last change of the defaults back; again for the one before. Throws `NOT_FOUND` where none is left. */
  rollback(): Promise<void>
  /** @throws `INVALID_ARGUMENT` where one runs */
  startCanary(options: CanaryOptions): Promise<CanaryStatus>
  /** Ends the canary; with `promote`, its stack becomes the default. Throws `NOT_FOUND` where none runs. */
  endCanary(promote: boolean): Promise<CanaryStatus>
}

export interface ServedPatchesOptions {
  readonly model: LanguageModel
  readonly trust?: Trust | undefined
  readonly patches: readonly Patch[]
  /** The stack to begin with, unless there is a state. */
  readonly defaults?: readonly StackEntry[]
  readonly state?: ServedState | undefined
  /** Keeps what was changed. */
  readonly save?: ((state: ServedState) => Promise<void>) | undefined
  /** Told of what operators should know. */
  readonly onCanary?: ((status: CanaryStatus) => void) | undefined
  readonly onError?: ((error: unknown) => void) | undefined
}

/** Changes of the defaults that can be taken back. */
const REMEMBERED = 50

export function createServedPatches(options: ServedPatchesOptions): ServedPatches {
  const { model, state, save, onCanary, onError } = options
  const shelf = patchShelf(model, options.trust)
  for (const patch of options.patches) shelf.add(patch)
  let defaults = shelf.resolve(state?.defaults ?? options.defaults ?? [])
  shelf.prefix(defaults)
  let earlier: readonly (readonly StackPart[])[] = state?.earlier ?? []
  let canary: Canary | undefined = state?.canary && createCanary(state.canary)
  if (canary) shelf.prefix(canary.plan.parts)
  let ended: CanaryStatus | undefined

  const keep = async () => save?.({ defaults, earlier, ...(canary && { canary: canary.plan }) })

  const statusOf = (one: Canary, state: CanaryStatus['state'], reason?: string): CanaryStatus => ({
    ...{ id: one.plan.id, state, patches: one.plan.parts, percent: one.plan.percent, bound: one.plan.bound },
    ...{ startedAt: one.startedAt, figures: one.figures(), ...(reason !== undefined && { reason }) },
  })

  /** What is not there, or does not go together, is found before anything is changed. */
  const change = async (parts: readonly StackPart[], before: readonly (readonly StackPart[])[]) => {
    shelf.prefix(parts)
    earlier = before.slice(-REMEMBERED)
    defaults = [...parts]
    await keep()
  }

  const endRunning = (state: CanaryStatus['state'], reason?: string): CanaryStatus => {
    if (!canary) throw noCanary()
    ended = statusOf(canary, state, reason)
    canary = undefined
    onCanary?.(ended)
    return ended
  }

  const observer = countAnswers({
    model,
    running: () => canary,
    gatesOf: (one) =>
      [shelf.prefix(one.plan.parts), shelf.prefix(defaults)].filter((prefix) => prefix !== null),
    onBroken(one, reason) {
      if (one !== canary) return
      endRunning('rolled back', reason)
      keep().catch((error) => onError?.(error))
    },
    onError,
  })

  return {
    get patches() {
      return shelf.patches
    },
    get defaults() {
      return defaults
    },
    get earlier() {
      return earlier
    },
    get canary() {
      return canary ? statusOf(canary, 'running') : ended
    },
    observer,
    add: shelf.add,
    get: shelf.get,
    stackOf(entries) {
      const parts = shelf.resolve(entries, defaults)
      return { parts, prefix: shelf.prefix(parts) }
    },
    stackFor(user) {
      const arm = canary?.armOf(user)
      const parts = arm === 'canary' && canary ? canary.plan.parts : defaults
      return { parts, prefix: shelf.prefix(parts), ...(arm && { arm }) }
    },
    async setDefaults(entries) {
      const parts = shelf.resolve(entries, defaults)
      if (stackLabel(parts) !== stackLabel(defaults)) await change(parts, [...earlier, defaults])
    },
    async rollback() {
      const last = earlier.at(-1)
      if (!last) throw nothingLeft()
      await change(last, earlier.slice(0, -1))
    },
    async startCanary({ patches, percent, bound }) {
      if (canary) throw runsAlready(canary.plan.id)
      const parts = shelf.resolve(patches, defaults)
      shelf.prefix(parts)
      canary = createCanary({ id: randomUUID(), parts, percent, bound })
      const status = statusOf(canary, 'running')
      onCanary?.(status)
      await keep()
      return status
    },
    async endCanary(promote) {
      const status = endRunning(promote ? 'promoted' : 'stopped')
      if (promote) await change(status.patches, [...earlier, defaults])
      else await keep()
      return status
    },
  }
}

const nothingLeft = () =>
  new PatchError('NOT_FOUND', {
    expected: 'a change of the default patches to take back',
    found: 'none that was not taken back',
    remedy: 'PUT /v1/patches/default sets them',
  })

const noCanary = () =>
  new PatchError('NOT_FOUND', {
    expected: 'a canary that runs',
    found: 'none',
    remedy: 'POST /v1/patches/canary starts one',
  })

const runsAlready = (id: string) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: 'no canary that runs',
    found: `canary ${id}`,
    remedy: 'End it first: DELETE /v1/patches/canary, or POST /v1/patches/canary/promote',
  })
