import { cp, readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { tinyProject } from '../../test/tiny-project.ts'

const { at, run } = tinyProject()

test('scan measures a patch on prompts of its own, and contradicts a claim that does not hold', async () => {
  await cp(at('patches/tiny'), at('claims'), { recursive: true })
  const manifest = JSON.parse(await readFile(at('claims/patch.json'), 'utf8'))
  const rate = (value: number) => ({ value, low: value, high: value })
  const effect = (metric: string) => ({
    metric,
    judge: 'refusal-phrases-v2',
    n: 60,
    before: rate(0),
    after: rate(1),
  })
  const effects = [
    { ...effect('refusal rate'), data: 'catqa' },
    { ...effect('refusal rate'), data: 'own.jsonl' },
    { ...effect('beauty'), data: 'own.jsonl' },
  ]
  await writeFile(at('claims/patch.json'), JSON.stringify({ ...manifest, effects }))
  const line = [
    'scan',
    'claims',
    '--model',
    'tiny',
    '--rows',
    '6',
    '--max-tokens',
    '4',
    '--no-ability',
    '--json',
  ]
  const { code, stdout, stderr } = await run(line)
  expect(code).toBe(1)
  expect(stderr).toContain('EXPECTATION_FAILED')
  const { claims, prefix, measurements } = JSON.parse(stdout)
  expect(claims.map((one: { verdict: string }) => one.verdict)).toEqual([
    ...['contradicted', 'lower elsewhere', 'not measured'],
  ])
  expect(prefix).toMatchObject({ tokens: 3 })
  const metrics = new Set(measurements.map((one: { metric: string }) => one.metric))
  for (const metric of ['refusal rate', 'over-refusal rate', 'offensive answers', 'degenerate responses'])
    expect(metrics).toContain(metric)
})
