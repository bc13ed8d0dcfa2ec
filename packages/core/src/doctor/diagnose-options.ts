import { PatchError } from '../errors.ts'
import type { LoadModelOptions } from '../model/files/load-model.ts'
import type { PatchContents } from '../patch/patch.ts'
import type { CheckName } from './diagnosis.ts'
import type { StepShape } from './step-shape.ts'

export interface DiagnoseOptions extends Omit<LoadModelOptions, 'adapter' | 'onProgress'> {
  /** Is checked to fit the model; the model generates with it. */
  readonly patch?: PatchContents | undefined
  /** The step of training to estimate. Default: 8 examples of 64 and 64 tokens behind 50 virtual tokens, or the patch's. */
  readonly step?: Partial<StepShape> | undefined
  /** `false` does not load the model: files and memory are looked at alone. Default true. */
  readonly probe?: boolean | undefined
  /** Bytes that this process has in memory now. Without it, the estimate is of what the model adds. */
  readonly memoryInUse?: (() => number) | undefined
  readonly onProgress?: ((check: CheckName) => void) | undefined
}

/** The step that memory and time are given for. Throws `INVALID_ARGUMENT` for one that is none. */
export function stepOf({ step, patch }: DiagnoseOptions): StepShape {
  const { batchSize = 8, promptTokens = 64, responseTokens = 64, prefixLength } = step ?? {}
  const shape = {
    ...{ batchSize, promptTokens, responseTokens },
    prefixLength: prefixLength ?? patch?.prefix.length ?? 50,
  }
  const wrong = Object.entries(shape).filter(([, value]) => !(Number.isInteger(value) && value > 0))
  if (wrong.length === 0) return shape
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a step of whole numbers of at least 1',
    found: wrong.map(([name, value]) => `${name} ${value}`).join(', '),
    remedy: 'Correct these options',
  })
}
