/**
 * Benchmarks generation with the real model: 32 chats at once, ours against transformers on a left-padded batch in float32 and
 * bfloat16, greedy and sampled; ours with earlier answers as drafts; and one chat alone, ours against node-llama-cpp on the same
 * GGUF file. Every side generates the same number of tokens for every prompt, ignoring end tokens. Each side is a ready process
 * of its own, and they run in turn.
 *
 *   npm run compare:generate -- [--only b32|sampled|drafts|b1] [--model ID] [--patch FOLDER] [--runs 3] [--warm-up 1] [--tokens N] [--threads 2] [--precision float32|int8]
 *
 * Ratios are of median times: `generate-b32` and `generate-sampled-b32` ours over the faster transformers, `sample-cost` ours
 * sampled over ours greedy, `generate-b1` ours over node-llama-cpp. With drafts over without: `generate-draft` if they are the same
 * model's answers, which are known then, `generate-draft-verified` if they are verified. With `--patch`, the folder of a patch such
 * as the demo's, the model of these is patched, and `generate-draft-base-…` is for the base model's answers as drafts, on harmless
 * prompts of Vicuna's benchmark and of Koala. With `--model`, for example a model without a chat template, `sampled` covers only our
 * side.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import { median, printLoad, printRatios, timeCells } from '../../timing/figures.ts'
import { chatPrompts } from '../sides/chat-prompts.ts'
import { ownCommand, pythonCommand } from '../sides/command.ts'
import { modelOptions, realModel, realTokenizer } from '../sides/real-model.ts'
import { runInTurn, type SideSpec } from '../sides/run-in-turn.ts'
import type { GenerateReport, GenerateTask } from './generate-task.ts'

const { values } = parseArgs({
  options: {
    ...modelOptions,
    model: { type: 'string' },
    patch: { type: 'string' },
    only: { type: 'string' },
    runs: { type: 'string', default: '3' },
    'warm-up': { type: 'string', default: '1' },
    tokens: { type: 'string' },
  },
})
const warmUp = Number(values['warm-up'])
const model = await realModel(values)
const tokenizer = await realTokenizer(model)

printLoad('before')
const ratios: Record<string, number> = {}
const table = [
  ['case', 'side', 'median', 'all runs', 'ours / theirs', 'first token', 'each further', 'as ours'],
]
const many = taskOf([...chatPrompts, ...everydayPrompts(22)], 64)
const runs = (name: string) => values.only === undefined || values.only === name
if (runs('b32')) {
  const [ours, ...theirs] = await measure([own(many), transformers(many, 'fp32'), transformers(many, 'bf16')])
  addRows('b32', many, ours, theirs)
  for (const side of theirs) checkSame(ours, side)
  ratios['generate-b32'] = ours.seconds / Math.min(...theirs.map(({ seconds }) => seconds))
}
if (runs('sampled')) {
  const sampled = { ...many, sampling: { temperature: 1, topP: 0.95 } }
  const others = values.model ? [] : [transformers(sampled, 'fp32'), transformers(sampled, 'bf16')]
  const [ours, greedy, ...theirs] = await measure([
    own(sampled),
    { ...own(many), name: 'ours, greedy' },
    ...others,
  ])
  addRows('sampled', sampled, ours, [greedy as Measured, ...theirs])
  ratios['sample-cost'] = ours.seconds / (greedy as Measured).seconds
  if (theirs.length > 0) {
    ratios['generate-sampled-b32'] = ours.seconds / Math.min(...theirs.map(({ seconds }) => seconds))
  }
}
if (runs('drafts')) {
  const patch = values.patch === undefined ? undefined : resolve(values.patch)
  await measureDrafts({ ...many, patch }, ['own', 'copies'])
  for (const part of patch === undefined ? [] : ['vicuna-bench', 'koala']) {
    await measureDrafts({ ...taskOf(heldOutPrompts(part).slice(0, 32), 64), patch }, ['base'], ` on ${part}`)
  }
}
if (runs('b1')) {
  const task = taskOf(chatPrompts.slice(-1), 128)
  const llama = {
    name: 'node-llama-cpp',
    command: ownCommand(new URL('./llama-generate.ts', import.meta.url)),
    task,
  }
  const [ours, ...theirs] = await measure([
    own(task),
    llama,
    transformers(task, 'fp32'),
    transformers(task, 'bf16'),
  ])
  addRows('b1', task, ours, theirs)
  ratios['generate-b1'] = ours.seconds / (theirs[0] as Measured).seconds
}
console.log(formatTable(table))
printLoad('after')
printRatios(ratios)

/** With answers as drafts of each of these kinds, over without drafts. */
async function measureDrafts(task: GenerateTask, kinds: readonly ('own' | 'copies' | 'base')[], on = '') {
  const [without, ...drafted] = await measure([
    { ...own(task), name: 'ours, no drafts' },
    ...kinds.map((drafts) => ({ ...own({ ...task, drafts }), name: 'ours' })),
  ])
  const names = { own: 'generate-draft', copies: 'generate-draft-verified', base: 'generate-draft-base' }
  for (const [i, side] of drafted.entries()) {
    const kind = kinds[i] as (typeof kinds)[number]
    addRows(`drafts: ${kind}${on}`, task, side, [without])
    ratios[`${names[kind]}${on.replaceAll(' on ', '-')}`] = side.seconds / without.seconds
  }
}

