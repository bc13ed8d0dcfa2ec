import { readdir, readFile } from 'node:fs/promises'
import type { LanguageModel } from '@policypatch/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import {
  evaluateAbility,
  evaluateDomain,
  evaluateInstructions,
  evaluateMinimalPairs,
  evaluateMultipleChoice,
  evaluatePerplexity,
  klToReference,
} from '../src/doors/evaluate.ts'
import { selectivePrompts } from '../src/doors/pairs.ts'
import {
  domainPairs,
  generatePairs,
  harmfulnessDomain,
  loadModel,
  modelReference,
  refusalJudge,
} from '../src/index.ts'
import { temporaryFolder } from './fixtures.ts'

const before = process.cwd()
let model: LanguageModel
beforeAll(async () => {
  process.chdir(await temporaryFolder())
  await writeTinyModel('tiny')
  model = await loadModel('./tiny')
})
afterAll(async () => {
  process.chdir(before)
  await model.dispose()
})

const prompts = [
  { prompt: 'harm', kind: 'harmful' as const },
  { prompt: 'tea', kind: 'harmless' as const },
]
const texts = [{ text: 'tea and cake' }]
const short = { format: 'text' as const, maxTokens: 2 }
const reference = () => modelReference({ model, ...short })

/** Everything that keeps what it makes in `path`, and what is made. */
const functions: Record<string, (kept: { path?: string }) => Promise<unknown>> = {
  domainPairs: (kept) =>
    domainPairs({ domain: harmfulnessDomain(), model, reference: reference(), prompts, ...kept }),
  evaluateAbility: (kept) =>
    evaluateAbility({ model, data: { texts: { name: 'texts', items: texts } }, ...kept }),
  evaluateDomain: (kept) =>
    evaluateDomain({
      domain: harmfulnessDomain(),
      subject: { name: 'base', model },
      prompts,
      ...{ data: 'tiny', sampling: { maxTokens: 2 } },
      ...kept,
    }),
  evaluateInstructions: (kept) =>
    evaluateInstructions({
      ...{
        model,
        maxTokens: 2,
        instructions: [{ prompt: 'tea', require: [{ type: 'case', case: 'lower' }] }],
      },
      ...kept,
    }),
  evaluateMinimalPairs: (kept) =>
    evaluateMinimalPairs({
      ...{ model, pairs: [{ good: 'a cup', bad: 'an cup', phenomenon: 'article', field: 'syntax' }] },
      ...kept,
    }),
  evaluateMultipleChoice: (kept) =>
    evaluateMultipleChoice({
      ...{ model, questions: [{ question: 'tea?', choices: ['yes', 'no'], answer: 0 }] },
      ...kept,
    }),
  evaluatePerplexity: (kept) => evaluatePerplexity({ model, texts, ...kept }),
  generatePairs: (kept) =>
    generatePairs({
      model,
      reference: reference(),
      prompts,
      judge: refusalJudge(),
      generation: short,
      ...kept,
    }),
  klToReference: (kept) =>
    klToReference({
      ...{ subject: { name: 'base', model }, reference: reference(), prompts, domain: 'd', data: 'tiny' },
      ...{ format: 'text', maxTokens: 2, k: 4, ...kept },
    }),
  selectivePrompts: (kept) => selectivePrompts({ model, prompts, contexts: 'default', ...kept }),
}

test.each(Object.keys(functions))('%s keeps its run in `path` alone, and nothing without', async (name) => {
  const run = functions[name] as (typeof functions)[string]
  const files = await readdir('.')
  const result = await run({})
  expect(await readdir('.')).toEqual(files)
  const path = `${name}.run`
  expect(await run({ path })).toEqual(result)
  const made = (await readdir('.')).filter((file) => file.startsWith(path))
  expect(made).not.toEqual([])
  const contents = () => Promise.all(made.map((file) => readFile(file, 'utf8')))
  const kept = await contents()
  expect(await run({ path })).toEqual(result)
  expect(await contents()).toEqual(kept)
})
