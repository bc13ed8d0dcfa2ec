/**
 * How each tfjs kernel is written as ONNX nodes, grouped by what the kernels do. Shared code is in operations/.
 */

import { arithmeticKernels } from './arithmetic.ts'
import { creationKernels } from './creation.ts'
import { fusedKernels } from './fused.ts'
import { indexingKernels } from './indexing.ts'
import type { KernelTable } from './kernel.ts'
import { logicalKernels } from './logical.ts'
import { matrixKernels } from './matrix.ts'
import { reductionKernels } from './reduction.ts'
import { shapeKernels } from './shape.ts'
import { unaryKernels } from './unary.ts'

export const allKernels: KernelTable = {
  ...arithmeticKernels,
  ...creationKernels,
  ...fusedKernels,
  ...indexingKernels,
  ...logicalKernels,
  ...matrixKernels,
  ...reductionKernels,
  ...shapeKernels,
  ...unaryKernels,
}
