/**
 * Generates the demo data that comes from the model itself, in packages/policypatch/demo/: harmless prompts (everyday.jsonl),
 * half of them ordinary, half starting like the demo's harmful ones; and earlier turns to place prompts after (chats.jsonl).
 *
 *     node --import ./scripts/source.mjs scripts/make-everyday-prompts.ts [--count N] [--seed N] [--only-chats]
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type ChatMessage, loadModel, readPrompts } from 'policypatch'
import { chatContexts, selectivePrompts } from 'policypatch/pairs'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '700' },
    seed: { type: 'string', default: '0' },
    'only-chats': { type: 'boolean' },
  },
})
const folder = fileURLToPath(new URL('../packages/policypatch/demo/', import.meta.url))
const model = await loadModel('HuggingFaceTB/SmolLM2-135M-Instruct')
const seed = Number(values.seed)
const write = (name: string, rows: readonly unknown[]) => {
  writeFileSync(`${folder}${name}`, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  console.error(`${name}: ${rows.length} rows`)
}
const onProgress = ({ stage, done, total }: { stage: string; done: number; total: number }) =>
  console.error(`${stage} ${done} of ${total}`)

if (!values['only-chats']) {
  const harmful = (await readPrompts(`${folder}harmful.jsonl`)).slice(0, 294)
  const made = await selectivePrompts({
    model,
    prompts: harmful,
    everyday: Number(values.count),
    seed,
    onProgress,
  })
  const rows = made
    .slice(harmful.length)
    .map(({ prompt, kind, part }) => ({ prompt, kind, part, split: 'train' }))
  write('everyday.jsonl', rows)
}

const everyday = await readPrompts(`${folder}everyday.jsonl`)
const ordinary = everyday.flatMap(({ prompt, part }) => (part === 'everyday' ? [prompt as string] : []))
const chats = await chatContexts(model, ordinary, { count: 40, share: 0.3, seed, onProgress })
const turnsOf = (before: readonly ChatMessage[] = []) => before.filter(({ role }) => role !== 'system')
write(
  'chats.jsonl',
  chats.map(({ name, share, before }) => ({ name, share, turns: turnsOf(before) })),
)
await model.dispose()
