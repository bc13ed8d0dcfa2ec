import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { temporaryFolder, writeTinyData } from './fixtures.ts'
import { runCommand } from './run-command.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

let cwd = ''
const at = (path: string) => `${cwd}/${path}`
const run = (line: string) => runCommand(line.split(' '), { cwd })

/** Runs a command that must succeed; what it prints with --json. */
async function json(line: string) {
  const { code, stdout, stderr } = await run(`${line} --json`)
  expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' })
  return JSON.parse(stdout)
}

const words =
  'the man who a dog of our old town and his tea by our sea in a red boat with cake for all'.split(' ')
const texts = words.map((word, index) => `The ${word} ${words[(index * 7) % words.length]}`)

/** TypeScript that imports nothing at run time, so that every Node runs it without this package at hand. */
const shouting = `
import type { Domain } from 'policypatch'

enum Sign { Mark = '!' }

const judge = {
  specificationVersion: 'v1' as const,
  name: 'shouts',
  score: async (requests: readonly { response: string }[]) =>
    requests.map(({ response }) => Number(response.includes(Sign.Mark))),
}

export default {
  specificationVersion: 'v1',
  name: 'shouting',
  format: 'chat',
  sampling: { samples: 2, maxTokens: 3, temperature: 1 },
  pairs: {
    judge,
    sides: { target: { chosen: { from: 'reference' }, rejected: { from: 'model' } } },
    filter: false,
  },
  training: { prefix: { length: 2, init: 'vocab' }, sft: { steps: 4 }, dpo: false, gate: false, validation: false },
  judges: { shouting: [judge] },
  metrics: [
    { reads: 'scores', role: 'shouting', name: 'shouts', better: 'higher', value: (all) => all[0]?.score },
    { reads: 'texts', judge: 'count', name: 'letters', better: 'lower', value: (all) => all.join('').length },
  ],
} satisfies Domain
`

/** A tiny model with tokens for the pronouns, in place of two characters, as figures of gender need them. */
async function writeModelWithPronouns(folder: string): Promise<void> {
  await writeTinyModel(folder)
  const tokenizer = JSON.parse(await readFile(`${folder}/tokenizer.json`, 'utf8'))
  for (const [character, content] of Object.entries({ '{': ' he', '}': ' she' })) {
    tokenizer.added_tokens.push({ id: tokenizer.model.vocab[character], content, special: false })
    delete tokenizer.model.vocab[character]
  }
  await writeFile(`${folder}/tokenizer.json`, JSON.stringify(tokenizer))
}

beforeAll(async () => {
  cwd = await temporaryFolder()
  await writeTinyModel(at('tiny'))
  await writeModelWithPronouns(at('pronouns'))
  await writeTinyData(cwd)
  await mkdir(at('patches'))
  const rows = texts.map((prompt) => JSON.stringify({ prompt, kind: 'harmful' }))
  await writeFile(at('texts.jsonl'), `${rows.join('\n')}\n`)
  await writeFile(at('kind.txt'), 'Be kind.')
  await writeFile(at('shouting.ts'), shouting)
  const target = texts.map((prompt) => JSON.stringify({ prompt, kind: 'target', response: `${prompt}!` }))
  await writeFile(at('target.jsonl'), `${target.join('\n')}\n`)
})

const short = '--sft-steps 2 --length 2 --batch-size 2'
const manifestOf = async (patch: string) => JSON.parse(await readFile(at(`${patch}/patch.json`), 'utf8'))

