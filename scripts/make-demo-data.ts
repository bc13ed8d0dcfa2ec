/**
 * Builds packages/policypatch/demo/*.jsonl and checks that no split leaks into another.
 *
 *     node --import tsx scripts/make-demo-data.ts --data DIR --origins DIR
 *
 * `--data` holds harmful-instructions.jsonl ({prompt, split}: the harmful splits of andyrdt/refusal_direction);
 * `--origins` is `dataset/processed` of andyrdt/refusal_direction, which says what set each harmful prompt came from. The
 * harmless prompts are this project's own, scripts/demo-data/harmless-*.txt; held-out.jsonl is a part of
 * compare/held-out. Without the two folders only these are made. near-misses.jsonl was written by hand where it is;
 * what the model made comes from make-everyday-prompts.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ORIGINS, splitHarmful } from './demo-data/harmful-prompts.ts'
import { assertDisjoint } from './demo-data/overlap.ts'

interface Row {
  readonly prompt: string
  readonly split: string
}

const SOURCE = fileURLToPath(new URL('demo-data/', import.meta.url))
const TARGET = fileURLToPath(new URL('../packages/policypatch/demo/', import.meta.url))

function readLines<T>(path: string): T[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => line.length > 0).map((line) => JSON.parse(line) as T)
}

function write(name: string, rows: readonly Row[]): void {
  writeFileSync(join(TARGET, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const counts = new Map<string, number>()
  for (const { split } of rows) counts.set(split, (counts.get(split) ?? 0) + 1)
  console.log(name, Object.fromEntries(counts))
}

function readHarmless(): Row[] {
  return ['train', 'validation', 'test'].flatMap((split) =>
    readFileSync(join(SOURCE, `harmless-${split}.txt`), 'utf8')
      .split('\n')
      .filter((line) => line.length > 0 && !line.startsWith('#'))
      .map((prompt) => ({ prompt, kind: 'harmless', split, source: 'policypatch' })),
  )
}

/** Sets of other origin than what is trained on, so many rows of each, from all over it. */
const HELD_OUT = [
  'simplesafetytests',
  'catqa',
  'gptfuzz',
  'xstest-unsafe',
  'vicuna-bench',
  'koala',
  'xstest-safe',
]
const HELD_OUT_ROWS = 40

function heldOut(): Row[] {
  const folder = fileURLToPath(new URL('../compare/held-out/', import.meta.url))
  return HELD_OUT.flatMap((name) => {
    const rows = readLines<{ prompt: string; kind: string; part: string }>(join(folder, `${name}.jsonl`))
    const count = Math.min(HELD_OUT_ROWS, rows.length)
    const chosen = Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)])
    return chosen.flatMap((row) => (row ? { ...row, split: 'test' } : []))
  })
}

function readOrigins(folder: string): Map<string, string> {
  const origins = new Map<string, string>()
  for (const name of ORIGINS) {
    const rows = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as { instruction: string }[]
    for (const { instruction } of rows) {
      const prompt = instruction.trim()
      if (!origins.has(prompt)) origins.set(prompt, name)
    }
  }
  return origins
}

function prompts(rows: readonly Row[], isIn: (split: string) => boolean): string[] {
  return rows.filter((row) => isIn(row.split)).map((row) => row.prompt)
}

/** No test or validation prompt may be much like one of another split, nor any prompt stand twice. */
function check(rows: readonly Row[], limit: number): void {
  const all = rows.map((row) => row.prompt.toLowerCase())
  const twice = all.filter((prompt, i) => all.indexOf(prompt) !== i)
  if (twice.length > 0) throw new Error(`Prompts that stand twice: ${twice.join(' | ')}`)
  for (const held of ['validation', 'test']) {
    assertDisjoint(
      prompts(rows, (split) => split === held),
      prompts(rows, (split) => split !== held),
      limit,
    )
  }
}

const { values } = parseArgs({ options: { data: { type: 'string' }, origins: { type: 'string' } } })
const harmless = readHarmless()
check(harmless, 0.5)
write('harmless.jsonl', harmless)
write('held-out.jsonl', heldOut())
if (values.data !== undefined && values.origins !== undefined) {
  const harmful = splitHarmful(
    readLines(join(values.data, 'harmful-instructions.jsonl')),
    readOrigins(values.origins),
  )
  check(harmful, 0.6)
  write('harmful.jsonl', harmful)
}
