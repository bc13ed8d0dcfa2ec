import type { Engine } from '@policypatch/core/engine'
import type { AnswerObserver } from '../answer/answer-record.ts'
import type { Limits } from '../config/limits.ts'
import type { ServedPatches } from '../patches/served-patches.ts'

/** What the routes work with. */
export interface ServeContext {
  readonly engine: Engine
  /** The model's names, the primary one first. */
  readonly names: readonly string[]
  readonly patches: ServedPatches
  readonly limits: Limits
  /** Observers of all answers. */
  readonly observers: readonly AnswerObserver[]
  /** Whether the server is closing. */
  isClosing(): boolean
  readonly startedAt: Date
  /** Called with errors that occur while an answer is being sent. */
  readonly onStreamError: (error: unknown) => void
}

/** What the middleware knows about a request. */
export interface RequestVariables {
  readonly Variables: {
    requestId: string
    /** The name of the key that was given. */
    client: string | undefined
    isAdmin: boolean
    /** Whom rate limits count: a key by its name, or an address. */
    payer: string
  }
}
