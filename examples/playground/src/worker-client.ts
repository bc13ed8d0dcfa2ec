import { type Remote, wrap } from 'comlink'
import type { Playground } from './worker/playground.ts'

const worker = new Worker(new URL('./worker/playground-worker.ts', import.meta.url), {
  type: 'module',
  name: 'playground',
})

/** The Worker that does all that is heavy. */
export const playground: Remote<Playground> = wrap<Playground>(worker)
