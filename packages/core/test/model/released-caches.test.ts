import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Backend, CompiledProgram } from '@policypatch/core/platform'
import { expect, it } from 'vitest'
import { createLanguageModel } from '../../src/model/create-language-model.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenModel } from '../goldens.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A backend that keeps every program, and refers weakly to the cached keys that programs were fed. */
function watchedBackend(): { backend: Backend; programs: CompiledProgram[]; fed: WeakRef<object>[] } {
  const inner = cpuBackend()
  const programs: CompiledProgram[] = []
  const fed: WeakRef<object>[] = []
  const backend: Backend = {
    ...inner,
    async compile(program, signature) {
      const compiled = await inner.compile(program, signature)
      programs.push(compiled)
      return {
        run(feeds, ...rest) {
          const keys = feeds['past.key.0']
          if (keys) fed.push(new WeakRef(keys.data))
          return compiled.run(feeds, ...rest)
        },
        dispose: () => compiled.dispose(),
      }
    },
  }
  return { backend, programs, fed }
}

it('compiled programs do not keep the caches of earlier batches in memory', async () => {
  const { backend, programs, fed } = watchedBackend()
  const model = await createLanguageModel({ ...(await goldenModel('llama', cpuBackend())), backend })
  for await (const _ of model.generateBatch(['5 17 9', '8 3'], { maxTokens: 3 }));
  expect(fed.length).toBeGreaterThan(0)
  expect(programs.length).toBeGreaterThan(0)
  await expect
    .poll(() => {
      collectGarbage()
      return fed.filter((keys) => keys.deref() !== undefined).length
    })
    .toBe(0)
})
