/**
 * Measures the cost of applying a patch: time to the first token and time per further token, for one chat at a time, with a
 * prefix of 50 vectors against none, in turn in one process. The prefix's keys and values are cached, as they are from the second
 * answer on. Also measures a LoRA in PEFT, unmerged and merged, against PEFT's own base model.
 *
 *   npm run compare:overhead -- [--runs 21] [--tokens 32] [--no-lora] [--threads 2] [--precision float32|int8]
 *
 * Ratios are medians over the runs. Each run's ratio compares two times measured one after the other on the same prompt.
 */
import { parseArgs } from 'node:util'
import { formatTable } from '@policypatch/core/evaluate'
import { median, printLoad, printRatios } from '../../timing/figures.ts'
import { chatPrompts } from '../sides/chat-prompts.ts'
import { ownCommand, pythonCommand } from '../sides/command.ts'
import { modelOptions, realModel, realTokenizer } from '../sides/real-model.ts'
import { runInTurn } from '../sides/run-in-turn.ts'
import type { OverheadReport, OverheadTask, TokenTimes } from './overhead-task.ts'

const { values } = parseArgs({
  options: {
    ...modelOptions,
    runs: { type: 'string', default: '21' },
    tokens: { type: 'string', default: '32' },
    'no-lora': { type: 'boolean', default: false },
  },
})

// Of different lengths, so that none fits a shape by chance.
const prompts = [chatPrompts[1], chatPrompts[6], chatPrompts[9]]
const model = await realModel(values)
const tokenizer = await realTokenizer(model)
const ids = prompts.map((content) => tokenizer.encodePrompt([{ role: 'user', content }]))
const task: OverheadTask = { ...model, prompts, ids, tokens: Number(values.tokens) }
const sides = [
  {
    name: 'ours',
    command: ownCommand(new URL('./own-overhead.ts', import.meta.url)),
    task,
    models: ['without a patch', 'patched'],
  },
  {
    name: 'PEFT',
    command: pythonCommand('lora_overhead.py'),
    task: { ...task, dtype: 'fp32' },
    models: ['base', 'LoRA unmerged', 'LoRA merged'],
  },
].slice(0, values['no-lora'] ? 1 : 2)

printLoad('before')
// Every prompt has its own programs to compile, so its first round does not count.
const warmUp = prompts.length
const reports = await runInTurn<OverheadReport>(sides, warmUp + Number(values.runs))
const ratios: Record<string, number> = {}
const table = [
  ['side', 'model', 'first token', 'ratio', 'middle half', 'each further', 'ratio', 'middle half'],
]
for (const [side, { name, models }] of sides.entries()) {
  const runs = (reports[side] as OverheadReport[]).slice(warmUp)
  for (const [index, label] of models.entries()) {
    const [first, further] = [compare(runs, index, 'first'), compare(runs, index, 'further')]
    table.push([name, label, ...first.cells, ...further.cells])
    if (index === 0) continue
    const key = name === 'ours' ? 'overhead' : label.toLowerCase().replace(' ', '-')
    ratios[`${key}-first-token`] = first.ratio
    ratios[`${key}-token`] = further.ratio
  }
}
console.log(formatTable(table))
console.log(`medians of ${values.runs} runs of ${values.tokens} tokens`)
printLoad('after')
printRatios(ratios)

/** Compares the times of one of a side's models with those of its plain one. */
function compare(runs: readonly OverheadReport[], index: number, part: keyof TokenTimes) {
  const times = runs.map((report) => (report[index] as TokenTimes)[part])
  const pairs = runs.map((report, run) => (times[run] as number) / (report[0] as TokenTimes)[part])
  const sorted = pairs.sort((a, b) => a - b)
  const quarter = (n: number) => (sorted[Math.round((n / 4) * (sorted.length - 1))] as number).toFixed(3)
  const ratio = median(pairs)
  const time = `${(1000 * median(times)).toFixed(2)} ms`
  const cells = index === 0 ? [time, '', ''] : [time, ratio.toFixed(3), `${quarter(1)} to ${quarter(3)}`]
  return { ratio, cells }
}
