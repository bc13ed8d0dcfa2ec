/**
 * What is served: the patches in memory, the default stack, its history, and a canary. A request gets its stack when it arrives,
 * and later changes do not affect it, so that no change loses a request.
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

/** The state of a canary, running or ended. */
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
  /** Earlier defaults that can be restored, oldest first. */
  readonly earlier: readonly (readonly StackPart[])[]
  /** The running canary, or the last one. */
  readonly canary: CanaryStatus | undefined
  /** Counts answers for the canary. */
  readonly observer: AnswerObserver
  add(patch: Patch): void
  get(part: Pick<StackPart, 'name' | 'version'>): Patch | undefined
  /** The stack that a request names. Throws the errors of `PatchShelf.resolve` and `PatchSet.stack`. */
  stackOf(entries: readonly StackEntry[]): ServedStack
  /** The stack of a request that names none. */
  stackFor(user: string | undefined): ServedStack
  setDefaults(entries: readonly StackEntry[]): Promise<void>
  /** Undoes the last change of the defaults; another call undoes the one before. Throws `NOT_FOUND` if none is left. */
  rollback(): Promise<void>
  /** @throws `INVALID_ARGUMENT` if one is running */
  startCanary(options: CanaryOptions): Promise<CanaryStatus>
  /** Ends the canary; with `promote`, its stack becomes the default. Throws `NOT_FOUND` if none is running. */
  endCanary(promote: boolean): Promise<CanaryStatus>
}

export interface ServedPatchesOptions {
  readonly model: LanguageModel
  readonly trust?: Trust | undefined
  readonly patches: readonly Patch[]
  /** The stack to begin with, unless there is a state. */
  readonly defaults?: readonly StackEntry[]
  readonly state?: ServedState | undefined
  /** Saves changes. */
  readonly save?: ((state: ServedState) => Promise<void>) | undefined
  /** Called when a canary starts or ends. */
  readonly onCanary?: ((status: CanaryStatus) => void) | undefined
  readonly onError?: ((error: unknown) => void) | undefined
}

/** Most changes of the defaults that can be undone. */
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

  const keep = async (state: ServedState) => save?.(state)
  const current = (): ServedState => ({ defaults, earlier, ...(canary && { canary: canary.plan }) })

  let last: Promise<unknown> = Promise.resolve()
  /** Makes changes one after another. Each is saved before it takes effect, so that one that cannot be saved changes nothing. */
  const inTurn = <Result>(change: () => Promise<Result>): Promise<Result> => {
    const result = last.then(change)
    last = result.catch(() => undefined)
    return result
  }

  const statusOf = (one: Canary, state: CanaryStatus['state'], reason?: string): CanaryStatus => ({
    ...{ id: one.plan.id, state, patches: one.plan.parts, percent: one.plan.percent, bound: one.plan.bound },
    ...{ startedAt: one.startedAt, figures: one.figures(), ...(reason !== undefined && { reason }) },
  })

  /** Missing patches, and those that do not go together, are found before anything is changed. */
  const change = async (parts: readonly StackPart[], before: readonly (readonly StackPart[])[]) => {
    shelf.prefix(parts)
    const next = { defaults: [...parts], earlier: before.slice(-REMEMBERED) }
    await keep({ ...current(), ...next })
    ;({ defaults, earlier } = next)
  }

  /** Ends the canary, so that it counts no more, then saves; if that fails, it runs on. */
  const endAfter = async (one: Canary, state: CanaryStatus['state'], saving: () => Promise<void>) => {
    canary = undefined
    try {
      await saving()
    } catch (error) {
      canary = one
      throw error
    }
    return announceEnd(statusOf(one, state))
  }

  const announceEnd = (status: CanaryStatus): CanaryStatus => {
    ended = status
    onCanary?.(status)
    return status
  }

  const observer = countAnswers({
    model,
    running: () => canary,
    gatesOf: (one) =>
      [shelf.prefix(one.plan.parts), shelf.prefix(defaults)].filter((prefix) => prefix !== null),
    onBroken(one, reason) {
      if (one !== canary) return
      canary = undefined
      announceEnd(statusOf(one, 'rolled back', reason))
      inTurn(() => keep(current())).catch((error) => onError?.(error))
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
    setDefaults: (entries) =>
      inTurn(async () => {
        const parts = shelf.resolve(entries, defaults)
        if (stackLabel(parts) !== stackLabel(defaults)) await change(parts, [...earlier, defaults])
      }),
    rollback: () =>
      inTurn(async () => {
        const before = earlier.at(-1)
        if (!before) throw nothingLeft()
        await change(before, earlier.slice(0, -1))
      }),
    startCanary: ({ patches, percent, bound }) =>
      inTurn(async () => {
        if (canary) throw runsAlready(canary.plan.id)
        const parts = shelf.resolve(patches, defaults)
        shelf.prefix(parts)
        const started = createCanary({ id: randomUUID(), parts, percent, bound })
        await keep({ ...current(), canary: started.plan })
        canary = started
        const status = statusOf(started, 'running')
        onCanary?.(status)
        return status
      }),
    endCanary: (promote) =>
      inTurn(async () => {
        if (!canary) throw noCanary()
        const { parts } = canary.plan
        return promote
          ? endAfter(canary, 'promoted', () => change(parts, [...earlier, defaults]))
          : endAfter(canary, 'stopped', () => keep(current()))
      }),
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
