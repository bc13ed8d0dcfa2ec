import '@tensorflow/tfjs-backend-cpu'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eagerBackend, initPrefix, loadStoredModel, memoryStorage } from '@policypatch/core'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { findChromium, openChromium } from '../../core/test/chromium.ts'
import { writeTinyModel } from '../../core/test/tiny-model.ts'
import { buildPage } from './build-page.ts'
import type { Outcome } from './page/run-task.ts'
import type { RecordedTraining } from './page/tasks/train.ts'
import { type PageServer, pageServer } from './page-server.ts'

vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 })

const chromium = findChromium()
const goldens = fileURLToPath(new URL('../../core/test/goldens/', import.meta.url))
const gguf = 'llama3-scaled.gguf'

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
      await cp(`${goldens}models/${gguf}`, join(files, gguf))
      await cp(
        fileURLToPath(new URL('../../core/fixtures/patches/v1/tiny-harmfulness', import.meta.url)),
        join(files, 'patch'),
        { recursive: true },
      )
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
    async function run<T>(name: string, input: unknown, where: 'worker' | 'page' = 'worker') {
      const outcome = (await page.evaluate(
        `window.runTask(${JSON.stringify(name)}, ${JSON.stringify(input)}, '${where}')`,
      )) as Outcome & { readonly longestTask: number }
      if ('error' in outcome) throw new Error(`${outcome.code ?? 'no code'}: ${outcome.error}`)
      return { value: outcome.value as T, longestTask: outcome.longestTask }
    }

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

    test.each(['webgpu', 'wasm'] as const)('%s answers as the reference backend does', async (backend) => {
      const reference = await answersOfReference()
      const { value } = await run<Record<string, unknown> & { score: number[] }>('loadAndPatch', {
        backend,
        address: `/files/${gguf}`,
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
          ['webgpu', 3],
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

    test('a download whose connection is cut goes on where it ended, and is kept', async () => {
      const path = `/files/${gguf}`
      const input = { address: `${path}?again`, patchAddress: '/files/patch', backend: 'wasm' }
      server.cut.add(path)
      server.requests.length = 0
      const { value } = await run<{ bytes: number; cached: { id: string; bytes: number; complete: boolean }[] }>(
        'loadAndPatch',
        input,
      )
      const { length } = await readFile(`${goldens}models/${gguf}`)
      const ranges = server.requests.filter((line) => line.startsWith(`GET ${path}`))
      expect(ranges).toEqual([`GET ${path} -`, expect.stringMatching(/ bytes=[1-9]\d*-$/)])
      expect(value.bytes).toBe(length)
      expect(value.cached).toContainEqual({
        id: `${server.url}${path}?again`,
        bytes: expect.any(Number),
        complete: true,
      })
      server.requests.length = 0
      await run('loadAndPatch', input)
      expect(server.requests.filter((line) => line.includes(path))).toEqual([])
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

    test.each(['worker', 'page'] as const)('a full quota leaves what was there, in a %s', async (where) => {
      const root = `quota-${where}`
      await run('keep', { root }, where)
      const session = await page.createCDPSession()
      const quotaSize = 3_000_000
      await session.send('Storage.overrideQuotaForOrigin', { origin: server.url, quotaSize })
      const { value } = await run<Record<string, unknown>>('fill', { root, bytes: 5_000_000 }, where)
      await session.send('Storage.overrideQuotaForOrigin', { origin: server.url })
      await session.detach()
      const full = expect.stringMatching(/^STORAGE_FAILED: that its quota is full: \d+\.\d MB used of 3\.0 MB$/)
      expect(value).toMatchObject({
        written: full,
        appended: full,
        kept: 'kept',
        list: ['kept.txt'],
        quota: { quota: quotaSize },
      })
    })
  },
)

/** What the tiny model answers on tfjs' plain JavaScript kernels, with and without the patch that the page makes. */
async function answersOfReference() {
  const storage = memoryStorage()
  await storage.write(gguf, await readFile(`${goldens}models/${gguf}`))
  const model = await loadStoredModel({ storage, path: gguf }, { backend: eagerBackend({ tfBackend: 'cpu' }) })
  const patched = model.withPrefix(initPrefix(model, { length: 4, init: 'random', seed: 7 }))
  const [score] = await model.score([{ prompt: 'tea', response: ' or coffee' }])
  return {
    base: (await model.generate('tea', { maxTokens: 8 })).text,
    patched: (await patched.generate('tea', { maxTokens: 8 })).text,
    score: [...(score?.logProbabilities ?? [])],
  }
}
