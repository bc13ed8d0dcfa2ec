import { describe, expect, it } from 'vitest'
import { PatchError } from '../../src/errors.ts'
import { loadStoredModel } from '../../src/model/files/load-model.ts'
import { openGgufModel } from '../../src/model/files/open-gguf-model.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { type GgufCase, ggufCases, ggufStorage, tokenText } from '../family-ggufs.ts'
import { relativeDifference } from '../goldens.ts'

const titled = (cases: readonly GgufCase[]) =>
  cases.map((one) => [one.family, JSON.stringify(one.change), one] as const)

describe("models that llama.cpp's converter made GGUF files of", () => {
  const whole = ggufCases.filter(({ refused }) => refused === undefined)
  it.each(titled(whole))(
    '%s %s: log-probabilities of transformers for the checkpoint',
    async (_, __, one) => {
      const place = { storage: await ggufStorage(one), path: 'model.gguf' }
      const model = await loadStoredModel(place, { backend: cpuBackend() })
      const [first = 0, ...rest] = one.ids
      const [scored] = await model.score([{ prompt: tokenText(first), response: rest }])
      expect(relativeDifference(scored?.logProbabilities ?? [], one.logps)).toBeLessThan(1e-4)
      await model.dispose()
    },
  )

  const open = ggufCases.filter(({ refused }) => refused !== undefined)
  it.each(titled(open))('%s %s: a file that leaves something open is refused by name', async (_, __, one) => {
    const opened = openGgufModel({ storage: await ggufStorage(one), path: 'model.gguf' })
    await expect(opened).rejects.toThrow(PatchError)
    await expect(opened).rejects.toThrow(one.refused)
  })
})
