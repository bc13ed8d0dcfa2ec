import type { CompiledProgram, NamedHostTensors, TensorProgram, TensorSpec } from '../../backend/backend.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { signatureOf } from '../language-model/program-cache.ts'

/** How steps of single tokens are to be run. */
export interface StepSettings {
  /** Whether there is one row in all steps that share a program, for which there are faster products. */
  readonly single: boolean
  /** Many more runs are to come: the weights may be arranged for them once. */
  readonly often: boolean
}

/**
 * The compiled program of a step in which each row gets one token after what is in the cache. It serves every length of
 * the cache and, unless there is always a single row, every number of rows: few programs are needed, and still fewer
 * that hold weights of their own.
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

/** Axes of a feed that may have any length: the past and, unless their number is fixed, the rows. */
export function freeAxes(feed: string, fixedRows: boolean): TensorSpec['free'] {
  const rows = (axis: number) => !fixedRows && { [axis]: 'rows' }
  if (feed === 'past.mask') return { ...rows(0), 2: 'past' }
  if (feed === 'past.positions') return { ...rows(0), 1: 'past' }
  if (feed.startsWith('past.')) return { ...rows(1), 2: 'past' }
  return { ...rows(0) }
}

/** Weights in memory once more must leave as much again free. */
function hasRoom({ backend, weights, precision }: ModelCore): boolean {
  const values = Object.values(weights).reduce((sum, { shape }) => sum + shape.reduce((n, m) => n * m, 1), 0)
  const bytes = values * (precision === 'int8' ? 1 : 4)
  return 2 * bytes < (backend.availableMemory?.() ?? Number.POSITIVE_INFINITY)
}
