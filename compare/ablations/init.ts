/**
 * Compares initializations of a prefix: the words of a policy, the likeliest text (the policy or an answer to learn), the
 * embeddings of random tokens, or random numbers. Trains a short SFT from each, with the demo's model, data and rates, and measures
 * it on unseen prompts.
 *
 *   npm run compare:init -- [--steps 60] [--test 48] [--model ID|FILE.gguf]
 *
 * `--test` is the number of harmful and of harmless prompts to answer. Ratios are held-out losses of the policy over the others:
 * below 1, the policy is better.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { fileStorage, onnxruntimeBackend, resolveModel } from '@policypatch/backend-node'
import {
  applyPatch,
  filterPairs,
  type LanguageModel,
  type PatchPrompt,
  type PreferencePair,
  recordedReference,
  refusalJudge,
  type TrainPatchOptions,
  trainPatch,
} from '@policypatch/core'
import { evaluateGrid, formatTable, type Rate, refusalRate } from '@policypatch/core/evaluate'
import { scorePairs } from '@policypatch/core/pairs'
import { loadStoredModel } from '@policypatch/core/platform'
import { DEFAULT_POLICY } from '@policypatch/core/train'
import { printRatios } from '../../timing/figures.ts'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '60' },
    test: { type: 'string', default: '48' },
    model: { type: 'string', default: 'HuggingFaceTB/SmolLM2-135M-Instruct' },
  },
})
const steps = Number(values.steps)
/** The tokens that decide whether to refuse: enough to compare initializations, but not to train a good patch. */
const RESPONSE_TOKENS = 4

const folder = fileURLToPath(new URL('../../packages/policypatch/demo', import.meta.url))
const reference = await recordedReference({ storage: fileStorage(folder), path: 'reference.jsonl' })
const [train, test] = [await prompts('train', 192), await prompts('test', Number(values.test))]
const [pairs, unseen] = [await goodPairs(train), await goodPairs(test)]
const files = await resolveModel(values.model, { onNotice: console.error })
const model = await loadStoredModel(files, { backend: onnxruntimeBackend() })

const starts: Readonly<Record<string, NonNullable<TrainPatchOptions['prefix']>>> = {
  policy: { text: DEFAULT_POLICY },
  likeliest: { init: 'likeliest' },
  vocab: { init: 'vocab' },
  random: { init: 'random' },
}
const table = [
  ['init', 'loss, first steps', 'loss, last steps', 'held-out loss', 'refusal', 'over-refusal', 'time'],
]
const heldOut: number[] = []
for (const [init, prefix] of Object.entries(starts)) {
  const start = performance.now()
  const losses: number[] = []
  const patch = await trainPatch({
    model,
    pairs,
    prefix,
    sft: {
      steps,
      batchSize: 8,
      harmlessShare: 0.5,
      learningRate: 2e-2,
      warmupSteps: Math.min(5, steps >> 2),
    },
    dpo: false,
    gate: false,
    validation: false,
    check: false,
    maxResponseTokens: RESPONSE_TOKENS,
    onProgress: (progress) => {
      if (progress.stage === 'sft') losses.push(progress.metrics.loss)
    },
  })
  const patched = applyPatch(model, patch)
  const loss = await heldOutLoss(patched)
  const { responses } = await evaluateGrid({
    subjects: [{ name: init, model: patched }],
    generation: { maxTokens: 24, batchSize: 32 },
    prompts: test,
  })
  const { refusal, overRefusal } = refusalRate((responses[init] ?? []).filter((said) => said !== undefined))
  heldOut.push(loss)
  const seconds = (performance.now() - start) / 1000
  table.push([
    init,
    mean(losses.slice(0, 10)).toFixed(3),
    mean(losses.slice(-10)).toFixed(3),
    loss.toFixed(3),
    percent(refusal),
    percent(overRefusal),
    `${seconds.toFixed(0)} s`,
  ])
  console.log(formatTable(table.slice(-1)))
}
await model.dispose()

console.log(`\n${steps} SFT steps of 8 on ${pairs.length} prompts; ${test.length} unseen prompts`)
console.log(formatTable(table))
const [policy = 0, ...others] = heldOut
const ratios = Object.keys(starts)
  .slice(1)
  .map((name, i) => [`init-${name}-loss`, policy / (others[i] as number)])
printRatios(Object.fromEntries(ratios))

/** The first `limit` prompts of each kind. */
async function prompts(split: string, limit: number): Promise<PatchPrompt[]> {
  const kinds = ['harmful.jsonl', 'harmless.jsonl'].map(async (file) => {
    const lines = (await readFile(join(folder, file), 'utf8')).trim().split('\n')
    const rows = lines.map((line) => JSON.parse(line) as PatchPrompt & { split: string })
    return rows.filter((row) => row.split === split).slice(0, limit)
  })
  return (await Promise.all(kinds)).flat().map(({ prompt, kind }) => ({ prompt, kind }))
}

/** Rows for SFT: the reference's answers where they are as wanted. */
async function goodPairs(asked: readonly PatchPrompt[]): Promise<readonly PreferencePair[]> {
  const rows: PreferencePair[] = []
  for await (const { index, response } of reference.respond(asked)) {
    if (response !== undefined) rows.push({ ...(asked[index] as PatchPrompt), chosen: response })
  }
  return filterPairs(await scorePairs(rows, refusalJudge())).unpaired
}

/** Mean −log π per token of the reference's answers to prompts not used in training. */
async function heldOutLoss(patched: LanguageModel): Promise<number> {
  const { tokenizer } = patched
  const requests = unseen.map(({ prompt, chosen }) => ({
    prompt: typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt,
    response: tokenizer.encode(chosen, { addSpecialTokens: false }).slice(0, RESPONSE_TOKENS),
  }))
  const scores = await patched.score(requests)
  return -mean(scores.flatMap(({ logProbabilities }) => Array.from(logProbabilities)))
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length
}

function percent({ value, low, high }: Rate): string {
  const points = (share: number) => (100 * share).toFixed(0)
  return `${points(value)}% [${points(low)}, ${points(high)}]`
}
