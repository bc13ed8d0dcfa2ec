import '@tensorflow/tfjs-backend-cpu'
import type { Backend } from '../src/backend/backend.ts'
import { eagerBackend } from '../src/backend/eager-backend.ts'

/** The reference backend on tfjs' plain JavaScript kernels: the same bits on every run. */
export function cpuBackend(): Backend {
  return eagerBackend({ tfBackend: 'cpu' })
}
