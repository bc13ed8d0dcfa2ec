import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { chatServer } from '../../core/test/chat-server.ts'
import { writeTinyModel } from '../../core/test/tiny-model.ts'
import { type CommandResult, type RunOptions, runCommand } from '../test/run-command.ts'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { writeTinyData } from '../test/tiny-data.ts'

// Each test starts processes, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

let cwd = ''
const run = (args: readonly string[], options: Omit<RunOptions, 'cwd'> = {}) =>
  runCommand(args, { cwd, ...options })
const at = (path: string) => `${cwd}/${path}`

async function succeed(...args: readonly string[]): Promise<CommandResult> {
  const result = await run(args)
  expect(result, result.stderr).toMatchObject({ code: 0 })
  return result
}

const training = (out: string) =>
  `train --model tiny --pairs pairs.jsonl --out ${out} --name tiny --version 1.2.0 --length 3 --batch-size 2
   --sft-steps 30 --dpo-steps 5 --dpo-lr 1e-3 --seed 7`.split(/\s+/)

beforeAll(async () => {
  cwd = await temporaryFolder()
  await writeTinyModel(at('tiny'))
  await writeTinyModel(at('other'), 'qwen2')
  await writeTinyData(cwd)
  await succeed(
    ...'pairs --model tiny --prompts prompts.jsonl --reference recorded:recorded.jsonl'.split(' '),
    ...'--out pairs.jsonl --max-tokens 6'.split(' '),
  )
  await succeed(...training('patches/tiny'))
})

describe('pairs, train', () => {
  test('pairs hold what the reference and the model said, in the order of the prompts', async () => {
    const rows = (await readFile(at('pairs.jsonl'), 'utf8')).trim().split('\n')
    expect(rows).toHaveLength(16)
    expect(JSON.parse(rows[0] ?? '')).toMatchObject({
      prompt: 'kill',
      kind: 'harmful',
      chosen: "I can't help with that.",
      chosenScore: 1,
    })
  })

  test('prompts are placed in contexts, and the reference is asked the bare ones', async () => {
    await writeFile(at('contexts.jsonl'), '{"name":"app","system":"Be brief.","opening":"Hi!"}\n')
    await succeed(
      ...'pairs --model tiny --prompts prompts.jsonl --reference recorded:recorded.jsonl'.split(' '),
      ...'--contexts contexts.jsonl --out placed.jsonl --max-tokens 6'.split(' '),
    )
    const rows = (await readFile(at('placed.jsonl'), 'utf8')).trim().split('\n')
    expect(rows).toHaveLength(16)
    expect(JSON.parse(rows[0] ?? '')).toMatchObject({
      prompt: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi! kill' },
      ],
      context: 'app',
      bare: 'kill',
      chosen: "I can't help with that.",
    })
  })

  test('an endpoint is asked with the fields that it takes, and is told to be the one that lacks answers', async () => {
    const answers: Record<string, string> = { a: '<think>hm</think>No.', b: '<think>hm' }
    const server = await chatServer(({ body }) =>
      'max_tokens' in body
        ? { status: 400, body: { error: { message: "Unsupported parameter: 'max_tokens'" } } }
        : (answers[body.model] ?? { status: 404, body: { error: { message: 'no such model' } } }),
    )
    const pairs = (model: string, ...more: string[]) =>
      run([
        ...`pairs --model tiny --prompts trl.jsonl --reference endpoint:${server.baseURL}#${model}`.split(
          ' ',
        ),
        ...`--out ${model}.jsonl --max-tokens 6`.split(' '),
        ...more,
      ])
    await writeFile(
      at('trl.jsonl'),
      '{"prompt":[{"role":"user","content":[{"type":"text","text":"kill"}]}]}\n',
    )
    const read = async (file: string) => JSON.parse(await readFile(at(file), 'utf8'))
    try {
      const made = await pairs('a', '--reference-body', '{"seed":null,"top_p":0.5}')
      expect(made, made.stderr).toMatchObject({ code: 0 })
      expect(made.stderr).toMatch(/no row has a kind.*--kind.*does not support max_tokens/s)
      expect(await read('a.jsonl')).toMatchObject({
        prompt: [{ role: 'user', content: 'kill' }],
        chosen: 'No.',
      })
      expect(server.requests.at(-1)?.body).toMatchObject({ max_completion_tokens: 6, top_p: 0.5 })
      expect(server.requests.at(-1)?.body).not.toHaveProperty('seed')
      const refused = await pairs('a', '--keep-thinking', '--kind', 'harmless')
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('error RESUME_MISMATCH') })
      const cut = await pairs('b')
      expect(cut).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/error EMPTY_DATA: .*1 cut off by the token limit/),
      })
      const absent = await pairs('c')
      expect(absent).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/error REQUEST_REFUSED: .*no such model/),
      })
    } finally {
      await server.close()
    }
  })

  test('a training that Ctrl-C stopped goes on to the same patch', async () => {
    const stopped = await run(training('patches/again'), {
      onStderr: (soFar, child) => {
        if (soFar.includes('sft 1/30') && !soFar.includes('Stopping')) child.kill('SIGINT')
      },
    })
    expect(stopped).toMatchObject({ code: 130, stdout: '' })
    expect(stopped.stderr).toContain('patches/again.run. To resume, run the same command again.')
    const resumed = await succeed(...training('patches/again'))
    expect(resumed.stderr).not.toContain('sft 1/30')
    const weights = (patch: string) => readFile(at(`patches/${patch}/adapter_model.safetensors`))
    expect(await weights('again')).toEqual(await weights('tiny'))
  })
})

