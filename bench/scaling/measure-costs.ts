/**
 * Measures the cost of a shard on this machine, with SmolLM2-135M-Instruct and its shipped patch: 32 answers of up to 64 tokens,
 * and the gradient of a part of 8 examples. A pairs shard consists of the answers of two models of that size, an evaluation shard
 * of one model's.
 *
 *   npm run bench:scaling:costs -- [--shards 6] [--parts 12]
 *
 * Writes bench/scaling/shard-costs.json. Programs are compiled before the clock starts. The clock is this process's CPU time on
 * one thread, which is least affected by other load: a worker's seconds on one core.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { onnxruntimeBackend } from '@policypatch/backend-node'
import { formatTable } from '@policypatch/core/evaluate'
import { createRandom } from '@policypatch/core/platform'
import {
  initAdamW,
  initPrefix,
  PrefixTrainer,
  type TrainingExample,
  tokenizePairs,
  trainingDefaults,
  updateAdamW,
} from '@policypatch/core/train'
import { applyPatch, type LanguageModel, loadModel, type PreferencePair, readPatch } from 'policypatch'
import { median, printLoad } from '../../timing/figures.ts'
import type { MeasuredCosts, ShardCost } from './measured-costs.ts'

const { values } = parseArgs({
  options: { shards: { type: 'string', default: '6' }, parts: { type: 'string', default: '12' } },
})
const [rows, partRows, prefixLength] = [32, 8, trainingDefaults.prefix.length]
const here = (path: string) => new URL(path, import.meta.url)
const demo = (name: string) =>
  readFileSync(here(`../../packages/policypatch/demo/${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

const backend = onnxruntimeBackend({ threads: 1 })
const base = await loadModel('HuggingFaceTB/SmolLM2-135M-Instruct', { backend, precision: 'int8' })
const patchFolder = here('../../packages/policypatch/patches/harmfulness-smollm2-135m-instruct')
const patched = await applyPatch(base, await readPatch(patchFolder.pathname))

printLoad('before')
const before = loadavg()[0] as number
const answers = await measureAnswers(Number(values.shards))
const part = await measureParts(Number(values.parts))
const costs: MeasuredCosts = {
  model: base.id,
  parameters: Object.values(base.weights).reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  ),
  prefixLength,
  environment: {
    cpu: cpus()[0]?.model ?? '',
    threads: 1,
    node: process.version,
    load: [before, loadavg()[0] as number],
  },
  ...answers,
  part,
  coordinator: measureCoordinator(prefixLength * 4096, 64),
}
writeFileSync(here('./shard-costs.json'), `${JSON.stringify(costs, null, 2)}\n`)
console.log(
  formatTable([
    ['shard', 'rows', 'median', 'least', 'most'],
    ...Object.entries({ pairs: costs.pairs, evaluation: costs.evaluation, part }).map(([name, cost]) => [
      name,
      String(cost.rows),
      ...[median(cost.seconds), Math.min(...cost.seconds), Math.max(...cost.seconds)].map(
        (seconds) => `${seconds.toFixed(2)} s`,
      ),
    ]),
  ]),
)
printLoad('after')
await base.dispose()
await backend.dispose()

/** Starts a clock of CPU time that returns the seconds since its start. */
function startClock(): () => number {
  const started = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(started)
    return (user + system) / 1e6
  }
}

/** Alternates everyday and harmful prompts, as the rows of both runs do. */
async function measureAnswers(shards: number): Promise<{ pairs: ShardCost; evaluation: ShardCost }> {
  const [harmless, harmful] = [demo('everyday'), demo('harmful')].map((lines) =>
    lines.map(({ prompt }) => prompt as string),
  ) as [string[], string[]]
  const prompts = harmless.flatMap((prompt, i) => [prompt, harmful[i % harmful.length] as string])
  const shard = (index: number) => prompts.slice(rows * index, rows * (index + 1))
  const [pairs, evaluation] = [collect(rows), collect(rows)]
  // The first shard compiles.
  for (let index = 0; index <= shards; index++) {
    const one = await answer(base, shard(index))
    const other = await answer(patched, shard(index))
    if (index === 0) continue
    evaluation.add(one)
    evaluation.add(other)
    pairs.add({
      seconds: one.seconds + other.seconds,
      resultBytes: one.resultBytes + other.resultBytes,
      read: one.read + other.read,
      generated: one.generated + other.generated,
      passes: one.passes + other.passes,
    })
  }
  return { pairs: pairs.cost(), evaluation: evaluation.cost() }
}

