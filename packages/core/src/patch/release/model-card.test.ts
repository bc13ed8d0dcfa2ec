import { expect, test } from 'vitest'
import { tinyManifest } from '../../../test/patch/tiny-patch.ts'
import { modelCard } from './model-card.ts'

const front = (card: string) => card.split('---\n')[1]?.trim().split('\n')

test('front matter has the fields the Hub reads', () => {
  expect(front(modelCard({ ...tinyManifest, effects: [] }))).toEqual([
    'license: apache-2.0',
    'base_model: example/tiny-llama',
    'base_model_relation: adapter',
    'library_name: peft',
    'pipeline_tag: text-generation',
    'tags:',
    '- "policypatch"',
    '- "prompt-tuning"',
    '- "safety"',
    '- "harmfulness"',
  ])
})

test('a licence without a Hub identifier is "other", and a file is no base model of the Hub', () => {
  const base = { ...tinyManifest.base, id: './models/tiny model.gguf' }
  const lines = front(modelCard({ ...tinyManifest, license: 'LicenseRef-Acme OR MIT', base }))
  expect(lines?.slice(0, 3)).toEqual([
    'license: other',
    'license_name: "licenseref-acme-or-mit"',
    'library_name: peft',
  ])
})

test('effects stand in the front matter, in the form of a model index', () => {
  const lines = front(modelCard(tinyManifest)) ?? []
  expect(lines.slice(lines.indexOf('model-index:'))).toEqual([
    'model-index:',
    `- name: "${tinyManifest.name}"`,
    '  results:',
    '  - task:',
    '      type: text-generation',
    '    dataset:',
    '      type: "held-out-96-prompts"',
    '      name: "held-out | 96 prompts"',
    '    metrics:',
    '    - type: "refusal-rate-harmful"',
    '      value: 0.9583',
    '      name: "refusal rate, harmful (phrases)"',
    '      args:',
    '        judge: "phrases"',
    '        n: 96',
    '        interval_95: [0.9, 0.985]',
    '        base: 0.1',
    '        base_interval_95: [0.05, 0.18]',
  ])
})

test('effects stand in a table, their text cannot break it', () => {
  const card = modelCard(tinyManifest)
  expect(card).toContain(
    '| refusal rate, harmful | 0.1 [0.05, 0.18] | 0.958 [0.9, 0.985] | 96 | phrases | held-out \\| 96 prompts |',
  )
  expect(modelCard({ ...tinyManifest, effects: [] })).toContain('None recorded.')
})

test('text of others is not markup', () => {
  const domain = 'x\n---\n<script>alert(1)</script>'
  const card = modelCard({ ...tinyManifest, domain })
  expect(card).not.toContain('<script>alert(1)</script>\n')
  expect(card).toContain('Domain: x --- \\<script\\>alert(1)\\</script\\>.')
  expect(front(card)).toContain('- "x\\n---\\n<script>alert(1)</script>"')
})

test('text of others is no link, formula, mention or fence, in any field', () => {
  const text =
    'https://evil.example www.evil.example a@evil.example $x$ ~~x~~ ![x](y) &lt; ```\n# x\u001b[2J\u202e'
  const [effect] = tinyManifest.effects
  const card = modelCard({
    ...tinyManifest,
    ...{ domain: text, license: text, requires: [text], conflicts: [text] },
    base: { ...tinyManifest.base, id: text },
    recipe: { ...tinyManifest.recipe, reference: text, data: { [text]: 'c'.repeat(64) } },
    prefix: { ...tinyManifest.prefix, init: text },
    effects: effect ? [{ ...effect, metric: text, judge: text, data: text }] : [],
  })
  expect(['\u001b', '\u202e'].filter((character) => card.includes(character))).toEqual([])
  const outside = card
    .replace(/^---\n.*?\n---\n/s, '')
    .replace(/```\w+\n.*?\n```/gs, '')
    .replace(/(?<!\\)`[^`\n]*`/g, '')
    .replaceAll('](https://github.com/huggingface/peft)', '')
  expect(outside).not.toMatch(/:\/\/|www\.|(?<!\\)[@$~&`]|(?<!\\)\]\(|^# x/m)
  expect(card.match(/^```/gm)).toHaveLength(4)
})

test('a composed patch names its parts, and only one that stands in line is said to be an adapter of PEFT', () => {
  const part = { name: 'one', version: '1.2.0', digest: 'ab'.repeat(32), length: 2, weight: 0.5 }
  const composition = { method: 'parallel' as const, parts: [part, { ...part, name: 'two' }] }
  const sideBySide = {
    ...tinyManifest,
    composition,
    prefix: { ...tinyManifest.prefix, parts: [part, part].map(({ length, weight }) => ({ length, weight })) },
  }
  const card = modelCard(sideBySide)
  expect(card).toContain('Method: `parallel`')
  expect(card).toContain('| two 1.2.0 | 2 | 0.5 | `abababababab` |')
  expect(front(card)).toContain('library_name: policypatch')
  expect(card).not.toContain('PeftModel')
  expect(modelCard({ ...tinyManifest, composition: { ...composition, method: 'concat' } })).toContain(
    'PeftModel',
  )
})