describe('what a patch is used for', () => {
  test('inspect gives its manifest', async () => {
    const { stdout } = await succeed('inspect', 'patches/tiny', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      parameters: 96,
      manifest: { name: 'tiny', version: '1.2.0', base: { id: 'tiny' }, recipe: { seed: 7 } },
    })
  })

  test('inspect looks at the prefix in its model', async () => {
    const { stdout } = await succeed('inspect', 'patches/tiny', '--model', './tiny', '--json')
    const { inspection } = JSON.parse(stdout)
    expect(inspection.tokens).toHaveLength(3)
    expect(inspection.attention).toHaveLength(3)
    const { stdout: text } = await succeed('inspect', 'patches/tiny', '--model', './tiny')
    expect(text).toMatch(/^0 +\d\.\d{3} +".*" -?\d\.\d\d/m)
    expect(text).toMatch(/^1 +\d+\.\d% +\d+\.\d%$/m)
  })

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
    const kept = (await readdir(cwd)).filter((name) => name.startsWith('ability.json.'))
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

  test('an installed patch is applied by its name; another version is not there', async () => {
    await succeed('install', 'patches/tiny')
    expect((await succeed('list', '--json')).stdout).toContain('"version": "1.2.0"')
    const asked = ['generate', 'tea', '--model', './tiny', '--max-tokens', '8']
    const byName = await succeed(...asked, '--patch', 'tiny@1.2.0')
    expect(byName.stdout).toBe((await succeed(...asked, '--patch', 'patches/tiny')).stdout)
    expect(byName.stdout).not.toBe((await succeed(...asked)).stdout)
    const other = await run([...asked, '--patch', 'tiny@2.0.0'])
    expect(other).toMatchObject({ code: 1, stdout: '' })
    expect(other.stderr).toContain('error NOT_FOUND: Expected patch tiny 2.0.0')
  })

  test('patches are composed, applied together and compared', async () => {
    await succeed(
      ...training('patches/second')
        .join(' ')
        .replace('--seed 7', '--seed 8')
        .replace('--name tiny', '--name second')
        .split(' '),
    )
    const composed = [
      'compose',
      'patches/tiny',
      'patches/second',
      '--weights',
      '1,0.5',
      '--out',
      'patches/both',
    ]
    const { stdout } = await succeed(...composed, '--name', 'both', '--version', '3.0.0')
    expect(stdout).toMatch(
      /^parallel {2}tiny 1\.2\.0: 3 virtual tokens, weight 1, .*\nparallel {2}second 1\.2\.0: .* weight 0\.5/m,
    )
    const { manifest } = JSON.parse((await succeed('inspect', 'patches/both', '--json')).stdout)
    expect(manifest).toMatchObject({ name: 'both', version: '3.0.0', prefix: { length: 6 } })
    const asked = ['generate', 'tea', '--model', './tiny', '--max-tokens', '8']
    await succeed('compose', 'patches/second', 'patches/tiny', '--out', 'patches/alike')
    const together = await succeed(...asked, '--patch', 'patches/tiny', '--patch', 'patches/second')
    expect((await succeed(...asked, '--patch', 'patches/alike')).stdout).toBe(together.stdout)
    const difference = JSON.parse((await succeed('diff', 'patches/tiny', 'patches/second', '--json')).stdout)
    expect(difference.fields.map(({ field }: { field: string }) => field)).toEqual(['name', 'recipe.seed'])
    expect(difference.prefix.relativeDistance).toBeGreaterThan(0)
    expect((await succeed('diff', 'patches/tiny', 'patches/tiny')).stdout).toBe(
      'The manifests are the same.\nThe prefixes are the same.\n',
    )
    const merged = await run([
      'compose',
      'patches/tiny',
      'patches/both',
      '--method',
      'concat',
      '--out',
      'patches/no',
    ])
    expect(merged).toMatchObject({ code: 1, stdout: '' })
    expect(merged.stderr).toContain('error INVALID_ARGUMENT: Expected prefixes with one part each')
  })

  test('a patch is written for other runtimes', async () => {
    const to = (form: string, ...more: string[]) =>
      succeed(
        'export',
        'patches/tiny',
        '--model',
        './tiny',
        '--to',
        form,
        '--out',
        `exports/${form}`,
        ...more,
      )
    await to('key-values')
    await to('onnx')
    await to('prompt-embeds', '--prompt', 'tea')
    const file = async (form: string) => (await readFile(at(`exports/${form}`))).toString('latin1')
    expect(await file('key-values')).toContain('past_key_values.2.value')
    expect(await file('onnx')).toContain('present.2.value')
    expect(Buffer.from(await file('prompt-embeds'), 'base64').toString('latin1')).toContain(
      '_rebuild_tensor_v2',
    )
    expect(
      await run(['export', 'patches/tiny', '--to', 'onnx', '--prompt', 'tea', '--out', 'x']),
    ).toMatchObject({ code: 2 })
  })

  test('a patch of another model is refused', async () => {
    const { code, stderr } = await run(['generate', 'tea', '--patch', 'patches/tiny', '--model', 'other'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error PATCH_MISMATCH: .*architecture llama.*architecture qwen2.*$/m)
  })
})

