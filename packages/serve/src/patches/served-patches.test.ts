import { afterAll, expect, it } from 'vitest'
import { tinyModel, tinyPatch } from '../../test/tiny-model.ts'
import { createServedPatches } from './served-patches.ts'

const model = await tinyModel()
afterAll(() => model.dispose())
const patches = [await tinyPatch(model, 'harmfulness', '1.0.0'), await tinyPatch(model, 'toxicity', '2.0.0')]
const entry = (name: string) => ({ name, weight: 1 })
const bound = { maxOverRefusal: 0.05, after: 100 }

it('changes nothing that it cannot save', async () => {
  let full = false
  const served = createServedPatches({
    model,
    patches,
    defaults: [entry('harmfulness')],
    save: async () => {
      if (full) throw new Error('no space left on device')
    },
  })
  const before = served.defaults
  await served.startCanary({ patches: [], percent: 50, bound })
  full = true
  await expect(served.setDefaults([entry('toxicity')])).rejects.toThrow('no space left')
  await expect(served.endCanary(true)).rejects.toThrow('no space left')
  expect([served.defaults, served.earlier, served.canary?.state]).toEqual([before, [], 'running'])
  full = false
  expect(await served.endCanary(false)).toMatchObject({ state: 'stopped' })
  full = true
  await expect(served.startCanary({ patches: [], percent: 50, bound })).rejects.toThrow('no space left')
  expect(served.canary?.state).toBe('stopped')
})

it('makes changes of one moment one after another, each of which can be undone', async () => {
  const served = createServedPatches({ model, patches })
  await Promise.all([served.setDefaults([entry('harmfulness')]), served.setDefaults([entry('toxicity')])])
  const names = () => served.defaults.map(({ name }) => name)
  expect(names()).toEqual(['toxicity'])
  await served.rollback()
  expect(names()).toEqual(['harmfulness'])
  await served.rollback()
  expect(names()).toEqual([])
})
