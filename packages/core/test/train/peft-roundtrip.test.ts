import { describe, expect, test } from 'vitest'
import type { Prefix } from '../../src/model/language-model/language-model.ts'
import { importPeftPromptTuning } from '../../src/patch/release/peft-adapter.ts'
import { readPatch } from '../../src/patch/release/read-patch.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenJson, goldenModel, goldenStorage, relativeDifference } from '../goldens.ts'
import { centred, logitsAfter } from '../logits-after.ts'
import { storageOf } from '../patch/tiny-patch.ts'

interface PeftLogits {
  readonly prompts: number[][]
  /** The model alone, with the adapter that PEFT saved, and with our released patch as PEFT loads it. */
  readonly base: number[][]
  readonly adapter: number[][]
  readonly patch: number[][]
}

const fixture = 'v1/tiny-harmfulness'
const golden = await goldenJson<PeftLogits>('peft/logits.json')
const model = await goldenModel('../peft/model', cpuBackend())

const prefixes: Record<keyof Omit<PeftLogits, 'prompts'>, () => Promise<Prefix | null>> = {
  base: async () => null,
  adapter: async () =>
    importPeftPromptTuning({ storage: await goldenStorage('peft/adapter'), path: 'peft/adapter' }),
  patch: async () => {
    const storage = await storageOf(new URL(`../../fixtures/patches/${fixture}`, import.meta.url), fixture)
    return (await readPatch({ storage, path: fixture })).prefix
  },
}

describe('logits of ten prompts as PEFT computes them', () => {
  test.each(['base', 'adapter', 'patch'] as const)('%s', async (name) => {
    const found = await logitsAfter(model, golden.prompts, await prefixes[name]())
    expect(found).toHaveLength(10)
    for (const [i, logits] of found.entries()) {
      expect(relativeDifference(logits, centred(golden[name][i] as number[]))).toBeLessThan(1e-5)
    }
  })

  test('which the prefix changes by far more than that', () => {
    for (const [i, base] of golden.base.entries()) {
      const patch = centred(golden.patch[i] as number[])
      expect(relativeDifference(patch, centred(base))).toBeGreaterThan(0.01)
    }
  })
})
