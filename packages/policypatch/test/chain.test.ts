import { readFile, writeFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { zipPatch } from '../../../examples/playground/src/worker/own-patch.ts'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { readPatch } from '../src/index.ts'
import { temporaryFolder, writeTinyData } from './fixtures.ts'
import { runCommand } from './run-command.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

let cwd = ''
const at = (path: string) => `${cwd}/${path}`

/** Runs a command that must succeed; what it prints with --json. */
async function json(line: string, ...more: readonly string[]) {
  const { code, stdout, stderr } = await runCommand([...line.split(' '), ...more, '--json'], { cwd })
  expect({ line, code, stderr: code === 0 ? '' : stderr }).toEqual({ line, code: 0, stderr: '' })
  return JSON.parse(stdout)
}

const evaluate = (patch: string, out: string, ...more: readonly string[]) =>
  json(`eval --model tiny --prompts prompts.jsonl --max-tokens 2 --patch ${patch} --out ${out}`, ...more)

beforeAll(async () => {
  cwd = await temporaryFolder()
  await writeTinyModel(at('tiny'))
  await writeTinyData(cwd)
  await json(
    'pairs --model tiny --prompts prompts.jsonl --reference recorded:recorded.jsonl --max-tokens 4 --out pairs.jsonl',
  )
  for (const [name, seed] of Object.entries({ first: 1, second: 2 })) {
    await json(
      `train --model tiny --pairs pairs.jsonl --out ${name} --length 2 --batch-size 2 --sft-steps 2 --dpo-steps 1 --no-check --seed ${seed}`,
    )
  }
})

/** Everything that takes a patch, on one that is named in some way. */
async function useEverywhere(patch: string, key: string): Promise<void> {
  const { manifest } = await json(`inspect ${patch}`)
  expect(manifest.base.id).toBe('tiny')
  await json(`inspect ${patch} --model ./tiny`)
  expect(await json(`diff ${patch} ${patch}`)).toMatchObject({ fields: [] })
  await evaluate(patch, `${key}.json`)
  await json(`report ${key}.json --out ${key}.html`)
  await json(`generate tea --model ./tiny --max-tokens 2 --patch ${patch}`)
}

const exported = (patch: string) =>
  json(`export ${patch} --model ./tiny --to key-values --out exported.safetensors`)

describe('what a command writes is what the next one takes', () => {
  test('pairs: train, eval and pairs take their file, and so does train as prompts', async () => {
    await json('eval --model tiny --prompts pairs.jsonl --max-tokens 2')
    await json(
      'train --model tiny --prompts pairs.jsonl --reference recorded:recorded.jsonl --contexts none --out third --length 2',
      ...'--batch-size 2 --sft-steps 1 --dpo-steps 0 --no-check --max-tokens 4'.split(' '),
    )
  })

  test('train: everything takes its folder', async () => {
    await useEverywhere('first', 'first-figures')
    await exported('first')
  })

  test('eval, then report, which records in the patch; and eval --record, then report', async () => {
    await evaluate('first', 'evaluation.json')
    await json('report evaluation.json --record first --model-card')
    const recorded = await json('inspect first')
    expect(recorded.manifest.effects.length).toBeGreaterThan(0)
    await evaluate('second', 'other.json', '--record')
    await json('report evaluation.json other.json --out both.html')
    const { effects } = await json('diff first second')
    expect(effects.length).toBeGreaterThan(0)
    expect(await readFile(at('both.html'), 'utf8')).toContain('<!doctype html>')
  })

  test('compose: everything takes its folder, and compose and install do', async () => {
    await json('compose first second --out both --name both')
    await useEverywhere('both', 'both-figures')
    await json('compose both third --out three --name three')
    await json('install three')
    await useEverywhere('three', 'three-figures')
    // Parts side by side have no single list of keys and values.
    await json('compose first second --method concat --out in-turn --name in-turn')
    await useEverywhere('in-turn', 'in-turn-figures')
    await exported('in-turn')
  })

  test('install: everything takes its name, and what list shows, remove takes', async () => {
    await json('install first')
    await json('install second')
    await useEverywhere('first', 'name-figures')
    await useEverywhere('second@0.1.0', 'version-figures')
    await exported('second@0.1.0')
    await json('compose first second@0.1.0 --out of-names --name of-names')
    await json('install of-names')
    const installedOf = async () =>
      (await json('list')).filter(({ source }: { source: string }) => source === 'installed')
    const installed = await installedOf()
    expect(installed.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['first', 'of-names', 'second']),
    )
    for (const { name, version } of installed) await json(`remove ${name}@${version}`)
    expect(await installedOf()).toEqual([])
  })
})

describe('the archive that the playground gives', () => {
  test('is taken by all that take a patch', async () => {
    await writeFile(at('first.zip'), zipPatch(await readPatch(at('first'))))
    await useEverywhere('first.zip', 'zip-figures')
    await exported('first.zip')
    await json('compose first.zip second --out of-zip --name of-zip')
    expect(await json('install first.zip')).toMatchObject({ added: [{ name: 'first', version: '0.1.0' }] })
    const installed = await json('diff first.zip first@0.1.0')
    expect(installed).toMatchObject({ fields: [] })
    await json('remove first')
  })

  test('is refused where it is none, holds no patch or several, and where it would have to be changed', async () => {
    const { zipSync } = await import('fflate')
    const { files } = await readPatch(at('first'))
    const inFolder = (folder: string) =>
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`${folder}/${name}`, bytes]))
    await writeFile(at('none.zip'), 'no archive')
    await writeFile(at('empty.zip'), zipSync({ 'a.txt': new Uint8Array(1) }))
    await writeFile(at('several.zip'), zipSync({ ...inFolder('a'), ...inFolder('b') }))
    await writeFile(at('first.zip'), zipPatch(await readPatch(at('first'))))
    const refused = async (line: string) => (await runCommand(line.split(' '), { cwd })).stderr
    expect(await refused('install none.zip')).toMatch(/^error TRUNCATED: .*zip or tar archive/)
    expect(await refused('inspect empty.zip')).toMatch(/^error NOT_FOUND: .*one patch in empty\.zip/)
    expect(await refused('inspect several.zip')).toMatch(/^error INVALID_ARGUMENT: .*found a, b\./)
    expect(await refused('install absent.zip')).toMatch(/^error NOT_FOUND: .*absent\.zip/)
    const record = 'eval --model tiny --prompts prompts.jsonl --record --patch'
    for (const patch of ['first.zip', 'first@0.1.0'])
      expect(await refused(`${record} ${patch}`)).toContain(
        '--record needs exactly one --patch, and it must be a folder',
      )
  })
})
