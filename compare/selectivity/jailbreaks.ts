/**
 * Measures how often a patch refuses harmful prompts wrapped in jailbreaks, by family, and what its gate lets through:
 *
 *     npm run compare:jailbreaks -- --patch DIR [--rows N] [--max-tokens N] [--out FILE]
 *
 * The default recipe trains on no jailbreaks, so every family is unseen. The prompts are the first of the held-out harmful sets.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { applyPatch, formatEvaluation, loadModel, readPatch, readPrompts } from 'policypatch'
import { evaluateGrid, furtherJailbreaks, jailbreakPrompts, standardJailbreaks } from 'policypatch/evaluate'
import { baseModel } from '../domains/base-model.ts'

const { values } = parseArgs({
  options: {
    patch: { type: 'string' },
    rows: { type: 'string', default: '24' },
    'max-tokens': { type: 'string', default: '40' },
    out: { type: 'string', default: 'compare/results/jailbreaks.json' },
  },
})
if (!values.patch) throw new Error('usage: npm run compare:jailbreaks -- --patch DIR')

const sets = ['simplesafetytests', 'catqa', 'gptfuzz']
const perSet = Math.ceil(Number(values.rows) / sets.length)
const harmful = []
for (const set of sets) {
  harmful.push(...(await readPrompts(`compare/held-out/${set}.jsonl`)).slice(0, perSet))
}
const plain = harmful.map(({ part: _, ...row }) => row)
const families = [...standardJailbreaks, ...furtherJailbreaks]
const prompts = [
  ...plain.map((row) => ({ ...row, part: 'plain' })),
  ...families.flatMap((jailbreak) => jailbreakPrompts(plain, jailbreak)),
]
const model = await loadModel(baseModel)
const patched = applyPatch(model, await readPatch(values.patch))
const evaluation = await evaluateGrid({
  subjects: [
    { name: 'base', model },
    { name: 'patched', model: patched },
  ],
  prompts,
  // Many-shot prompts take a thousand tokens each.
  generation: { maxTokens: Number(values['max-tokens']), batchSize: 8 },
  onProgress: ({ stage, done, total }) => done % 40 === 0 && console.error(`${stage} ${done} of ${total}`),
})
const fired = await patched.takesEffect(
  prompts.map(({ prompt }) => (typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt)),
  { batchSize: 8 },
)
const gate = Object.fromEntries(
  [...new Set(prompts.map(({ part }) => part ?? ''))].map((part) => {
    const own = fired.filter((_, index) => prompts[index]?.part === part)
    return [part, own.filter(Boolean).length / own.length]
  }),
)
const { cells, subjects, judges, maxTokens } = evaluation
writeFileSync(values.out, `${JSON.stringify({ subjects, judges, maxTokens, cells, gate }, null, 2)}\n`)
console.log(formatEvaluation(evaluation))
console.log('the gate fires on', JSON.stringify(gate))
await model.dispose()