async function answer(model: LanguageModel, prompts: readonly string[]): Promise<Sample> {
  const { maxTokens, batchSize } = trainingDefaults.generation
  const seconds = startClock()
  const lines: string[] = []
  let [generated, passes] = [0, 0]
  for await (const { index, text, tokens } of model.generateBatch(prompts, { maxTokens, batchSize })) {
    lines.push(JSON.stringify({ prompt: prompts[index], response: text }))
    generated += tokens.length
    passes = Math.max(passes, tokens.length)
  }
  return {
    seconds: seconds(),
    resultBytes: Buffer.byteLength(lines.join('\n')),
    read: prompts.reduce((sum, prompt) => sum + base.tokenizer.encodePrompt(prompt).length, 0),
    generated,
    passes,
  }
}

async function measureParts(count: number): Promise<ShardCost> {
  const { maxResponseTokens } = trainingDefaults.gated
  const kinds = new Map<string, 'harmful' | 'harmless'>()
  for (const kind of ['harmful', 'harmless'] as const) {
    for (const { prompt } of demo(kind)) kinds.set(prompt, kind)
  }
  const pairs = demo('reference').map(({ prompt, response }): PreferencePair => {
    return { prompt, kind: kinds.get(prompt) ?? 'harmless', chosen: response, rejected: response }
  })
  const tokenized = tokenizePairs(base, pairs, { format: 'chat', prefixLength, maxResponseTokens })
  const examples = createRandom(0)
    .shuffle(tokenized)
    .map(({ prompt, chosen, kind }): TrainingExample => ({ prompt, chosen, kind }))
  const trainer = new PrefixTrainer({
    ...{ model: base, examples, objective: { type: 'sft' }, batchSize: partRows },
    prefix: initPrefix(base, { length: prefixLength }),
    ...{ steps: 1, learningRate: 2e-2 },
  })
  const costs = collect(partRows)
  for (let index = 0; index < count; index++) {
    const part = examples.slice(partRows * index, partRows * (index + 1))
    // A first run, to compile the program.
    await trainer.gradient(part)
    const seconds = startClock()
    const { gradient } = await trainer.gradient(part)
    costs.add({
      seconds: seconds(),
      resultBytes: gradient.byteLength,
      read: part.reduce<number>(
        (sum, { prompt, chosen }) => sum + prompt.length + chosen.length,
        prefixLength,
      ),
      ...{ generated: 0, passes: 0 },
    })
  }
  await trainer.dispose()
  return costs.cost()
}

/** Seconds for adding one gradient and for one update, as medians of `runs`. */
function measureCoordinator(numbers: number, runs: number): MeasuredCosts['coordinator'] {
  const [sum, gradient] = [new Float32Array(numbers), new Float32Array(numbers).fill(0.5)]
  let state = initAdamW(numbers)
  const timesOf = (work: () => void) =>
    Array.from({ length: runs }, () => {
      const seconds = startClock()
      work()
      return seconds()
    })
  const add = timesOf(() => {
    for (let i = 0; i < numbers; i++) sum[i] = (sum[i] as number) + (gradient[i] as number)
  })
  const update = timesOf(() => {
    state = updateAdamW(sum, gradient, state, 1e-3).state
  })
  return { numbers, add: median(add), update: median(update) }
}

type Sample = Pick<ShardCost, 'resultBytes' | 'read' | 'generated' | 'passes'> & { readonly seconds: number }

/** Collects samples. Counts are their medians. */
function collect(rows: number) {
  const samples: Sample[] = []
  const middle = (name: keyof Sample) => Math.round(median(samples.map((sample) => sample[name])))
  return {
    add: (sample: Sample) => void samples.push(sample),
    cost: (): ShardCost => ({
      rows,
      seconds: samples.map(({ seconds }) => Number(seconds.toFixed(4))),
      ...{ resultBytes: middle('resultBytes'), read: middle('read') },
      ...{ generated: middle('generated'), passes: middle('passes') },
    }),
  }
}
