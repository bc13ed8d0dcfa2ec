import { printableLine } from '../text/printable.ts'
import type { Check, ModelDiagnosis, ModelSummary, Problem } from './diagnosis.ts'
import type { MemoryUse } from './estimate-memory.ts'
import { bytesText, countText, shareText } from './figures.ts'

/** Labels of the states, padded to one width. */
const marks: Readonly<Record<Check['state'], string>> = {
  ok: 'ok   ',
  note: 'note ',
  fails: 'FAILS',
  skipped: '–    ',
}

/** A diagnosis as text: what the model is, a line for each check, memory by part, and what to change. */
export function formatDiagnosis(diagnosis: ModelDiagnosis): string {
  const { id, works, runsOn, model, checks, memory, advice } = diagnosis
  const verdict = works
    ? 'All is well.'
    : `${listed(checks.filter(({ state }) => state === 'fails').map(({ name }) => name))} would fail.`
  return [
    [`${printableLine(id)} on ${runsOn}`],
    model ? ['', 'The model', ...modelLines(model)] : [],
    ['', 'Checks', ...checks.flatMap(checkLines)],
    memory ? ['', `Memory of ${stepText(diagnosis)}`, ...memoryLines(memory.training)] : [],
    memory ? ['', 'Memory of generating', ...memoryLines(memory.generation)] : [],
    advice.length > 0 ? ['', 'What to change', ...advice.map((line) => `  ${line}`)] : [],
    ['', verdict],
  ]
    .flat()
    .join('\n')
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** Headings and their texts, which all start in one column. */
const aligned = (rows: readonly (readonly [heading: string, text: string])[]): string[] =>
  rows.map(([heading, text]) => `  ${heading.padEnd(15)}${printableLine(text)}`)

function modelLines(model: ModelSummary): string[] {
  const { family, parameters, layers, hiddenSize, vocabSize, maxPositions, format, bytes, types, license } =
    model
  const stored = Object.entries(types).map(([type, share]) => `${type} ${shareText(share)}`)
  return aligned([
    ['family', `${family}, ${layers} layers, ${hiddenSize} wide`],
    [
      'size',
      `${countText(parameters)} parameters, ${countText(vocabSize)} ids, context of ${countText(maxPositions)} tokens`,
    ],
    ['files', `${format}, ${bytesText(bytes)}: ${stored.join(', ')}`],
    ['licence', license ?? 'not named in the files'],
    ...Object.entries(model.uses),
  ])
}

function checkLines({ name, state, lines, problems }: Check): string[] {
  const texts = [...shortList(problems.map(problems.length === 1 ? apart : inOneLine)).flat(), ...lines]
  const [first = '', ...rest] = texts.filter((line) => line !== '')
  const margin = ' '.repeat(2 + 7 + 15)
  return [
    `  ${marks[state]}  ${name.padEnd(15)}${printableLine(first)}`.trimEnd(),
    ...rest.map((line) => margin + printableLine(line)),
  ]
}

const apart = ({ code, expected, found, remedy }: Problem): string[] => [
  `${code}: Expected ${expected}`,
  `found ${found}`,
  `${remedy}.`,
]

const inOneLine = ({ code, expected, found, remedy }: Problem): string[] => [
  `${code}: Expected ${expected}; found ${found}. ${remedy}.`,
]

/** Maximum number of problems shown for a check: a file of another model lacks every tensor. */
const most = 5

const shortList = (problems: readonly string[][]): readonly string[][] =>
  problems.length <= most + 1
    ? problems
    : [...problems.slice(0, most), [`and ${problems.length - most} more`]]

function stepText({ step, memory }: ModelDiagnosis): string {
  const { batchSize, promptTokens, responseTokens, prefixLength } = step
  const way = memory?.training.plan.recompute === 'block' ? ', layers recomputed' : ''
  return `a training step of ${batchSize} examples of ${promptTokens} + ${responseTokens} tokens behind ${prefixLength} virtual ones${way}`
}

function memoryLines({ parts, total }: MemoryUse): string[] {
  const rows = [...parts, { name: 'in all', bytes: total }].map(
    ({ name, bytes }) => [name, bytesText(bytes)] as const,
  )
  const widest = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, size]) => `  ${name.padEnd(widest)}  ${size.padStart(8)}`)
}