interface Measured {
  readonly name: string
  readonly times: readonly number[]
  readonly seconds: number
  /** Median times to the first token, and of the mean of the others. */
  readonly first: number
  readonly further: number
  readonly generated: GenerateReport['generated']
}

function taskOf(prompts: readonly string[], tokens: number): GenerateTask {
  const format = values.model ? 'text' : 'chat'
  const ids = prompts.map((content) =>
    tokenizer.encodePrompt(format === 'text' ? content : [{ role: 'user', content }]),
  )
  return { ...model, format, prompts, ids, tokens: Number(values.tokens ?? tokens) }
}

/** Prompts that differ from the first word. */
function everydayPrompts(count: number): string[] {
  const rows = demoPrompts('everyday')
  const step = Math.floor(rows.length / count)
  return Array.from({ length: count }, (_, i) => (rows[i * step] as DemoPrompt).prompt)
}

/** Harmless prompts by others, which the demo's patch has not seen. */
function heldOutPrompts(part: string): string[] {
  return demoPrompts('held-out').flatMap((row) => (row.part === part ? [row.prompt] : []))
}

interface DemoPrompt {
  readonly prompt: string
  readonly part: string
}

function demoPrompts(name: string): DemoPrompt[] {
  const file = new URL(`../../packages/policypatch/demo/${name}.jsonl`, import.meta.url)
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row))
}

function own(task: GenerateTask): SideSpec {
  return { name: 'ours', command: ownCommand(new URL('./own-generate.ts', import.meta.url)), task }
}

function transformers(task: GenerateTask, dtype: 'fp32' | 'bf16'): SideSpec {
  const command = pythonCommand('transformers_generate.py')
  return { name: `transformers ${dtype}`, command, task: { ...task, dtype } }
}

async function measure(sides: readonly SideSpec[]): Promise<[Measured, ...Measured[]]> {
  const reports = await runInTurn<GenerateReport>(sides, warmUp + Number(values.runs))
  const measured = sides.map(({ name }, index): Measured => {
    const runs = (reports[index] as GenerateReport[]).slice(warmUp)
    const { generated } = runs[0] as GenerateReport
    const further = runs.map(
      ({ seconds, first }) => (seconds - (first ?? 0)) / ((generated[0]?.length ?? 0) - 1),
    )
    const times = runs.map(({ seconds }) => seconds)
    return {
      name,
      times,
      seconds: median(times),
      first: median(runs.map(({ first }) => first ?? 0)),
      further: median(further),
      generated,
    }
  })
  return measured as [Measured, ...Measured[]]
}

function addRows(name: string, { ids, tokens }: GenerateTask, ours: Measured, theirs: readonly Measured[]) {
  const alone = ids.length === 1
  const milliseconds = (seconds: number) => (alone ? `${(1000 * seconds).toFixed(1)} ms` : '')
  for (const side of [ours, ...theirs]) {
    if (!side.generated.every((row) => row.length === tokens)) {
      throw new Error(`${side.name} gave ${side.generated.map((row) => row.length)} tokens, not ${tokens}`)
    }
    table.push([
      name,
      side.name,
      ...timeCells(side.times),
      side === ours ? '' : (ours.seconds / side.seconds).toFixed(2),
      milliseconds(side.first),
      milliseconds(side.further),
      side === ours ? '' : `${(100 * agreement(side.generated, ours.generated)).toFixed(0)}%`,
    ])
  }
}

/** Times are only comparable if both sides compute the same, except for rounding, which can decide between two tokens. */
function checkSame(ours: Measured, theirs: Measured): void {
  const [own, other] = [ours, theirs].map(({ generated }) => generated.map(([first]) => first)) as [
    unknown[],
    unknown[],
  ]
  const same = own.filter((token, row) => token === other[row]).length
  if (same >= 0.75 * own.length) return
  throw new Error(`${theirs.name} begins only ${same} of ${own.length} answers as ours`)
}

/** Share of tokens that agree before two texts diverge. */
function agreement(a: GenerateReport['generated'], b: GenerateReport['generated']): number {
  let [same, all] = [0, 0]
  for (const [row, tokens] of a.entries()) {
    const fork = tokens.findIndex((token, i) => token !== b[row]?.[i])
    same += fork < 0 ? tokens.length : fork
    all += tokens.length
  }
  return same / all
}
