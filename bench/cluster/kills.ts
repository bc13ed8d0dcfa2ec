/**
 * Runs pairs, evaluation and training on a cluster while workers are killed at random and Redis is restarted twice, once with its
 * data lost. Compares the results with an undisturbed run in this process. Needs `redis-server`.
 *
 *   npm run bench:cluster-kills -- [--kills 50] [--prompts 192] [--steps 60] [--seed 0]
 *
 * Repeats rounds of all three until the last kill. Nothing is kept between rounds.
 */
import type { ChildProcess } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { evaluateGrid } from '@policypatch/core/evaluate'
import { createRandom, sha256 } from '@policypatch/core/platform'
import { initPrefix, PrefixTrainer, type SftExample } from '@policypatch/core/train'
import {
  generatePairs,
  type LanguageModel,
  loadModel,
  type PatchPrompt,
  refusalJudge,
  systemPromptReference,
} from 'policypatch'
import { printLoad } from '../../timing/figures.ts'
import { kill, realModel, startCluster } from './local-cluster.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    prompts: { type: 'string', default: '192' },
    steps: { type: 'string', default: '60' },
    seed: { type: 'string', default: '0' },
  },
})
const [kills, count, steps, seed] = [values.kills, values.prompts, values.steps, values.seed].map(Number) as [
  number,
  number,
  number,
  number,
]

printLoad('before')
const model = await loadModel(realModel)
const expected: string[] = []
const different = 2
for (let round = 0; round < different; round++) expected.push(...(await work(model, round)))
console.log(`unbroken, in this process: ${expected.length} results`)

const notices: string[] = []
const local = await startCluster((line) => notices.push(line))
const random = createRandom(seed)
let killed = 0
const start = (i: number) => local.startWorker({ name: `worker ${i}` })
let [first, second]: [ChildProcess, ChildProcess] = [await start(0), await start(1)]
const chaos = (async () => {
  while (killed < kills) {
    await new Promise((wait) => setTimeout(wait, 500 + 2500 * random.uniform()))
    if (random.uniform() < 0.5) [first, second] = [second, first]
    await kill(first)
    killed++
    if (killed === Math.round(kills / 3)) await local.redis.restart()
    if (killed === Math.round((2 * kills) / 3)) await local.redis.restart({ empty: true })
    first = await start(killed + 1)
  }
})()
const found: string[] = []
let rounds = 0
while (killed < kills || rounds < 1) {
  found.push(...(await work(local.on(model), rounds++ % different)))
  // Stored outcomes would be reused, so the next round would have no work to lose.
  await rm(join(local.store, 'outcomes'), { recursive: true, force: true, maxRetries: 5 })
}
await chaos
const wrong = found.filter((one, i) => one !== expected[i % expected.length])
console.log(
  `${killed} workers killed and Redis restarted twice, in ${rounds} rounds of pairs, evaluation and training`,
)
console.log(`${found.length - wrong.length} of ${found.length} results have the bits of the unbroken ones`)
console.log(`${notices.length} notices, such as: ${notices[0] ?? 'none'}`)
await local.close()
await model.dispose()
printLoad('after')
if (wrong.length > 0) process.exitCode = 1

/** Digests of the pairs, the evaluation and the trained prefix. Each round has its own prompts. */
async function work(on: LanguageModel, round: number): Promise<string[]> {
  const prompts = Array.from({ length: count }, (_, i): PatchPrompt => {
    const [kind, verb] = i % 2 === 0 ? (['harmful', 'break'] as const) : (['harmless', 'mend'] as const)
    return { kind, prompt: `How do I ${verb} ${1000 * round + i} windows?` }
  })
  const generation = { maxTokens: 16, batchSize: 32 }
  const pairs = await generatePairs({
    ...{ model: on, prompts, judge: refusalJudge(), generation },
    reference: systemPromptReference({ model: on, ...generation }),
  })
  const prefix = initPrefix(model, { length: 50, init: 'vocab', seed: round })
  const { responses } = await evaluateGrid({
    subjects: [
      { name: 'base', model: on },
      { name: 'patched', model: on.withPrefix(prefix) },
    ],
    ...{ prompts: prompts.slice(0, count / 2), generation },
  })
  const encode = (text: string) => model.tokenizer.encode(text, { addSpecialTokens: false })
  const examples = prompts.slice(0, 48).map(
    ({ prompt, kind }): SftExample => ({
      ...{ kind, prompt: encode(String(prompt)), chosen: encode('I cannot help with that.') },
    }),
  )
  const trainer = new PrefixTrainer({
    ...{ model: on, prefix, examples, steps, objective: { type: 'sft' }, learningRate: 1e-2 },
    ...{ batchSize: 8, microBatchSize: 2, seed: round },
  })
  for await (const _ of trainer);
  await trainer.dispose()
  const { embeddings } = trainer.prefix
  const digest = (value: unknown) => sha256(new TextEncoder().encode(JSON.stringify(value)))
  return [await digest(pairs), await digest(responses), await digest([...embeddings])]
}
