import { beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import type { PreferencePair } from '../../src/pairs/rows/preference-pair.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { prepareData } from '../../src/train/prepare-data.ts'
import { resolveRun } from '../../src/train/resolve-run.ts'
import { chooseInitText } from '../../src/train/stage/choose-init-text.ts'
import type { TrainPatchOptions } from '../../src/train/train-options.ts'
import { trainPatch } from '../../src/train/train-patch.ts'
import { DEFAULT_POLICY, initPrefix } from '../../src/train/trainer/prefix-init.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { wordModel } from '../models/word-model.ts'
import { quickOptions, runIn } from './training-run.ts'

let model: LanguageModel
beforeAll(async () => {
  model = await wordModel(cpuBackend())
})

const scored = { chosenScore: 1, rejectedScore: 0 }
const words = ['one', 'two', 'three', 'four']
/** Half as many as are drawn to compare texts, so that each is drawn twice. */
const pairs: PreferencePair[] = words.flatMap((word) => [
  {
    prompt: `one more harm ${word}`,
    bare: `harm ${word}`,
    kind: 'harmful',
    chosen: `I will not ${word}`,
    rejected: '5 6',
    ...scored,
  },
  { prompt: `bake ${word}`, kind: 'harmless', chosen: '7 8 9', rejected: 'I cannot', ...scored },
])
const answers = words.map((word) => `I will not ${word}`)

const options = (changes: Partial<TrainPatchOptions> = {}) => quickOptions(model, { pairs, ...changes })
async function choose(changes: Partial<TrainPatchOptions> = {}): Promise<string | undefined> {
  const run = resolveRun(options(changes))
  return chooseInitText(run, await prepareData(run))
}

describe('chooseInitText', () => {
  it('chooses the policy sentence or the answer under which the examples have the lowest loss', async () => {
    const losses = [DEFAULT_POLICY, ...answers].map(async (text) => {
      const prefix = initPrefix(model, { length: 4, text })
      const scores = await model.withPrefix(prefix).score(
        pairs.map(({ prompt, bare = prompt, chosen }) => ({
          prompt: [{ role: 'user', content: `${bare}` }],
          response: chosen,
        })),
      )
      const each = scores.flatMap(({ logProbabilities }) => [...logProbabilities.slice(0, 4)])
      return { text, loss: -each.reduce((sum, value) => sum + value, 0) / each.length }
    })
    const [best] = (await Promise.all(losses)).sort((a, b) => a.loss - b.loss)
    expect(await choose()).toBe(best?.text)
  })

  it('is chosen again from the folder, without asking the model', async () => {
    const storage = memoryStorage()
    const text = await choose({ directory: runIn(storage) })
    const stages: string[] = []
    const again = {
      directory: runIn(storage),
      onProgress: ({ stage }: { stage: string }) => stages.push(stage),
    }
    expect(await choose(again)).toBe(text)
    expect(stages).not.toContain('start')
    const others = pairs.map((pair) => ({ ...pair, prompt: `${pair.prompt} now` }))
    await expect(choose({ ...again, pairs: others })).rejects.toMatchObject({ code: 'RESUME_MISMATCH' })
  })

  it.each<[Partial<TrainPatchOptions>, string | undefined]>([
    [{ prefix: { length: 4, text: 'Refuse.' } }, 'Refuse.'],
    [{ prefix: { length: 4, init: 'random' } }, undefined],
    [{ sft: false }, DEFAULT_POLICY],
  ])('compares nothing with %o', async (changes, expected) => {
    const stages: string[] = []
    expect(await choose({ ...changes, onProgress: ({ stage }) => stages.push(stage) })).toBe(expected)
    expect(stages).not.toContain('start')
  })

  it('stops when asked to', async () => {
    const stop = new AbortController()
    const chosen = choose({
      signal: stop.signal,
      onProgress: ({ stage }) => stage === 'start' && stop.abort(),
    })
    await expect(chosen).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('is recorded in the patch', async () => {
    const { manifest } = await trainPatch(options())
    const text = await choose()
    expect(manifest.prefix).toMatchObject({ init: 'text', initText: text })
    expect(manifest.recipe.options).toMatchObject({ prefix: { text } })
  })
})
