import { expect, it } from 'vitest'
import type { Backend } from '../../backend/backend.ts'
import { createProgramCache } from './program-cache.ts'

/** A backend whose programs refuse to run once they are disposed of. */
const strictBackend: Backend = {
  specificationVersion: 'v1',
  name: 'strict',
  async compile() {
    let disposed = false
    return {
      async run() {
        if (disposed) throw new Error('disposed')
        return {}
      },
      async dispose() {
        disposed = true
      },
    }
  },
  async dispose() {},
}

const build = () => ({ program: () => ({}), signature: { inputs: {}, weights: {} } })

it('runs a program that was evicted or released right after it was asked for', async () => {
  const cache = createProgramCache(strictBackend, { capacity: 1 })
  const run = async (key: string) => (await cache.get(key, build)).run({})
  await Promise.all([run('a'), run('b'), run('a'), cache.dispose(), run('b'), cache.dispose()])
  const first = run('a')
  const released = cache.dispose()
  expect(await first).toEqual({})
  await released
})
