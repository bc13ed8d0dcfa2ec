import { readFile, writeFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { temporaryFolder } from '../test/fixtures.ts'
import { runCommand } from '../test/run-command.ts'

// Each test starts processes, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

let cwd = ''
const run = (args: string, ...more: string[]) => runCommand([...args.split(/\s+/), ...more], { cwd })

const recorded = (response: (index: number) => string) =>
  Array.from(
    { length: 24 },
    (_, i) => `${JSON.stringify({ prompt: `order ${i}`, response: response(i) })}\n`,
  ).join('')

beforeAll(async () => {
  cwd = await temporaryFolder()
  await writeTinyModel(`${cwd}/tiny`)
  await writeFile(
    `${cwd}/json.jsonl`,
    recorded((i) => `{"a": ${i}}`),
  )
  await writeFile(
    `${cwd}/mixed.jsonl`,
    recorded((i) => (i % 6 === 0 ? '{"a": 1}' : 'Sure!')),
  )
  await writeFile(`${cwd}/schema.json`, '{"type": "object", "required": ["a"]}')
})

const train = (data: string, out: string, more = '') =>
  run(
    `train --model tiny --prompts ${data} --reference recorded:${data} --judge json:schema.json --out ${out}
     --everyday 0 --contexts none --max-tokens 8 --length 3 --batch-size 2 --no-validation --sft-steps 2 ${more}`.trim(),
  )

describe('a goal that is no refusal', () => {
  test('is trained from prompts without a kind; a patch that fails is kept, shown, and ends with 1', async () => {
    const { code, stdout, stderr } = await train('json.jsonl', 'patches/json')
    expect(stderr).toMatch(/all are treated as target \(--kind\)/)
    expect(stderr).toMatch(
      /The reference answers 20 of 20 target prompts as wanted\.\n {2}order \d+ → \{"a": \d+\}/,
    )
    expect(stdout).toMatch(/target prompts answered as wanted/)
    expect(stdout.match(/^ {2}patched: /gm)).toHaveLength(3)
    expect(stdout).toMatch(/This patch is worse than none: it changes next to nothing/)
    expect(stderr).toMatch(/error TRAINING_FAILED: .*saved in .*patches\/json; --no-(check|eval) /)
    expect(code).toBe(1)
    const manifest = JSON.parse(await readFile(`${cwd}/patches/json/patch.json`, 'utf8'))
    expect(manifest.domain).toBe('goal')
    expect(manifest.recipe.options).toMatchObject({
      judge: { name: 'json-schema', schema: { type: 'object', required: ['a'] } },
      reference: { name: manifest.recipe.reference },
    })
    expect(manifest.effects).toMatchObject([{ metric: 'answered as wanted', n: 4 }, {}])
  })

  test('is not looked at where it is told so', async () => {
    const { code, stdout } = await train('json.jsonl', 'patches/unchecked', '--no-check')
    expect(code).toBe(0)
    expect(stdout).not.toMatch(/as wanted/)
  })

  test('is not trained where the reference does something else, unless it is told so', async () => {
    const refused = await train('mixed.jsonl', 'patches/mixed')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/error TRAINING_FAILED: .*at least 30%.*it answers "Sure!"/)
    const told = await train('mixed.jsonl', 'patches/mixed', '--min-reference-share 0')
    expect(told.stdout, told.stderr).toMatch(/^patches\/mixed\n/)
  })

  test('is measured by the same judge', async () => {
    await writeFile(`${cwd}/unseen.jsonl`, '{"prompt":"order 99"}\n{"prompt":"order 98"}\n')
    const { code, stdout, stderr } = await run(
      'eval --patch patches/unchecked --model tiny --prompts unseen.jsonl --judge json:schema.json --max-tokens 8',
    )
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/target as wanted/)
  })
})

test.each([
  ['regex:(', /error INVALID_ARGUMENT: .*regular expression/],
  ['json:nowhere.json', /error NOT_FOUND: .*nowhere\.json/],
  ['file:json.jsonl', /error MALFORMED: .*json\.jsonl/],
])('a judge that cannot be is told of before the model is loaded: %s', async (judge, message) => {
  const { code, stderr } = await run(
    'train --model nowhere/nothing --prompts json.jsonl --reference recorded:json.jsonl --out x --judge',
    judge,
  )
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
})