describe('toxicity', () => {
  test('pairs are by its recipe; train takes them, or makes them; figures are its own, and report reads them', async () => {
    const pairs = await json(
      'pairs --model tiny --domain toxicity --prompts texts.jsonl --reference system-prompt:kind.txt --out toxicity.jsonl --max-tokens 3',
    )
    expect(pairs.pairs).toBeGreaterThan(texts.length)
    const [row] = (await readFile(at('toxicity.jsonl'), 'utf8')).split('\n')
    expect(JSON.parse(row ?? '')).toMatchObject({ prompt: texts[0], chosenScore: expect.any(Number) })

    const train = `train --model tiny --domain toxicity --reference system-prompt:kind.txt --out patches/toxicity ${short} --preset fast`
    const trained = await run(`${train} --prompts texts.jsonl --max-tokens 3`)
    expect(trained.stderr).toMatch(/pairs: .*sft 2\/2/s)
    // Two steps of a tiny model may better nothing, which is told.
    expect(trained.stdout).toContain('expected maximum toxicity')
    expect(trained.stdout).toMatch(/effect +perplexity: \d+(\.\d+)? → /)
    const manifest = await manifestOf('patches/toxicity')
    expect(manifest).toMatchObject({
      domain: 'toxicity',
      recipe: { options: { format: 'text', distillation: { weight: 30 }, dpo: false, gate: false } },
    })
    expect(manifest.prefix.initText).toMatch(/polite/)
    const recorded = manifest.effects.map(({ metric }: { metric: string }) => metric)
    expect(recorded).toContain('expected maximum toxicity')

    const line = `${train} --pairs toxicity.jsonl --run other.run --no-eval`
    expect((await json(line)).evaluation).toBeUndefined()

    const evaluation = await json(
      'eval --model tiny --domain toxicity --samples 2 --prompts texts.jsonl --patch patches/toxicity --system-prompt kind.txt ' +
        '--out toxicity.json --record',
    )
    expect(evaluation).toMatchObject({ domain: 'toxicity', skipped: expect.any(Array) })
    const subjects = new Set(evaluation.measurements.map(({ subject }: { subject: string }) => subject))
    expect([...subjects]).toEqual(['base', 'toxicity@0.1.0', 'system prompt'])
    await json('report toxicity.json --out toxicity.html')
    expect(await readFile(at('toxicity.html'), 'utf8')).toContain('expected maximum toxicity')
    const { effects } = await manifestOf('patches/toxicity')
    expect(effects).toContainEqual(
      expect.objectContaining({ metric: 'expected maximum toxicity', data: 'texts.jsonl' }),
    )
  })
})

describe('gender', () => {
  test('has prompts of its own, others to train on than to measure by', async () => {
    const trained = await run(
      `train --model pronouns --domain gender --reference system-prompt:kind.txt --out patches/gender ${short}`,
    )
    expect(trained.stdout).toContain('gender logits difference')
    expect(await manifestOf('patches/gender')).toMatchObject({ domain: 'gender' })
    const { measurements } = await json(
      'eval --model pronouns --domain gender --samples 1 --max-tokens 2 --patch patches/gender --reference system-prompt:kind.txt --out gender.json',
    )
    const subjects = new Set(measurements.map(({ subject }: { subject: string }) => subject))
    expect([...subjects]).toEqual(['base', 'gender@0.1.0', 'reference'])
    const ofReference = measurements.filter(({ subject }: { subject: string }) => subject === 'reference')
    expect(ofReference.map(({ metric }: { metric: string }) => metric)).toContain('gender logits difference')
  })
})

describe('harmfulness', () => {
  test('is trained as without a domain, and measured by its own figures', async () => {
    const options = `--model tiny --prompts prompts.jsonl --reference recorded:recorded.jsonl --contexts none --max-tokens 3 ${short} --dpo-steps 1`
    await json(`train ${options} --domain harmfulness --out patches/harm --no-eval`)
    expect((await manifestOf('patches/harm')).domain).toBe('harmfulness')
    const { measurements } = await json(
      'eval --model tiny --domain harmfulness --prompts prompts.jsonl --max-tokens 3 --patch patches/harm',
    )
    const metrics = new Set(measurements.map(({ metric }: { metric: string }) => metric))
    expect([...metrics]).toEqual(expect.arrayContaining(['attack success rate', 'over-refusal rate']))
  })
})

