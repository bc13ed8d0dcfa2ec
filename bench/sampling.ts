/**
 * Measures the cost of sampling tokens: 32 texts at once with the real model, greedy and sampled in turn; and sampling alone from
 * 32 rows of logits, by the engine's method and from all logits in JavaScript, at two vocabulary sizes. The rows' probabilities
 * fall with rank r as r^−a, with a from 1.3 to 3: from a nucleus of thousands to one of two.
 *
 *   npm run bench:sampling -- [--model ID] [--runs 5] [--rows 32] [--tokens 64] [--threads 2] [--precision int8|float32]
 *     [--vocabulary N] [--alone]
 *
 * Ratios are of medians, sampled over greedy: `sample-cost` and `sample-cost-top-k` of wall time, `sample-processor` and
 * `sample-processor-top-k` of CPU time, which with one thread is least affected by other load. `--alone` skips the texts.
 * `--vocabulary` repeats the model's vocabulary up to N tokens, to measure the cost of a larger one.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { onnxruntimeBackend } from '@policypatch/backend-node'
import type { LanguageModel } from '@policypatch/core'
import { formatTable } from '@policypatch/core/evaluate'
import { createRandom, expandWeight, type Precision, type Weight } from '@policypatch/core/platform'
import { loadModel } from 'policypatch'
import { withoutEnd } from '../compare/sides/own-stream.ts'
import { type SampleOptions, sample } from '../packages/core/src/model/generate/sample.ts'
import { sampler } from '../packages/core/src/model/generate/sampler.ts'
import { createProgramCache } from '../packages/core/src/model/language-model/program-cache.ts'
import { median, printLoad, printRatios, timeCells } from '../timing/figures.ts'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'HuggingFaceTB/SmolLM2-135M-Instruct' },
    runs: { type: 'string', default: '5' },
    rows: { type: 'string', default: '32' },
    tokens: { type: 'string', default: '64' },
    threads: { type: 'string', default: '2' },
    precision: { type: 'string', default: 'int8' },
    vocabulary: { type: 'string' },
    alone: { type: 'boolean', default: false },
  },
})
const [runs, rows, maxTokens, threads] = [values.runs, values.rows, values.tokens, values.threads].map(
  Number,
) as [number, number, number, number]
const ways = {
  'top-p 0.95': { temperature: 1, topK: 0, topP: 0.95 },
  'top-k 50': { temperature: 1, topK: 50, topP: 1 },
}

printLoad('before')
await drawAlone()
if (!values.alone) await generate()
printLoad('after')

async function generate() {
  const backend = onnxruntimeBackend({ threads })
  const loaded = await loadModel(values.model, { backend, precision: values.precision as Precision })
  const model = await toMeasure(loaded, Number(values.vocabulary ?? loaded.config.vocabSize))
  const prompts = everydayPrompts()
  const sides = { greedy: {}, ...ways }
  const times = new Map(Object.keys(sides).map((name) => [name, [] as number[]]))
  const processor = new Map(Object.keys(sides).map((name) => [name, [] as number[]]))
  // The first run of each compiles.
  for (let run = 0; run <= runs; run++) {
    for (const [name, options] of Object.entries(sides)) {
      const before = process.cpuUsage()
      const started = performance.now()
      for await (const _ of model.generateBatch(prompts, { maxTokens, batchSize: rows, ...options }));
      const { user, system } = process.cpuUsage(before)
      if (run === 0) continue
      times.get(name)?.push((performance.now() - started) / 1000)
      processor.get(name)?.push((user + system) / 1e6)
    }
  }
  const [greedy = 0, topP = 0, topK = 0] = [...times.values()].map(median)
  console.log(
    formatTable([
      [`${rows} texts, ${maxTokens} tokens each`, 'median', 'all runs', 'over greedy', 'of the processor'],
      ...[...times].map(([name, own]) => [
        name,
        ...timeCells(own),
        (median(own) / greedy).toFixed(2),
        `${median(processor.get(name) ?? []).toFixed(2)} s`,
      ]),
    ]),
  )
  const [ownGreedy = 0, ownTopP = 0, ownTopK = 0] = [...processor.values()].map(median)
  printRatios({
    'sample-cost': topP / greedy,
    'sample-cost-top-k': topK / greedy,
    'sample-processor': ownTopP / ownGreedy,
    'sample-processor-top-k': ownTopK / ownGreedy,
  })
  await loaded.dispose()
  await backend.dispose()
}

/** Removes the end-of-response tokens, so that every run generates equally many tokens, and repeats the vocabulary. */
function toMeasure(loaded: LanguageModel, vocabSize: number): Promise<LanguageModel> {
  const { config, tokenizer, weights } = loaded
  const embeddings = 'model.embed_tokens.weight'
  const width = config.hiddenSize
  const repeated = () => {
    const { data } = expandWeight(weights[embeddings] as Weight)
    const table = new Float32Array(vocabSize * width)
    for (let at = 0; at < table.length; at += data.length) {
      table.set((data as Float32Array).subarray(0, table.length - at), at)
    }
    return { shape: [vocabSize, width], data: table }
  }
  return withoutEnd({
    ...loaded,
    config: { ...config, vocabSize },
    ...(vocabSize !== config.vocabSize && { weights: { ...weights, [embeddings]: repeated() } }),
    tokenizer: {
      ...tokenizer,
      decode: (ids, options) =>
        tokenizer.decode(
          ids.map((id) => id % config.vocabSize),
          options,
        ),
    },
  })
}

async function drawAlone() {
  const table = [['ms per row and token', 'vocabulary', 'as the engine does', 'from all logits']]
  for (const size of [49_152, 262_144]) {
    const backend = onnxruntimeBackend({ threads })
    const core = { programs: createProgramCache(backend), precision: 'float32' as const }
    const data = new Float32Array(rows * size)
    for (let row = 0; row < rows; row++) data.set(zipf(size, 1.3 + (1.7 * row) / rows, row), row * size)
    const rowOf = (row: number) => data.subarray(row * size, (row + 1) * size)
    for (const [name, options] of Object.entries(ways)) {
      const sampling = new Array<SampleOptions>(rows).fill(options)
      const random = createRandom(1)
      const surveyed: number[] = []
      const plain: number[] = []
      for (let run = 0; run <= 4 * runs; run++) {
        const started = performance.now()
        const draw = await sampler(core, { shape: [rows, size], data }, sampling, 1)
        for (let row = 0; row < rows; row++) draw(rowOf(row), row, random)
        const between = performance.now()
        for (let row = 0; row < rows; row++) sample(rowOf(row), options, random)
        surveyed.push((between - started) / rows)
        plain.push((performance.now() - between) / rows)
      }
      const cells = [surveyed, plain].map((times) => median(times.slice(1)).toFixed(3))
      table.push([name, size.toLocaleString('en'), ...cells])
    }
    await backend.dispose()
  }
  console.log(formatTable(table))
}

/** Shuffled logits whose probabilities fall as r^−exponent. */
function zipf(size: number, exponent: number, seed: number): Float32Array {
  const ranks = createRandom(seed).shuffle(Array.from({ length: size }, (_, i) => i + 1))
  return Float32Array.from(ranks, (rank) => 20 - exponent * Math.log(rank))
}

/** Short prompts, so that reading them takes little of the time. */
function everydayPrompts(): string[] {
  const file = new URL('../packages/policypatch/demo/everyday.jsonl', import.meta.url)
  return readFileSync(file, 'utf8')
    .split('\n', rows)
    .map((line) => JSON.parse(line).prompt.split(' ').slice(0, 3).join(' '))
}
