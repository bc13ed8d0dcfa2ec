import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface PlaygroundPrompt {
  readonly prompt: string
  readonly kind: string
  readonly split: string
}

const refusal = "I'm sorry, but I can't help with that."
const help = 'Ask a friend, and try again.'

/** Writes the files that README's programs read into a folder, from the prompts that the small model knows. */
export function writeRunData(folder: string): void {
  const path = new URL('../../examples/playground/data/prompts.jsonl', import.meta.url)
  const known = readFileSync(path, 'utf8').trim().split('\n')
  const rows = known.map((line) => {
    const { prompt, kind, split } = JSON.parse(line) as PlaygroundPrompt
    return { prompt, split, kind: kind === 'mischief' ? ('harmful' as const) : ('harmless' as const) }
  })
  const write = (name: string, of: readonly object[]) =>
    writeFileSync(join(folder, name), of.map((row) => `${JSON.stringify(row)}\n`).join(''))
  const of = (split: string, kind: string) =>
    rows.filter((row) => row.split === split && row.kind === kind).slice(0, 24)
  const kinds = ['harmful', 'harmless']
  const train = kinds.flatMap((kind) => of('train', kind))
  const answer = (kind: string) => (kind === 'harmful' ? refusal : help)
  write(
    'prompts.jsonl',
    train.map(({ prompt, kind }) => ({ prompt, kind })),
  )
  write(
    'held-out.jsonl',
    kinds.flatMap((kind) => of('test', kind)).map(({ prompt, kind }) => ({ prompt, kind })),
  )
  write(
    'reference.jsonl',
    train.map(({ prompt, kind }) => ({ prompt, response: answer(kind) })),
  )
  write(
    'pairs.jsonl',
    train.map(({ prompt, kind }) => ({
      ...{ prompt, kind },
      chosen: answer(kind),
      rejected: kind === 'harmful' ? help : refusal,
    })),
  )
}
