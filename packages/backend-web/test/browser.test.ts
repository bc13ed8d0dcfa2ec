import '@tensorflow/tfjs-backend-cpu'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type LanguageModel, readPatch, type Storage } from '@policypatch/core'
import { eagerBackend, loadStoredModel, memoryStorage } from '@policypatch/core/platform'
import { initPrefix } from '@policypatch/core/train'
import { addPatch, createRepository } from '@policypatch/registry'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { findChromium, openChromium } from '../../core/test/browser/chromium.ts'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { storageOf } from '../../core/test/patch/tiny-patch.ts'
import { buildPage } from './build-page.ts'
import type { Outcome } from './page/run-task.ts'
import { figuresOfStack } from './page/tasks/compose-and-evaluate.ts'
import type { RecordedTraining } from './page/tasks/train.ts'
import { type PageServer, pageServer } from './page-server.ts'

vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 })

const chromium = findChromium()
const fixture = new URL('../../core/fixtures/patches/v1/tiny-harmfulness', import.meta.url)
const goldens = fileURLToPath(new URL('../../core/test/goldens/', import.meta.url))
const weights = '/files/llama/model.safetensors'

describe.skipIf(chromium === undefined)(
  chromium === undefined ? 'in a browser: skipped, no Chromium on the PATH or in CHROMIUM' : 'in a browser',
  () => {
    let folder = ''
    let server: PageServer
    let browser: Browser
    let page: Page
    const faults: string[] = []

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'policypatch-web-'))
      await buildPage(join(folder, 'page'))
      const files = join(folder, 'files')
      await writeTinyModel(join(files, 'llama'))
      await cp(fileURLToPath(fixture), join(files, 'patch'), { recursive: true })
      server = await pageServer(join(folder, 'page'), files)
      browser = await openChromium(chromium as string, { webgpu: true })
      page = await browser.newPage()
      page.on('pageerror', (error) => faults.push(String(error)))
      page.on('console', (message) => {
        if (/Content Security Policy|unsafe-eval/i.test(message.text())) faults.push(message.text())
      })
      await page.goto(server.url)
    })

    afterAll(async () => {
      await browser?.close()
      await server?.close()
      await rm(folder, { recursive: true, force: true })
    })

    /** Runs a task of the page and gives what it gives; throws what it throws. */
    async function run<T>(name: string, input: unknown, where: 'worker' | 'page' = 'worker', on = page) {
      const outcome = (await on.evaluate(
        `window.runTask(${JSON.stringify(name)}, ${JSON.stringify(input)}, '${where}')`,
      )) as Outcome & { readonly longestTask: number }
      if ('error' in outcome) throw new Error(`${outcome.code ?? 'no code'}: ${outcome.error}`)
      return { value: outcome.value as T, longestTask: outcome.longestTask }
    }

    test.each(['ecdsa', 'ed25519'] as const)(
      'a repository with keys of %s is read; one that was altered is not',
      async (keyType) => {
        const own = join(folder, 'files', keyType)
        const keys = join(folder, `${keyType}-keys`)
        await createRepository({ folder: own, keys, keyType })
        const patch = await readPatch({ storage: await storageOf(fixture, 'patch'), path: 'patch' })
        await addPatch({ folder: own, keys: [keys], files: patch.files })
        const input = {
          address: `/files/${keyType}`,
          root: await readFile(join(own, 'metadata/1.root.json'), 'utf8'),
        }
        const { value } = await run('readRepository', input)
        expect(value).toEqual({ version: '1.0.0', files: Object.keys(patch.files).sort() })
        const path = join(own, 'metadata/2.publisher.json')
        const text = await readFile(path, 'utf8')
        await writeFile(path, text.replace('tiny-obedience', 'tiny-obedienCe'))
        await expect(run('readRepository', input)).rejects.toThrow(/^DIGEST_MISMATCH/)
      },
    )

    test.each([
      ['tfjs-webgpu', 'eager-webgpu', 1e-3],
      ['webgpu', 'onnxruntime-web-webgpu', 1e-3],
      ['wasm', 'onnxruntime-web-wasm', 1e-4],
    ] as const)('%s conforms', async (backend, name, tolerance) => {
      const { value } = await run<{ name: string; cases: number; failures: object }>('conformance', {
        backend,
        tolerance,
      })
      expect(value).toMatchObject({ name, failures: {} })
      expect(value.cases).toBeGreaterThan(20)
      expect(faults).toEqual([])
    })

    test('wasm conforms with two threads, in a page that is cross-origin isolated', async () => {
      const isolated = await pageServer(join(folder, 'page'), join(folder, 'files'), { isolated: true })
      onTestFinished(isolated.close)
      const own = await browser.newPage()
      onTestFinished(() => own.close())
      await own.goto(isolated.url)
      const input = { backend: 'wasm, two threads', tolerance: 1e-4 }
      const { value } = await run<{ cases: number }>('conformance', input, 'worker', own)
      expect(value).toMatchObject({ name: 'onnxruntime-web-wasm', failures: {}, isolated: true })
      expect(value.cases).toBeGreaterThan(20)
    })

    test.each(['webgpu', 'wasm'] as const)('%s answers as the reference backend does', async (backend) => {
      const reference = await onReference(answersOf)
      const { value } = await run<Record<string, unknown> & { score: number[] }>('loadAndPatch', {
        backend,
        address: '/files/llama',
        patchAddress: '/files/patch',
      })
      const { score, ...rest } = value
      expect(rest).toMatchObject({
        base: reference.base,
        generated: reference.patched,
        streamed: reference.patched,
        published: 'tiny-harmfulness',
        refusal: 'PATCH_MISMATCH',
      })
      for (const [i, logp] of reference.score.entries()) expect(score[i]).toBeCloseTo(logp, 3)
      expect(faults).toEqual([])
    })

    test.each(['sft', 'dpo'] as const)(
      'trains %s in a Worker as PyTorch and PEFT did, and the page stays responsive',
      { retry: 2 },
      async (type) => {
        const recorded = JSON.parse(await readFile(`${goldens}training.json`, 'utf8')) as RecordedTraining & {
          trajectory: Record<'sft' | 'dpo', { loss: number; gradNorm: number }[]>
        }
        for (const [backend, steps] of [
          ['wasm', 10],
          ['webgpu', 1],
        ] as const) {
          const input = { backend, address: '/files/llama', recorded, type, steps }
          const { value, longestTask } = await run<{ loss: number; gradNorm: number }[]>('train', input)
          expect(value.length).toBe(steps)
          for (const [step, { loss, gradNorm }] of value.entries()) {
            const expected = recorded.trajectory[type][step]!
            expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-3)
            expect(Math.abs(gradNorm / expected.gradNorm - 1)).toBeLessThan(1e-2)
          }
          expect(longestTask).toBeLessThan(100)
        }
      },
    )

    test.each(['webgpu', 'wasm'] as const)('%s composes and evaluates in a Worker', async (backend) => {
      const reference = await onReference(figuresOfStack)
      expect(reference.figures.length).toBeGreaterThan(2)
      const { value, longestTask } = await run<typeof reference>('composeAndEvaluate', {
        backend,
        address: '/files/llama',
      })
      expect(value.skipped).toEqual(reference.skipped)
      const near = reference.figures.map((figure) => ({ ...figure, value: expect.closeTo(figure.value, 3) }))
      expect(value.figures).toEqual(near)
      expect(longestTask).toBeLessThan(100)
    })

    test('a download whose connection is cut goes on where it ended, and is kept', async () => {
      const input = { address: '/files/./llama/', patchAddress: '/files/patch', backend: 'wasm' }
      server.cut.add(weights)
      server.requests.length = 0
      const { value } = await run<{ cached: { id: string; bytes: number; complete: boolean }[] }>(
        'loadAndPatch',
        input,
      )
      const gets = () => server.requests.filter((line) => line.startsWith(`GET ${weights}`))
      expect(gets()).toEqual([`GET ${weights} -`, expect.stringMatching(/ bytes=[1-9]\d*-$/)])
      const { length } = await readFile(`${goldens}models/llama/model.safetensors`)
      const kept = value.cached.find(({ id }) => id === `${server.url}/files/llama/`)
      expect(kept?.complete).toBe(true)
      expect(kept?.bytes).toBeGreaterThan(length)
      await run('loadAndPatch', input)
      expect(gets().length).toBe(2)
    })

    test.each(['worker', 'page'] as const)('keeps files for the site, in a %s', async (where) => {
      const { value } = await run('behaviour', `test/${where}`, where)
      expect(value).toEqual({
        replaced: 'second, longer',
        shorter: '3',
        stale: expect.stringMatching(/none|STORAGE_FAILED|NOT_FOUND/),
        appended: 'one\ntwo\n',
        range: 'two',
        beyond: 'TRUNCATED',
        list: ['deep', 'rows.jsonl'],
        within: ['deep', 'rows.jsonl'],
        left: ['a.txt'],
        exists: [true, true, false, false],
        absent: 'NOT_FOUND',
        folderRead: 'NOT_FOUND',
        absentList: 'NOT_FOUND',
        outside: 'INVALID_ARGUMENT',
        removed: true,
      })
    })

    test.each(['worker', 'page'] as const)(
      'a full quota leaves what was there, in a %s',
      { retry: 3 },
      async (where) => {
        const root = `quota-${where}`
        await run('keep', { root }, where)
        const session = await page.createCDPSession()
        const quotaSize = 3_000_000
        await session.send('Storage.overrideQuotaForOrigin', { origin: server.url, quotaSize })
        const { value } = await run<Record<string, unknown>>('fill', { root, bytes: 5_000_000 }, where)
        await session.send('Storage.overrideQuotaForOrigin', { origin: server.url })
        await session.detach()
        const said = /^STORAGE_FAILED: a full quota: \d+\.\d MB used of \d+\.\d MB$/
        // To a page Chromium may say, on a busy machine, only that it could not read the file that it was to copy.
        const hidden = /^STORAGE_FAILED: .*could not be read/
        const full = expect.stringMatching(
          where === 'page' ? new RegExp(`${said.source}|${hidden.source}`) : said,
        )
        expect(value).toMatchObject({
          written: full,
          appended: full,
          kept: 'kept',
          list: ['kept.txt'],
        })
      },
    )
  },
)

/** What the tiny model gives on tfjs' plain JavaScript kernels. */
async function onReference<T>(give: (model: LanguageModel, storage: Storage) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'policypatch-web-'))
  await writeTinyModel(folder)
  const storage = memoryStorage()
  for (const name of await readdir(folder))
    await storage.write(`llama/${name}`, await readFile(join(folder, name)))
  await rm(folder, { recursive: true })
  const backend = eagerBackend({ tfBackend: 'cpu' })
  return give(await loadStoredModel({ storage, path: 'llama' }, { backend, id: 'tiny' }), storage)
}

/** What it answers with and without the patch that the page makes. */
async function answersOf(model: LanguageModel) {
  const patched = model.withPrefix(initPrefix(model, { length: 4, init: 'random', seed: 7 }))
  const [score] = await model.score([{ prompt: 'tea', response: ' or coffee' }])
  return {
    base: (await model.generate('tea', { maxTokens: 8 })).text,
    patched: (await patched.generate('tea', { maxTokens: 8 })).text,
    score: [...(score?.logProbabilities ?? [])],
  }
}
