import type { CompiledProgram, NamedHostTensors, TensorProgram, TensorSpec } from '../../backend/backend.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { signatureOf } from '../language-model/program-cache.ts'

/** How to run single-token steps. */
export interface StepSettings {
  /** Whether every step that shares a program has exactly one row, which allows faster products. */
  readonly single: boolean
  /** Whether many more runs will follow, so that it pays to rearrange the weights once. */
  readonly often: boolean
}

/**
 * The compiled program of a step in which each row gets one token after what is cached. It serves every cache length and, unless
 * there is always a single row, every number of rows, so that few programs are needed, and even fewer with weights of their own.
 */
export function decodingProgram(
  core: ModelCore,
  program: TensorProgram,
  feeds: NamedHostTensors,
  { single, often }: StepSettings,
): Promise<CompiledProgram> {
  const key = single ? 'step of one row' : 'step of rows'
  const resident = often && (core.residentPrograms.has(key) || hasRoom(core))
  const programs = resident ? core.residentPrograms : core.programs
  return programs.get(key, () => ({
    program,
    signature: { ...signatureOf(feeds, core, (feed) => freeAxes(feed, single)), resident },
  }))
}

/** Axes of a feed with free length: the past and, unless their number is fixed, the rows. */
export function freeAxes(feed: string, fixedRows: boolean): TensorSpec['free'] {
  const rows = (axis: number) => !fixedRows && { [axis]: 'rows' }
  if (feed === 'past.mask') return { ...rows(0), 2: 'past' }
  if (feed === 'past.positions') return { ...rows(0), 1: 'past' }
  if (feed.startsWith('past.')) return { ...rows(1), 2: 'past' }
  return { ...rows(0) }
}

/** A second copy of the weights must leave as much memory free again. */
function hasRoom({ backend, weights, precision }: ModelCore): boolean {
  const values = Object.values(weights).reduce((sum, { shape }) => sum + shape.reduce((n, m) => n * m, 1), 0)
  const bytes = values * (precision === 'int8' ? 1 : 4)
  return 2 * bytes < (backend.availableMemory?.() ?? Number.POSITIVE_INFINITY)
}