describe('what is refused', () => {
  test('a malformed row is named by file and line', async () => {
    await writeFile(at('bad.jsonl'), '{"prompt":"tea","kind":"harmless"}\n{"prompt":"tea","kind":"kind"}\n')
    const { code, stderr } = await run(
      'train --model tiny --prompts bad.jsonl --reference system-prompt --out patches/x'.split(' '),
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error MALFORMED: .*line 2 of bad\.jsonl.*\n$/)
  })

  test('a model that is nowhere', async () => {
    const { code, stderr } = await run(['generate', '--model', './nowhere', 'tea'])
    expect(code).toBe(1)
    expect(stderr).toContain('error NOT_FOUND:')
    expect(stderr).toContain('./nowhere')
  })

  test.each([
    ['no command', []],
    ['an unknown option', ['list', '--colour']],
    ['a reference of no kind', ['pairs', '--reference', 'recorded:']],
    ['nothing to measure', ['eval', '--model', 'tiny']],
    [
      'contexts of texts',
      ['eval', '--model', 'tiny', '--prompts', 'p', '--contexts', 'c', '--format', 'text'],
    ],
    ['everyday prompts beside pairs', 'train --model t --pairs p --out x --everyday 9'.split(' ')],
    ['neither prompts nor pairs', ['train', '--model', 'tiny', '--out', 'patches/x']],
  ])('%s is a usage error', async (_, args) => {
    expect(await run(args)).toMatchObject({ code: 2, stdout: '' })
  })
})
