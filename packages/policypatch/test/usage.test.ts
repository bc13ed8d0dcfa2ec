import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { temporaryFolder, writeTinyData } from './fixtures.ts'
import { runCommand } from './run-command.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

let cwd = ''
const run = (line: string, ...more: readonly string[]) => runCommand([...line.split(' '), ...more], { cwd })
const at = (path: string) => `${cwd}/${path}`

beforeAll(async () => {
  cwd = await temporaryFolder()
  await writeTinyModel(at('tiny'))
  await writeTinyData(cwd)
})

describe('used wrongly', () => {
  test('a typo is named before what is missing, which is named at once', async () => {
    const typo = await run('pairs --promts prompts.jsonl')
    expect(typo).toMatchObject({ code: 2, stdout: '' })
    expect(typo.stderr).toMatch(
      /^error: unknown option '--promts'\n\(Did you mean --prompts\?\)\n.*pairs --help/,
    )
    expect((await run('compose --wieghts 1')).stderr).toContain("unknown option '--wieghts'")
    const missing = await run('pairs --model tiny')
    expect(missing).toMatchObject({ code: 2, stdout: '' })
    expect(missing.stderr).toMatch(
      /^error: --out <file> and --prompts <file\.\.\.> and --reference <reference> must be given\n/,
    )
  })

  test.each([
    ['generate --model tiny', ''],
    ['generate --model tiny --format text', '  '],
    ['generate tea --model tiny --system', ''],
    ['export patch --to prompt-embeds --out x --prompt', ''],
    ['train --model tiny --pairs p --out x --init-text', ' '],
  ])('%s with an empty text is refused, and no model is loaded', async (line, text) => {
    const { code, stdout, stderr } = await run(line, text)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/empty/)
    expect(stderr).not.toContain('load weights')
  })

  test.each([
    ['recorded:none.jsonl', 'NOT_FOUND'],
    ['recorded:broken.jsonl', 'MALFORMED'],
    ['system-prompt:none.txt', 'NOT_FOUND'],
    ['system-prompt:blank.txt', 'EMPTY_DATA'],
    ['adapter:none', 'NOT_FOUND'],
    ['./none', 'NOT_FOUND'],
    ['sytem-prompt', 'NOT_FOUND'],
  ])('the reference %s is refused before the model is loaded, by each command', async (reference, code) => {
    await writeFile(at('broken.jsonl'), '{"prompt": 1}\n')
    await writeFile(at('blank.txt'), ' \n')
    for (const command of ['pairs --out p.jsonl', 'train --out patch', 'eval']) {
      const line = `${command} --model tiny --prompts prompts.jsonl --reference ${reference}`
      const { code: exit, stdout, stderr } = await run(line)
      expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' })
      expect(stderr).toMatch(new RegExp(`^error ${code}: .*\\n$`))
    }
  })
})

describe('with --json an error is JSON, in one line on standard error', () => {
  test('of a command that is used wrongly', async () => {
    const { code, stdout, stderr } = await run('list --json --colour')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'USAGE', message: expect.stringContaining("unknown option '--colour'") },
    })
    expect(JSON.parse((await run('--json')).stderr).error).toEqual({
      code: 'USAGE',
      message: 'name a command',
    })
  })

  test('of one that fails, with its causes where they are asked for', async () => {
    const { code, stdout, stderr } = await run('inspect ./none --json')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const { error } = JSON.parse(stderr)
    expect(Object.keys(error).sort()).toEqual(['code', 'expected', 'found', 'message', 'remedy'])
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining(error.expected) })
    expect(JSON.parse((await run('inspect ./none --json --verbose')).stderr).error.causes).toEqual(
      expect.any(Array),
    )
  })
})

describe('a run that is kept', () => {
  const pairs =
    'pairs --model tiny --prompts prompts.jsonl --reference recorded:recorded.jsonl --max-tokens 4'
  const train = 'train --model tiny --pairs kept.jsonl --out patch --length 2 --batch-size 2 --dpo-steps 1'

  test('is another run’s: --run or --out and --fresh are named, and --fresh begins anew', async () => {
    expect(await run(`${pairs} --out kept.jsonl`)).toMatchObject({ code: 0 })
    const other = await run(`${pairs} --out kept.jsonl --seed 1`)
    expect(other).toMatchObject({ code: 1 })
    expect(other.stderr).toMatch(/^error RESUME_MISMATCH: .*seed.*another --out .* --fresh .*\n$/m)
    const fresh = await run(`${pairs} --out kept.jsonl --seed 1 --fresh`)
    expect(fresh).toMatchObject({ code: 0 })
    expect(fresh.stderr).toContain('Removed files of an earlier run from kept.jsonl: 2')

    expect(await run(`${train} --sft-steps 2`)).toMatchObject({ code: expect.any(Number) })
    const longer = await run(`${train} --sft-steps 3`)
    expect(longer.stderr).toMatch(/error RESUME_MISMATCH: .*another --run .* --fresh/)
    const again = await run(`${train} --sft-steps 3 --fresh`)
    expect(again.stderr).toContain('sft 3/3')

    const evaluate = 'eval --model tiny --prompts prompts.jsonl --max-tokens 2 --out e.json'
    expect(await run(evaluate)).toMatchObject({ code: 0 })
    expect((await run(evaluate)).stderr).not.toContain('responses 0/16')
    const anew = await run(`${evaluate} --fresh`)
    expect(anew.stderr).toMatch(/Removed files of an earlier run from e\.json\.run: 1\n.*responses 0\/16/s)
    expect(await run('eval --model tiny --prompts prompts.jsonl --fresh')).toMatchObject({ code: 2 })
  })

  test('--fresh removes nothing that is not the run’s', async () => {
    await mkdir(at('shared/check/own'), { recursive: true })
    const own = {
      'shared/notes.jsonl': '{"prompt": "tea"}\n',
      'shared/pairs.jsonl': '{"prompt": "tea"}\n',
      'shared/model.safetensors': 'x',
      'shared/check/notes.txt': 'x',
      'shared/check/own/sft.safetensors': 'x',
    }
    for (const [path, text] of Object.entries(own)) await writeFile(at(path), text)
    const line = `${train.replace('patch', 'other')} --sft-steps 1 --run shared`
    await run(line)
    expect(await readdir(at('shared'))).toContain('sft.safetensors')
    const { stderr } = await run(line, '--fresh')
    expect(stderr).toMatch(/Removed files of an earlier run from shared: [1-9]/)
    for (const [path, text] of Object.entries(own)) expect(await readFile(at(path), 'utf8')).toBe(text)
  })
})
