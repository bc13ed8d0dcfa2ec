import type { Backend } from '../src/backend/backend.ts'
import { cpuBackend } from './cpu-backend.ts'
import { goldenModel } from './goldens.ts'

/** The small llama on a backend that counts the runs of its programs. */
export async function countedModel() {
  const backend = cpuBackend()
  const runs = { count: 0 }
  const compile: Backend['compile'] = async (...given) => {
    const compiled = await backend.compile(...given)
    return {
      ...compiled,
      run: (...fed) => {
        runs.count++
        return compiled.run(...fed)
      },
    }
  }
  return { own: await goldenModel('llama', { ...backend, compile }), runs }
}
