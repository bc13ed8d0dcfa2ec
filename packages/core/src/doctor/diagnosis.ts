import type { ErrorCode, PatchError } from '../errors.ts'
import type { Findings } from './check-tokenizer.ts'
import type { ModelUses } from './describe-config.ts'
import type { MemoryEstimate } from './estimate-memory.ts'
import type { StepShape } from './step-shape.ts'

/** The checks, in order. */
export type CheckName =
  | 'files'
  | 'configuration'
  | 'weights'
  | 'tokenizer'
  | 'template'
  | 'positions'
  | 'memory'
  | 'patch'
  | 'loads'
  | 'reads'
  | 'generates'
  | 'trains'

/** The result of one check: it passed, found something worth knowing, found what would fail, or could not be done. */
export interface Check {
  readonly name: CheckName
  readonly state: 'ok' | 'note' | 'fails' | 'skipped'
  /** In words, one statement per line. */
  readonly lines: readonly string[]
  /** What is wrong: the errors that the actual work would end with. */
  readonly problems: readonly Problem[]
}

/** The parts of a {@link PatchError}. */
export interface Problem {
  readonly code: ErrorCode
  readonly expected: string
  readonly found: string
  readonly remedy: string
}

/** Key facts about a model. */
export interface ModelSummary {
  /** The architecture, as {@link ModelConfig} names it. */
  readonly family: string
  readonly parameters: number
  readonly layers: number
  readonly hiddenSize: number
  readonly vocabSize: number
  /** Context in tokens. */
  readonly maxPositions: number
  readonly format: 'safetensors' | 'gguf'
  /** Number of tensors in the files, and bytes of those that the model needs. */
  readonly tensors: number
  readonly bytes: number
  /** Share of the parameters by the type in which they are stored, the most frequent first. */
  readonly types: Readonly<Record<string, number>>
  /** Undefined if the files do not name one. */
  readonly license: string | undefined
  readonly uses: ModelUses
}

/** Times on this machine, in seconds. */
export interface MeasuredTimes {
  readonly load: number
  /** To the first token of the answer to a prompt of about ten tokens, and for each further token. */
  readonly firstToken?: number
  readonly token?: number
  /** For a training step, and how many of its examples were run to measure it. */
  readonly step?: number
  readonly stepExamples?: number
}

export interface ModelDiagnosis {
  readonly id: string
  /** True if no check failed. */
  readonly works: boolean
  /** Backend and precision. */
  readonly runsOn: string
  /** The training step for which memory and time are given. */
  readonly step: StepShape
  /** Undefined if the configuration or a tensor is rejected. */
  readonly model: ModelSummary | undefined
  readonly checks: readonly Check[]
  readonly memory: MemoryEstimate | undefined
  /** Undefined if the model was not loaded. */
  readonly times: MeasuredTimes | undefined
  /** What to change so that it works, or works better. */
  readonly advice: readonly string[]
}

export const ok = (name: CheckName, ...lines: readonly string[]): Check => ({
  ...{ name, state: 'ok', lines, problems: [] },
})

export const note = (name: CheckName, ...lines: readonly string[]): Check => ({
  ...ok(name, ...lines),
  state: 'note',
})

export const skipped = (name: CheckName, why: string): Check => ({ ...ok(name, why), state: 'skipped' })

export const failed = (
  name: CheckName,
  problems: readonly PatchError[],
  ...lines: readonly string[]
): Check => ({
  ...{ name, state: 'fails', lines },
  problems: problems.map(({ code, expected, found, remedy }) => ({ code, expected, found, remedy })),
})

/** A check that fails if there are problems, and otherwise says what is fine. */
export function checkOf(name: CheckName, { well, notes, problems }: Findings): Check {
  if (problems.length > 0) return failed(name, problems, ...notes)
  const line = well.length > 0 ? [well.join(', ')] : []
  return notes.length > 0 ? note(name, ...line, ...notes) : ok(name, ...line)
}
