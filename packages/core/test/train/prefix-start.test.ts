import { beforeAll, describe, expect, it } from 'vitest'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import type { PreferencePair } from '../../src/pairs/rows/preference-pair.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import { prepareData } from '../../src/train/prepare-data.ts'
import { resolveRun } from '../../src/train/resolve-run.ts'
import { prefixStart } from '../../src/train/stage/prefix-start.ts'
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

const likeliest = { length: 4, init: 'likeliest' } as const
const options = (changes: Partial<TrainPatchOptions> = {}) =>
  quickOptions(model, { pairs, prefix: likeliest, ...changes })
async function choose(changes: Partial<TrainPatchOptions> = {}) {
  const run = resolveRun(options(changes))
  return prefixStart(run, await prepareData(run))
}

describe('prefixStart', () => {
  it.each([
    ['the policy sentence', likeliest, DEFAULT_POLICY],
    ['the given sentence', { ...likeliest, text: '9 9 9' }, '9 9 9'],
  ])('is %s or the answer under which the examples have the lowest loss', async (_, asked, sentence) => {
    const losses = [sentence, ...answers].map(async (text) => {
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
    expect(await choose({ prefix: asked })).toEqual({ length: 4, init: 'text', text: best?.text })
  })

  it('is taken from the folder, without asking the model', async () => {
    const storage = memoryStorage()
    const start = await choose({ directory: runIn(storage) })
    const stages: string[] = []
    const again = {
      directory: runIn(storage),
      onProgress: ({ stage }: { stage: string }) => stages.push(stage),
    }
    expect(await choose(again)).toEqual(start)
    expect(stages).not.toContain('start')
    const others = pairs.map((pair) => ({ ...pair, prompt: `${pair.prompt} now` }))
    await expect(choose({ ...again, pairs: others })).rejects.toMatchObject({ code: 'RESUME_MISMATCH' })
  })

  it.each<NonNullable<TrainPatchOptions['prefix']>>([
    { length: 4, init: 'text', text: 'Refuse.' },
    { length: 4, init: 'random' },
  ])('is %o as given, without asking the model', async (prefix) => {
    const stages: string[] = []
    expect(await choose({ prefix, onProgress: ({ stage }) => stages.push(stage) })).toEqual(prefix)
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
    const start = await choose()
    expect(manifest.prefix).toMatchObject({ init: 'text', initText: start.text })
    expect(manifest.recipe.options).toMatchObject({ prefix: start })
  })
})
