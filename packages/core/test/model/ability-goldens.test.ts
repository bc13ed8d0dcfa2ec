import { beforeAll, describe, expect, it } from 'vitest'
import { evaluateMinimalPairs, type MinimalPair } from '../../src/evaluate/ability/evaluate-minimal-pairs.ts'
import {
  evaluateMultipleChoice,
  type MultipleChoiceQuestion,
} from '../../src/evaluate/ability/evaluate-multiple-choice.ts'
import { evaluatePerplexity } from '../../src/evaluate/ability/evaluate-perplexity.ts'
import { loadStoredModel } from '../../src/model/files/load-model.ts'
import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import { importPeftPromptTuning } from '../../src/patch/release/peft-adapter.ts'
import { memoryStorage } from '../../src/storage/memory-storage.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { cpuBackend } from '../cpu-backend.ts'
import { goldenJson, goldenStorage, relativeDifference } from '../goldens.ts'

type Subject = 'base' | 'prompt-tuning' | 'lora'

/** What scripts/goldens/ability.py worked out with transformers and PEFT. */
interface AbilityGoldens {
  readonly pairs: MinimalPair[]
  readonly questions: MultipleChoiceQuestion[]
  readonly texts: { readonly text: string }[]
  readonly window: number
  readonly stride: number
  readonly subjects: Record<
    Subject,
    {
      readonly pairs: number[][]
      readonly pairAccuracy: number
      readonly cloze: number[][]
      readonly clozeAccuracy: number
      readonly clozeNormalizedAccuracy: number
      readonly letters: number[][]
      readonly lettersAccuracy: number
      readonly textNats: number[]
      readonly perplexity: number
      readonly bitsPerByte: number
    }
  >
}

const golden = await goldenJson<AbilityGoldens>('ability/expected.json')
const { pairs, questions, texts, window, stride } = golden

const load = async (adapter?: string) => {
  const place = async (path: string) => ({ storage: await goldenStorage(path), path })
  return loadStoredModel(await place('ability/model'), {
    backend: cpuBackend(),
    ...(adapter !== undefined && { adapter: await place(adapter) }),
  })
}

const subjects = {} as Record<Subject, LanguageModel>
beforeAll(async () => {
  const base = await load()
  const prefix = await importPeftPromptTuning({
    storage: await goldenStorage('ability/prompt-tuning'),
    path: 'ability/prompt-tuning',
  })
  Object.assign(subjects, {
    base,
    'prompt-tuning': base.withPrefix(prefix),
    lora: await load('ability/lora'),
  } satisfies typeof subjects)
})

/** The log-probabilities that a measure wrote down, by item. */
async function written(storage: Storage, path: string): Promise<number[][]> {
  const lines = new TextDecoder()
    .decode(await storage.read(path))
    .trim()
    .split('\n')
    .slice(1)
  const rows = lines.map((line) => JSON.parse(line) as { index: number; response: string })
  return rows.sort((a, b) => a.index - b.index).map(({ response }) => JSON.parse(response) as number[])
}

describe.each(['base', 'prompt-tuning', 'lora'] as const)('%s against transformers', (name) => {
  const expected = golden.subjects[name]
  const storage = memoryStorage()
  const at = (path: string) => ({ model: subjects[name], path: { storage, path }, batchSize: 3 })

  it('minimal pairs', async () => {
    const [all, ...fields] = await evaluateMinimalPairs({ ...at('pairs'), pairs })
    expect(relativeDifference((await written(storage, 'pairs')).flat(), expected.pairs.flat())).toBeLessThan(
      1e-5,
    )
    expect(all).toMatchObject({ value: expected.pairAccuracy, n: pairs.length, judge: 'likelihood' })
    expect(all?.values).toEqual(expected.pairs.map(([good, bad]) => Number(good! > bad!)))
    expect(fields.map(({ data, n }) => [data, n])).toEqual([
      ['minimal pairs: morphology', 4],
      ['minimal pairs: semantics', 2],
      ['minimal pairs: syntax', 2],
    ])
  })

  it('questions by their choices', async () => {
    const [plain, normalized] = await evaluateMultipleChoice({ ...at('cloze'), questions })
    expect(relativeDifference((await written(storage, 'cloze')).flat(), expected.cloze.flat())).toBeLessThan(
      1e-5,
    )
    expect(plain).toMatchObject({ metric: 'accuracy', value: expected.clozeAccuracy })
    expect(normalized).toMatchObject({
      metric: 'accuracy, normalized by length',
      value: expected.clozeNormalizedAccuracy,
    })
  })

  it('questions by letters', async () => {
    const [plain] = await evaluateMultipleChoice({ ...at('letters'), questions, template: 'letters' })
    expect(
      relativeDifference((await written(storage, 'letters')).flat(), expected.letters.flat()),
    ).toBeLessThan(1e-5)
    expect(plain).toMatchObject({ metric: 'accuracy', value: expected.lettersAccuracy })
  })

  it('texts in windows that overlap', async () => {
    const [perplexity, bits] = await evaluatePerplexity({ ...at('texts'), texts, window, stride })
    const nats = (await written(storage, 'texts')).map((windows) => -windows.reduce((sum, x) => sum + x, 0))
    expect(relativeDifference(nats, expected.textNats)).toBeLessThan(1e-5)
    expect(perplexity?.value).toBeCloseTo(expected.perplexity, 0)
    expect(perplexity?.value).toBeGreaterThan(perplexity?.low ?? 0)
    expect(bits?.value).toBeCloseTo(expected.bitsPerByte, 4)
    expect((bits?.values ?? []).reduce((sum, x) => sum + x, 0) / texts.length).toBeCloseTo(
      bits?.value ?? 0,
      10,
    )
  })
})

describe('subjects', () => {
  it('differ: a prefix and a LoRA that was merged both count', async () => {
    const bits = await Promise.all(
      Object.values(subjects).map(async (model) => (await evaluatePerplexity({ model, texts }))[1]!.value),
    )
    expect(new Set(bits.map((value) => value.toFixed(4))).size).toBe(3)
  })
})
