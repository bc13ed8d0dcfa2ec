import { backendConformance } from '@policypatch/core/testing'
import { type BackendName, createBackend } from './create-backend.ts'

interface ConformanceInput {
  readonly backend: BackendName
  readonly tolerance: number
  /** Names of the cases to run; default all. */
  readonly only?: readonly string[]
}

/** Runs the conformance suite; what each case fails with, by its name, and how many cases there are. */
export async function conformance({ backend, tolerance, only }: ConformanceInput) {
  const shared = await createBackend(backend)
  // One for all cases: a GPU device for each would take most of the time.
  const cases = backendConformance({
    createBackend: () => ({ ...shared, dispose: async () => {} }),
    tolerance,
  }).filter(({ name }) => !only || only.includes(name))
  const failures: Record<string, string> = {}
  for (const { name, run } of cases) {
    await run().catch((error: Error) => {
      failures[name] = error.message
    })
  }
  await shared.dispose()
  return { name: shared.name, cases: cases.length, failures, isolated: globalThis.crossOriginIsolated }
}
