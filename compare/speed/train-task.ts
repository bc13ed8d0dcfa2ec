import type { RealModel } from '../sides/real-model.ts'

export interface StageTask {
  readonly steps: number
  readonly learningRate: number
  readonly warmupSteps: number
  /** Rows of the pairs file for each step. */
  readonly batches: readonly (readonly number[])[]
}

/** A run from data to a patch, read from the file given on a side's command line. */
export interface TrainTask extends RealModel {
  readonly dtype?: 'fp32' | 'bf16'
  /** JSON Lines. */
  readonly pairs: string
  /** Folder of the patch, or of PEFT's adapter. */
  readonly out: string
  readonly prefixLength: number
  /** Text that initializes the prefix; null for the likeliest, which our side chooses. */
  readonly text: string | null
  readonly maxResponseTokens: number
  readonly batchSize: number
  readonly seed: number
  readonly sft: StageTask
  readonly dpo: StageTask & { readonly beta: number }
}

/** The same for our side. */
export interface OwnTrainTask extends TrainTask {
  /** The folder for compiled programs and rounded weights. */
  readonly cache: string
}

/** A side's output once its patch is on disk. */
export interface TrainReport {
  /** Seconds. */
  readonly parts: Readonly<Record<TrainPart, number>>
  readonly losses: Readonly<Record<'sft' | 'dpo', readonly number[]>>
}

export const trainParts = ['load', 'sft', 'logps', 'dpo', 'save'] as const
export type TrainPart = (typeof trainParts)[number]
