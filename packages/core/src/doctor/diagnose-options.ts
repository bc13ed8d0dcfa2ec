import { PatchError } from '../errors.ts'
import type { LoadModelOptions } from '../model/files/load-model.ts'
import type { PatchContents } from '../patch/patch.ts'
import type { CheckName } from './diagnosis.ts'
import type { StepShape } from './step-shape.ts'

export interface DiagnoseOptions extends Omit<LoadModelOptions, 'adapter' | 'onProgress'> {
  /** A patch to check against the model; the model generates with it. */
  readonly patch?: PatchContents | undefined
  /**
   * The training step to estimate. Default: 8 examples with 64 prompt and 64 response tokens, behind 50 virtual tokens or as
   * many as the patch has.
   */
  readonly step?: Partial<StepShape> | undefined
  /** `false` does not load the model: only files and memory are checked. Default true. */
  readonly probe?: boolean | undefined
  /** Bytes of memory that this process uses now. Without it, the estimate covers only what the model adds. */
  readonly memoryInUse?: (() => number) | undefined
  readonly onProgress?: ((check: CheckName) => void) | undefined
}

/** The training step to estimate. Throws `INVALID_ARGUMENT` if it is invalid. */
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
