/**
 * Benchmarks the engine for many requests, with the real model: concurrent chats, each with its own patch, against node-llama-cpp
 * with as many sequences, unpatched, on the same GGUF file; one stream over HTTP against the engine directly; a second chat with
 * a long system prompt against the first.
 *
 *   npm run compare:serve -- [--only many|http|cache] [--runs 3] [--warm-up 1] [--streams 16] [--tokens 128] [--threads 2]
 *
 * Ratios are of medians: `serve-16`, tokens per second, ours over theirs; `serve-1`, the same, HTTP over direct; `prefix-cache`,
 * time to the first token, the second chat over the first. Also prints how many chats got the same answer alone, in a batch of
 * one, as among the others.
 */
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import { median, printLoad, printRatios, timeCells } from '../../timing/figures.ts'
import { chatPrompts } from '../sides/chat-prompts.ts'
import { ownCommand } from '../sides/command.ts'
import { modelOptions, realModel, realTokenizer } from '../sides/real-model.ts'
import { runInTurn, type SideSpec } from '../sides/run-in-turn.ts'
import type { HttpReport, HttpTask } from './own-http.ts'
import type { PrefixCacheReport } from './own-prefix-cache.ts'
import type { ServeReport, ServeTask } from './serve-task.ts'

const { values } = parseArgs({
  options: {
    ...modelOptions,
    only: { type: 'string' },
    runs: { type: 'string', default: '3' },
    'warm-up': { type: 'string', default: '1' },
    streams: { type: 'string', default: '16' },
    tokens: { type: 'string', default: '128' },
  },
})
const [warmUp, runs, streams, tokens] = [values['warm-up'], values.runs, values.streams, values.tokens].map(
  Number,
) as [number, number, number, number]
const model = await realModel(values)
const ratios: Record<string, number> = {}
printLoad('before')
const wanted = (name: string) => values.only === undefined || values.only === name
if (wanted('many')) await many()
if (wanted('http')) await http()
if (wanted('cache')) await cache()
printLoad('after')
printRatios(ratios)

async function many(): Promise<void> {
  const tokenizer = await realTokenizer(model)
  const prompts = Array.from({ length: streams }, (_, i) => chatPrompts[i % chatPrompts.length] as string)
  const ids = prompts.map((content) => tokenizer.encodePrompt([{ role: 'user', content }]))
  const task: ServeTask = { ...model, prompts, ids, tokens, prefixLength: 50 }
  const [patched = [], plain = [], llama = []] = await runInTurn<ServeReport>(
    [
      side('ours, patched', new URL('./own-serve.ts', import.meta.url), task),
      side('ours, unpatched', new URL('./own-serve.ts', import.meta.url), { ...task, prefixLength: 0 }),
      side('node-llama-cpp', new URL('./llama-serve.ts', import.meta.url), task),
    ],
    warmUp + runs,
  )
  const [[alone] = []] = await runInTurn<ServeReport>(
    [
      side('ours, one after the other', new URL('./own-serve.ts', import.meta.url), {
        ...task,
        inTurn: true,
      }),
    ],
    1,
  )
  const rows = [
    ['ours, patched', patched],
    ['ours, unpatched', plain],
    ['node-llama-cpp', llama],
  ] as const
  const rate = (reports: readonly ServeReport[]) =>
    (streams * tokens) / median(reports.slice(warmUp).map(({ seconds }) => seconds))
  console.log(
    formatTable([
      ['side', 'median', 'all runs', 'tokens a second'],
      ...rows.map(([name, reports]) => [
        name,
        ...timeCells(reports.slice(warmUp).map(({ seconds }) => seconds)),
        rate(reports).toFixed(0),
      ]),
    ]),
  )
  for (const [name, [first]] of rows) {
    const lengths = first?.generated.map((own) => own.length) ?? []
    if (lengths.some((length) => length !== tokens)) throw new Error(`${name} gave ${lengths} tokens`)
  }
  ratios[`serve-${streams}`] = rate(patched) / rate(llama)
  const same = patched[0]?.generated.filter((own, i) => `${own}` === `${alone?.generated[i]}`).length
  console.log(`the same alone as among the others: ${same} of ${streams}`)
}

async function http(): Promise<void> {
  const task: HttpTask = { ...model, prompt: chatPrompts[0] as string, tokens }
  const [reports = []] = await runInTurn<HttpReport>(
    [side('server', new URL('./own-http.ts', import.meta.url), task)],
    warmUp + runs,
  )
  const timed = reports.slice(warmUp)
  const [direct, over] = [timed.map((one) => one.direct), timed.map((one) => one.http)]
  console.log(
    formatTable([
      ['one stream', 'median', 'all runs'],
      ['engine', ...timeCells(direct)],
      ['server', ...timeCells(over)],
    ]),
  )
  ratios['serve-1'] = median(direct) / median(over)
}

async function cache(): Promise<void> {
  const [reports = []] = await runInTurn<PrefixCacheReport>(
    [
      {
        name: 'prefix cache',
        command: ownCommand(new URL('./own-prefix-cache.ts', import.meta.url)),
        task: model,
      },
    ],
    warmUp + runs,
  )
  const timed = reports.slice(warmUp)
  const [first, again] = [timed.map((one) => one.first), timed.map((one) => one.again)]
  const [{ promptTokens, cachedTokens }] = timed as [PrefixCacheReport]
  console.log(
    formatTable([
      ['time to the first token', 'median', 'all runs', 'prompt tokens', 'at hand'],
      ['first', ...timeCells(first), `${promptTokens}`, '0'],
      ['again', ...timeCells(again), `${promptTokens}`, `${cachedTokens}`],
    ]),
  )
  ratios['prefix-cache'] = median(again) / median(first)
}

function side(name: string, program: URL, task: ServeTask | HttpTask): SideSpec {
  return { name, command: ownCommand(program), task }
}
