/**
 * Writes the two files in packages/policypatch/ability/ that come from published data sets.
 *
 *     node --import tsx scripts/make-ability-data.ts --data DIR
 *
 * `--data` contains blimp.jsonl ({good, bad, phenomenon, field}: sentence_good, sentence_bad, UID and field of BLiMP) and
 * commonsense-qa.jsonl ({question, choices, answer}, the answer as an index). texts.jsonl and instructions.jsonl are this
 * project's own and are not changed.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

interface Pair {
  readonly good: string
  readonly bad: string
  readonly phenomenon: string
  readonly field: string
}

interface Question {
  readonly question: string
  readonly choices: readonly string[]
  readonly answer: number
}

const TARGET = fileURLToPath(new URL('../packages/policypatch/ability/', import.meta.url))

function readLines<T>(path: string): T[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => line.length > 0).map((line) => JSON.parse(line) as T)
}

function write(name: string, rows: readonly unknown[]): void {
  writeFileSync(join(TARGET, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  console.log(name, rows.length)
}

const { data } = parseArgs({ options: { data: { type: 'string' } } }).values
if (data === undefined) throw new Error('--data DIR is needed')
write(
  'minimal-pairs.jsonl',
  readLines<Pair>(join(data, 'blimp.jsonl')).map(({ good, bad, phenomenon, field }) => ({
    good,
    bad,
    phenomenon,
    // One of BLiMP's files writes the field with a slash.
    field: field.replace('/', '_'),
  })),
)
write(
  'multiple-choice.jsonl',
  readLines<Question>(join(data, 'commonsense-qa.jsonl')).map(({ question, choices, answer }) => ({
    question,
    choices,
    answer,
  })),
)
