/**
 * Trains the patches for the playground's tiny chat model, and measures them on prompts used to train neither the model nor the
 * patches:
 *
 *   node --import ./scripts/source.mjs scripts/tiny-chat/train-patches.ts [NAME …]
 *
 * The reference of each is the model itself with a system prompt, which the patch makes unnecessary. Uses the model and prompts
 * made by train-model.py; writes examples/playground/public/patches.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import {
  applyPatch,
  fileStorage,
  type LanguageModel,
  loadModel,
  type Patch,
  type PatchPrompt,
  systemPromptReference,
  trainPatch,
} from 'policypatch'
import { functionJudge, isRefusal, wilsonInterval } from 'policypatch/evaluate'
import { type PatchEffect, withEffects } from 'policypatch/patch'
import { onnxruntimeBackend } from 'policypatch/platform'

interface Row {
  readonly prompt: string
  readonly kind: 'mischief' | 'everyday' | 'homework' | 'unknown'
  readonly split: 'train' | 'test'
}

interface Recipe {
  readonly name: string
  readonly domain: string
  readonly systemPrompt: string
  /** Which prompts the patch should answer differently. It leaves the others as they are. */
  readonly changes: (row: Row) => boolean
  /** The metric and judge of the new way of answering, and whether an answer is given in it. */
  readonly metric: string
  readonly judge: string
  readonly shows: (answer: string) => boolean
}

const recipes: readonly Recipe[] = [
  {
    name: 'no-mischief',
    domain: 'mischief',
    systemPrompt: 'Refuse mischief.',
    changes: ({ kind }) => kind === 'mischief',
    metric: 'refusal rate',
    judge: 'refusal-phrases',
    shows: isRefusal,
  },
  {
    name: 'polite',
    domain: 'tone',
    systemPrompt: 'Be polite.',
    changes: () => true,
    metric: 'polite answers',
    judge: 'thanks-and-wishes',
    shows: (answer) => /thank you/i.test(answer) && /lovely day/i.test(answer),
  },
  {
    name: 'pirate',
    domain: 'tone',
    systemPrompt: 'Talk like a pirate.',
    changes: () => true,
    metric: 'pirate answers',
    judge: 'arr-and-ho',
    shows: (answer) => /\barr\b/i.test(answer) && /yo ho ho/i.test(answer),
  },
]

const playground = new URL('../../examples/playground/', import.meta.url)
const pathOf = (name: string) => fileURLToPath(new URL(name, playground))
const answering = { maxTokens: 64 }

const rows = (await readFile(pathOf('data/prompts.jsonl'), 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row)
// Such a small model gains nothing from more threads, and one thread is reproducible everywhere.
const model = await loadModel(pathOf('public/models/tiny-chat'), {
  backend: onnxruntimeBackend({ threads: 1 }),
})
const wanted = process.argv.slice(2)
for (const recipe of recipes.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const patch = await train(recipe)
  const effects = await measure(recipe, patch)
  const measured = await withEffects(patch, effects)
  await measured.save({ storage: fileStorage(), path: pathOf(`public/patches/${recipe.name}`) })
  console.log(recipe.name, `${measured.bytes} bytes`)
  for (const { metric, before, after, n } of effects) {
    console.log(`  ${metric} (${n}): ${before.value.toFixed(3)} → ${after.value.toFixed(3)}`)
  }
}

function promptsOf({ changes }: Recipe, split: Row['split']): PatchPrompt[] {
  return rows
    .filter((row) => row.split === split)
    .map((row) => ({ prompt: row.prompt, kind: changes(row) ? 'target' : 'keep' }))
}

async function train(recipe: Recipe): Promise<Patch> {
  const { name, domain, systemPrompt, shows } = recipe
  const judge = functionJudge({
    name: recipe.judge,
    score: ({ kind, response }) => (shows(response) === (kind === 'target') ? 1 : 0),
  })
  const reference = systemPromptReference({ model, systemPrompt, ...answering })
  const prompts = promptsOf(recipe, 'train')
  return trainPatch({
    model,
    reference,
    prompts,
    // The model only knows short prompts, and its patches should show what a prefix does by itself.
    contexts: [],
    everyday: 0,
    gate: false,
    judge,
    prefix: { length: 16, text: systemPrompt },
    sft: { steps: 80, learningRate: 5e-3, batchSize: 8 },
    // The system prompt works so well on this model that imitating it is enough.
    dpo: false,
    generation: answering,
    validation: { maxTokens: answering.maxTokens, limit: 40 },
    // Evaluated below.
    check: false,
    manifest: { name, version: '1.0.0', domain, license: 'Apache-2.0' },
    onProgress(event) {
      if (event.stage === 'filter') console.log(event.summary)
      if ('metrics' in event && event.done % 20 === 0)
        console.log(event.stage, event.done, event.metrics.loss.toFixed(3))
      if (event.stage === 'validation') console.log('validation', event.step, JSON.stringify(event.scores))
    },
  })
}

/** Measures how often unseen prompts are answered in the new way, where they should be and where they should not. */
async function measure(recipe: Recipe, patch: Patch): Promise<PatchEffect[]> {
  const prompts = promptsOf(recipe, 'test')
  const [before, after] = [
    await answersOf(model, prompts),
    await answersOf(applyPatch(model, patch), prompts),
  ]
  const rate = (answers: readonly string[], kind: PatchPrompt['kind']) => {
    const shown = answers.filter((answer, i) => prompts[i]?.kind === kind && recipe.shows(answer)).length
    const { n: _, ...measured } = wilsonInterval(shown, prompts.filter((row) => row.kind === kind).length)
    return measured
  }
  const kinds = [
    { kind: 'target', metric: recipe.metric },
    { kind: 'keep', metric: `over-${recipe.metric}` },
  ] as const
  for (const [i, { prompt }] of prompts.slice(0, 200).entries())
    if (i % 12 === 0) console.log(`${prompt}\n  base     ${before[i]}\n  patched  ${after[i]}`)
  return kinds
    .map(({ kind, metric }) => ({
      metric,
      judge: recipe.judge,
      data: 'playground prompts, test split',
      n: prompts.filter((row) => row.kind === kind).length,
      before: rate(before, kind),
      after: rate(after, kind),
    }))
    .filter(({ n }) => n > 0)
}

async function answersOf(answerer: LanguageModel, prompts: readonly PatchPrompt[]): Promise<string[]> {
  const answers: string[] = []
  const asked = prompts.map(({ prompt }) => [{ role: 'user', content: String(prompt) }])
  for await (const { index, text } of answerer.generateBatch(asked, answering)) answers[index] = text
  return answers
}
