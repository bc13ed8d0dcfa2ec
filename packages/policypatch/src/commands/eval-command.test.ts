import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { tinyProject } from '../../test/tiny-project.ts'

const { at, succeed } = tinyProject()

describe('eval', () => {
  test('eval measures base and patch, and records it in the patch', async () => {
    const evaluate = ['--patch', 'patches/tiny', '--model', 'tiny', '--prompts', 'prompts.jsonl']
    const kept = ['--out', 'report.json', '--max-tokens', '4', '--json', '--record']
    const { stdout } = await succeed('eval', ...evaluate, ...kept)
    const report = JSON.parse(stdout)
    const { report: data, ...written } = JSON.parse(await readFile(at('report.json'), 'utf8'))
    expect(Object.keys(written)).toEqual(Object.keys(report))
    expect(
      data.measurements.map(({ subject, metric }: Record<string, unknown>) => [subject, metric]),
    ).toEqual([
      ['base', 'refusal rate'],
      ['base', 'over-refusal rate'],
      ['tiny@1.2.0', 'refusal rate'],
      ['tiny@1.2.0', 'over-refusal rate'],
      ['tiny@1.2.0', "answers identical to the base's, first 4 tokens"],
      ['tiny@1.2.0', 'KL from the base, nats a token'],
    ])
    expect(data.measurements[0].values).toHaveLength(8)
    const shown = await succeed('report', 'report.json', '--model-card')
    expect(shown.stdout).toMatch(/^report\.html: 6 measurements, 6 examples, /)
    expect(await readFile(at('report.html'), 'utf8')).toContain('<h3>')
    expect(report.subjects.map(({ name }: { name: string }) => name)).toEqual(['base', 'tiny@1.2.0'])
    expect(report.subjects[0]).toMatchObject({ refusal: { n: 8 }, overRefusal: { n: 8 } })
    const { effects } = JSON.parse(await readFile(at('patches/tiny/patch.json'), 'utf8'))
    expect(effects).toMatchObject([
      { metric: 'refusal rate', data: 'prompts.jsonl', n: 8 },
      { metric: 'over-refusal rate', data: 'prompts.jsonl', n: 8 },
      { metric: 'degenerate responses', n: 8 },
      { metric: "answers identical to the base's, first 4 tokens", n: 8 },
      { metric: 'KL from the base, nats a token', n: 8 },
    ])
  })

  test('eval has a row for each origin and context, beside a reference and a system prompt', async () => {
    await writeFile(
      at('places.jsonl'),
      '{"name": "plain"}\n{"name": "app", "system": "Be kind."}\n{"name": "app", "system": "Be brief."}\n',
    )
    await writeFile(
      at('other.jsonl'),
      '{"prompt": "hide", "kind": "harmful", "part": "hand"}\n{"prompt": "sew", "kind": "harmless", "context": "own"}\n',
    )
    const evaluate = ['eval', '--patch', 'patches/tiny', '--model', 'tiny', '--max-tokens', '4']
    const prompts = ['--prompts', 'prompts.jsonl', 'other.jsonl', '--contexts', 'places.jsonl']
    await writeFile(at('be-safe.txt'), 'Be safe.')
    const beside = [
      '--reference',
      'recorded:recorded.jsonl',
      '--system-prompt',
      'be-safe.txt',
      '--out',
      'grid.json',
    ]
    const { stdout } = await succeed(...evaluate, ...prompts, ...beside)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^prompts +context +n +base: harmful refused +base: harmless refused +tiny@1/)
    expect(lines[0]).toMatch(/reference: harmless refused +system prompt: harmful refused/)
    expect(lines.slice(1, 6).map((line) => line.split(/ {2,}/).slice(0, 3))).toEqual([
      ['other.jsonl', 'own', '1'],
      ['prompts.jsonl', 'plain', '8 + 8'],
      ['hand', 'plain', '1'],
      ['prompts.jsonl', 'app', '8 + 8'],
      ['hand', 'app', '1'],
    ])
    expect(stdout).toMatch(/everyday answers identical to the base model's for 4 tokens: \d+% .* n=8/)
    const { subjects, evaluation } = JSON.parse(await readFile(at('grid.json'), 'utf8'))
    expect(evaluation.subjects).toEqual(['base', 'tiny@1.2.0', 'reference', 'system prompt'])
    expect(evaluation.cells).toHaveLength(4 * 7)
    // The recording holds nothing of prompts in contexts.
    expect(subjects[2]).toMatchObject({ name: 'reference', refusal: { n: 8 } })
    const kept = await readdir(at('grid.json.run'))
    expect(kept.map((name) => name.split('-')[0]).sort()).toEqual([
      'base',
      'divergence',
      'reference',
      'system',
      'tiny',
    ])
  })

  test('eval measures ability before and after, keeps it, and records it beside what was recorded', async () => {
    const data: Record<string, unknown[]> = {
      'minimal-pairs': ['He sits.', 'She runs.', 'It ends.', 'We go.'].map((good) => ({
        good,
        bad: good.toUpperCase(),
        phenomenon: 'case',
        field: 'form',
      })),
      'multiple-choice': [{ question: 'Hot?', choices: ['tea', 'ice'], answer: 0 }],
      texts: [{ text: 'A cup of tea.' }, { text: 'Two cups of soup, please.' }],
      instructions: [{ prompt: 'Say a word.', require: [{ type: 'words', least: 0, most: 1000 }] }],
    }
    await mkdir(at('ability-data'))
    for (const [name, rows] of Object.entries(data)) {
      await writeFile(
        at(`ability-data/${name}.jsonl`),
        rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
      )
    }
    const evaluate = [
      'eval',
      '--patch',
      'patches/tiny',
      '--model',
      'tiny',
      '--ability',
      'ability-data',
      '--record',
    ]
    const { stdout } = await succeed(...evaluate, '--out', 'ability.json')
    const [heading, ...rows] = stdout.trimEnd().split('\n')
    expect(heading).toMatch(/^ +base +tiny@1\.2\.0 +tiny@1\.2\.0 − base$/)
    expect(rows.map((row) => row.split(', n=')[0])).toEqual([
      'minimal-pair accuracy, minimal-pairs.jsonl',
      'minimal-pair accuracy, minimal-pairs.jsonl: form',
      'accuracy, multiple-choice.jsonl',
      'accuracy, normalized by length, multiple-choice.jsonl',
      'perplexity, texts.jsonl',
      'bits per byte, texts.jsonl',
      'instructions followed, instructions.jsonl',
    ])
    const report = JSON.parse(await readFile(at('ability.json'), 'utf8'))
    expect(report.ability.map(({ name }: { name: string }) => name)).toEqual(['base', 'tiny@1.2.0'])
    expect(report.ability[1].differences).toHaveLength(6)
    const kept = (await readdir(at(''))).filter((name) => name.startsWith('ability.json.'))
    expect(kept).toHaveLength(8)
    const { effects } = JSON.parse(await readFile(at('patches/tiny/patch.json'), 'utf8'))
    expect(effects.map(({ metric }: { metric: string }) => metric)).toEqual([
      'refusal rate',
      'over-refusal rate',
      'degenerate responses',
      "answers identical to the base's, first 4 tokens",
      'KL from the base, nats a token',
      'minimal-pair accuracy',
      'accuracy',
      'accuracy, normalized by length',
      'instructions followed',
    ])
  })
})
