import { readFile, writeFile } from 'node:fs/promises'
import { createPatch, readPatch } from '@policypatch/core'
import type { ReportData } from '@policypatch/core/evaluate'
import { beforeAll, expect, test, vi } from 'vitest'
import { tinyManifest, tinyPrefix } from '../../../core/test/patch/tiny-patch.ts'
import { exampleReport } from '../../test/example-report.ts'
import { temporaryFolder } from '../../test/fixtures.ts'
import { runCommand } from '../../test/run-command.ts'
import '../platform-storage.ts'

// Each test starts processes, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

let cwd = ''
const run = (...args: readonly string[]) => runCommand(['report', ...args], { cwd })
const read = (path: string) => readFile(`${cwd}/${path}`, 'utf8')
const write = (path: string, value: unknown) => writeFile(`${cwd}/${path}`, JSON.stringify(value))

/** Without most of its measurements, which take time to be compared. */
const data: ReportData = {
  ...exampleReport(),
  measurements: exampleReport().measurements.filter(({ domain }) => domain === 'gender'),
  curves: [],
}

beforeAll(async () => {
  cwd = await temporaryFolder()
  await write('domains.json', { ratios: { share: 1 }, report: data })
  await write('more.json', { ...data, examples: data.examples.slice(0, 2) })
})

test('a page, garak’s lines and a model card of what two files hold', async () => {
  const { code, stdout, stderr } = await run(
    ...'domains.json more.json --garak garak.jsonl --model-card'.split(' '),
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(
    /^report\.html: 20 measurements, 10 examples, \d+ KiB\ngarak\.jsonl: \d+ lines\nmodel-index:\n/,
  )
  expect(stdout).toContain('name: "gender logits difference (likelihood)"')
  expect(await read('report.html')).toMatch(/^<!doctype html>.*<title>Three patches.*<\/html>\n$/s)
  const lines = (await read('garak.jsonl')).trimEnd().split('\n')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ entry_type: 'start_run setup' })
})

test('one clear error for a file that is no report, a field that is wrong, and a subject that is not there', async () => {
  await write('other.json', { subjects: [] })
  const other = await run('other.json')
  expect(other).toMatchObject({ code: 1, stdout: '' })
  expect(other.stderr).toMatch(/^error MALFORMED: .*other\.json.*format policypatch-report\/v1.*\n$/)
  await write('wrong.json', { ...data, title: '', measurements: [{ ...data.measurements[0], n: -1 }] })
  expect((await run('wrong.json')).stderr).toMatch(
    /^error MALFORMED: .*2 bad fields.*title.*measurements\.0\.n.*\n$/,
  )
  const absent = await run('domains.json', '--garak', 'x.jsonl', '--subject', 'nobody', '--out', 'x.html')
  expect(absent.stderr).toMatch(/^error INVALID_ARGUMENT: .*nobody.*\n$/)
  await expect(read('x.html')).rejects.toThrow('ENOENT')
  expect(await run()).toMatchObject({ code: 2 })
})

test('--record writes the figures into a patch of that base, and into no other', async () => {
  const save = async (folder: string, base: string) => {
    const manifest = { ...tinyManifest, base: { ...tinyManifest.base, id: base } }
    await (await createPatch({ manifest, prefix: tinyPrefix })).save(`${cwd}/${folder}`)
  }
  await save('own', data.base)
  await save('other', 'somebody/else')
  expect(await run('domains.json', '--record', 'own')).toMatchObject({ code: 0, stderr: '' })
  const { effects } = (await readPatch(`${cwd}/own`)).manifest
  expect(effects).toContainEqual(
    expect.objectContaining({ metric: 'gender logits difference', judge: 'likelihood' }),
  )
  expect(await read('own/README.md')).toContain('gender logits difference')
  const refused = await run('domains.json', '--record', 'other', '--out', 'refused.html')
  expect(refused.stderr).toMatch(/^error PATCH_MISMATCH: .*somebody\/else.*\n$/)
  await expect(read('refused.html')).rejects.toThrow('ENOENT')
  expect((await readPatch(`${cwd}/other`)).manifest.effects).toEqual(tinyManifest.effects)
})
