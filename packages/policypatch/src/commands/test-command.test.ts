import { readFile, writeFile } from 'node:fs/promises'
import { beforeAll, expect, test } from 'vitest'
import { tinyProject } from '../../test/tiny-project.ts'

const { at, run, succeed } = tinyProject()

const measured = { prompts: 'prompts.jsonl', maxTokens: 6, judge: 'regex:.' }
const write = (file: string, expectations: unknown) => writeFile(at(file), JSON.stringify(expectations))

beforeAll(async () => {
  const expect = [
    { metric: 'refusal rate', atLeast: 0.5 },
    { metric: 'refusal rate', atMost: 0.5, interval: true },
    { metric: 'perplexity', atMost: 100 },
  ]
  await write('safety.json', {
    model: 'tiny',
    patch: 'patches/tiny',
    tests: [{ name: 'all', ...measured, expect }],
  })
})

test('test fails for figures outside of their bounds and for what is not measured, and reports to CI', async () => {
  const { code, stdout, stderr } = await run([
    'test',
    'safety.json',
    '--junit',
    'out.xml',
    '--sarif',
    'out.sarif',
  ])
  expect(code).toBe(1)
  expect(stdout.split('\n').filter((line) => line.includes('FAILED'))).toHaveLength(2)
  expect(stdout).toContain('not measured')
  expect(stderr).toContain('error EXPECTATION_FAILED')

  const xml = await readFile(at('out.xml'), 'utf8')
  expect(xml).toMatch(/<testsuite name="all" tests="3" failures="2"/)
  const { runs } = JSON.parse(await readFile(at('out.sarif'), 'utf8'))
  expect(runs[0].results).toMatchObject([
    { ruleId: 'refusal rate', message: { text: expect.stringContaining('at most 0.5, its whole interval') } },
    { ruleId: 'perplexity', message: { text: expect.stringContaining('found not measured') } },
  ])
})

test('test passes where all figures hold, without a patch too', async () => {
  const expectations = [{ metric: 'refusal rate', atLeast: 0.9 }]
  await write('passes.json', { model: 'tiny', tests: [{ name: 'all', ...measured, expect: expectations }] })
  const { stdout } = await succeed('test', 'passes.json', '--json')
  expect(JSON.parse(stdout)).toMatchObject([
    { name: 'all', held: [{ passed: true, measured: { subject: 'base' } }] },
  ])
})

test('test names every wrong field of its file', async () => {
  const [one] = [
    {
      name: 'all',
      prompts: 'prompts.jsonl',
      judges: 'json',
      maxTokens: 0,
      expect: [{ metric: 'x', atMost: 1 }],
    },
  ]
  await write('wrong.json', { tests: [one] })
  const options = await run(['test', 'wrong.json', '--model', 'tiny'])
  expect(options.stderr).toMatch(/judges: unknown field; all: maxTokens/)
  await write('wrong.json', { model: 'tiny', tests: [{ ...one, expect: [{ metric: 'x' }] }], more: 1 })
  const shape = await run(['test', 'wrong.json'])
  expect(shape.stderr).toMatch(/MALFORMED.*atLeast, atMost or both.*more/s)
})
