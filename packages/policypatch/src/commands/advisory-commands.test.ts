import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'
import { tinyProject } from '../../test/tiny-project.ts'

const { at, run, succeed } = tinyProject()

const advise = (bound: string) =>
  [
    'advise',
    'evaluation.json',
    '--model',
    'tiny',
    '--id',
    'x_TEST-2026-0001',
    '--summary',
    'Answers everything',
  ].concat([
    '--severity',
    'moderate',
    '--metric',
    'refusal rate',
    '--bound',
    bound,
    '--out',
    'advisories/one.json',
  ])

beforeAll(async () => {
  await mkdir(at('advisories'))
  const measure =
    'eval --model tiny --patch patches/tiny --prompts prompts.jsonl --max-tokens 6 --judge regex:Zz --record'
  await succeed(...measure.split(' '), '--out', 'evaluation.json')
})

test('what eval measured becomes an advisory, and audit finds it in that model alone', async () => {
  expect((await run(advise('0'))).stderr).toMatch(/INVALID_ARGUMENT.*below the bound of 0/)
  await succeed(...advise('0.9'))

  const audit = ['audit', 'tiny', 'other', '--advisories', 'advisories']
  const { code, stdout, stderr } = await run(audit)
  expect(code).toBe(1)
  expect(stdout).toMatch(/moderate.*x_TEST-2026-0001.*open/)
  expect(stdout).toContain('other: no known fault')
  expect(stderr).toContain('error EXPECTATION_FAILED')
  await succeed(...audit, '--level', 'high')
})

test('audit counts a fault as mended by an installed patch that is measured within the bound', async () => {
  await succeed(...advise('0.9'))
  await cp(at('patches/tiny'), at('mended'), { recursive: true })
  const manifest = JSON.parse(await readFile(at('mended/patch.json'), 'utf8'))
  const effects = manifest.effects.map((effect: { metric: string }) =>
    effect.metric === 'refusal rate' ? { ...effect, after: { value: 0.95, low: 0.9, high: 1 } } : effect,
  )
  await writeFile(at('mended/patch.json'), JSON.stringify({ ...manifest, version: '2.0.0', effects }))
  await succeed('install', 'mended')
  const { stdout } = await succeed('audit', 'tiny', '--advisories', 'advisories/one.json', '--json')
  const [{ findings }] = JSON.parse(stdout)
  expect(findings).toMatchObject([
    { mendedBy: [{ name: 'tiny', version: '2.0.0', by: 'measured', value: 0.95 }] },
  ])
})

test('a file that is no advisory is named with its faults', async () => {
  await writeFile(at('wrong.json'), '{"id": "x_1"}')
  const { code, stderr } = await run(['audit', 'tiny', '--advisories', 'wrong.json'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/MALFORMED.*wrong\.json.*modified/s)
})