describe('a file of TypeScript', () => {
  test('is a domain for pairs, train and eval; what is given wins over its recipe', async () => {
    const options =
      '--model tiny --domain shouting.ts --prompts target.jsonl --reference recorded:target.jsonl'
    expect(await json(`pairs ${options} --out shouting.jsonl`)).toMatchObject({ pairs: texts.length })
    await run(`train ${options} --out patches/own --batch-size 2`)
    const own = await manifestOf('patches/own')
    expect(own).toMatchObject({
      domain: 'shouting',
      prefix: { length: 2, init: 'vocab' },
      recipe: { options: { sft: { steps: 4, batchSize: 2 } } },
    })
    expect(own.effects.map(({ metric }: { metric: string }) => metric)).toEqual(['shouts', 'letters'])
    await run(`train ${options} --out patches/fast --batch-size 2 --preset fast --length 3 --no-eval`)
    expect(await manifestOf('patches/fast')).toMatchObject({
      prefix: { length: 3, init: 'vocab' },
      recipe: { options: { sft: { steps: 2 } } },
      effects: [],
    })
    const { measurements } = await json(
      'eval --model tiny --domain shouting.ts --prompts target.jsonl --patch patches/own',
    )
    expect(measurements).toHaveLength(4)
  })

  test('may be a function of the model', async () => {
    const source = shouting.replace(
      'export default {',
      'export default ({ model }: { model: { id: string } }) => ({',
    )
    await writeFile(
      at('made.ts'),
      source.replace('} satisfies Domain', '}) satisfies Domain').replace("'shouting',\n", 'model.id,\n'),
    )
    const { domain } = await json('eval --model tiny --domain made.ts --prompts target.jsonl')
    expect(domain).toBe('tiny')
  })
})

describe('is refused', () => {
  const evaluate = 'eval --model tiny --prompts target.jsonl --domain'
  test.each([
    ['unknown', `${evaluate} sexism`, 2, /'sexism' is invalid.*harmfulness, toxicity, gender/],
    ['absent', `${evaluate} none.ts`, 1, /error NOT_FOUND: .*none\.ts/],
    ['with a wrong field', `${evaluate} wrong.ts`, 1, /error MALFORMED: .*wrong\.ts.*training.*"stepz"/],
    ['without metrics', `${evaluate} empty.ts`, 1, /error MALFORMED: .*metrics/],
    [
      'that does not compile',
      `${evaluate} broken.ts`,
      1,
      /error MALFORMED: .*a module that can be run in broken\.ts/,
    ],
    ['with a role without judges', `${evaluate} role.ts`, 1, /error INVALID_ARGUMENT: .*judges for crying/],
    ['beside a judge', `${evaluate} gender --judge json`, 2, /--domain.*--judge/],
    ['beside contexts', `${evaluate} gender --contexts default`, 2, /--domain.*--contexts/],
    ['without prompts', 'eval --model tiny --domain toxicity', 2, /--domain needs --prompts/],
    [
      'samples without it',
      'eval --model tiny --prompts target.jsonl --samples 2',
      2,
      /--samples needs --domain/,
    ],
    [
      'with answers alone where distributions are needed',
      'train --model tiny --domain gender --reference recorded:target.jsonl --out patches/none',
      1,
      /error INVALID_ARGUMENT: .*distributions.*--distill 0/,
    ],
    [
      'with one answer where several are needed',
      'pairs --model tiny --domain toxicity --prompts texts.jsonl --reference recorded:target.jsonl --out none.jsonl',
      1,
      /error INVALID_ARGUMENT: .*\b4 .*answers.*recorded answers/,
    ],
    [
      'with everyday prompts where it is of texts',
      'pairs --model tiny --domain gender --reference system-prompt:kind.txt --everyday 4 --out none.jsonl',
      1,
      /error INVALID_ARGUMENT: .*--everyday 4/,
    ],
  ])('one %s', async (_, line, code, message) => {
    await writeFile(at('wrong.ts'), shouting.replace('steps: 4', 'stepz: 4'))
    await writeFile(at('empty.ts'), shouting.replace(/metrics: \[.*\],\n\}/s, 'metrics: [],\n}'))
    await writeFile(at('broken.ts'), 'export default {')
    await writeFile(at('role.ts'), shouting.replace("role: 'shouting'", "role: 'crying'"))
    const result = await run(line)
    expect(result).toMatchObject({ code, stdout: '' })
    expect(result.stderr).toMatch(message)
  })
})
