import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unzipSync, zipSync } from 'fflate'
import { readPatch } from 'policypatch'
import { memoryStorage } from 'policypatch/platform'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { accessibilityFaults } from '../../../packages/core/test/browser/accessibility.ts'
import { findChromium } from '../../../packages/core/test/browser/chromium.ts'
import { openPlayground, type Playground } from './open-playground.ts'

vi.setConfig({ testTimeout: 900_000, hookTimeout: 600_000 })

const chromium = findChromium()
const foreignFolder = fileURLToPath(
  new URL('../../../packages/core/fixtures/patches/v1/tiny-harmfulness/', import.meta.url),
)
const filesOf = async (folder: string) => (await readdir(folder)).map((name) => join(folder, name))
const patchFolder = fileURLToPath(new URL('../public/patches/polite/', import.meta.url))

describe.skipIf(chromium === undefined)(
  chromium === undefined
    ? 'patches in the playground: skipped, no Chromium on the PATH or in CHROMIUM'
    : 'patches in the playground',
  () => {
    let site: Playground
    beforeAll(async () => {
      site = await openPlayground(chromium as string)
    })
    afterAll(() => site?.close())
    afterEach(() => {
      expect(site.faults.splice(0)).toEqual([])
    })

    test('each row says what its patch does, how large it is, and what was measured', async () => {
      const said = await site.page.$$eval('.patch .summary', (all) =>
        all.map(({ textContent }) => textContent),
      )
      expect(said).toEqual([
        expect.stringMatching(/“Refuse mischief\.”.*refusal rate 0%.*100%.* kB/s),
        expect.stringMatching(/“Be polite\.”.*polite answers 0%.*100%.* kB/s),
        expect.stringMatching(/“Talk like a pirate\.”.*pirate answers 0%.*100%.* kB/s),
      ])
    })

    test('patches stack, with weights, or one after another in an order', async () => {
      await site.turn('pirate')
      await site.under('no-mischief pirate')
      const [, stacked] = await site.answers()
      expect(stacked).toMatch(/arr/i)
      await site.page.locator('input[name=method][value=concat]').click()
      await site.page.waitForSelector('.strip ::-p-text(→)')
      expect(await site.page.$$('.weight')).toEqual([])
      for (let places = 2; places > 0; places--) {
        await site.page.locator('button[aria-label="Move pirate up"]').click()
      }
      await site.under('pirate no-mischief')
      expect(await accessibilityFaults(site.page)).toEqual([])
      await site.picture('stacked')
    })

    test('shows what a patch that is added says of itself', async () => {
      const names = ['patch.json', 'adapter_config.json', 'adapter_model.safetensors', 'README.md']
      const files = await Promise.all(
        names.map(async (name) => [name, await readFile(join(patchFolder, name))] as const),
      )
      const archive = join(site.downloads, 'dropped.zip')
      await writeFile(
        archive,
        zipSync(Object.fromEntries(files.map(([name, bytes]) => [`polite/${name}`, bytes]))),
      )
      await site.remove('polite')
      await site.upload(archive)
      await site.page.waitForSelector('[data-patch=polite][data-on=true]')
      await site.page.locator('button[aria-label="Details of polite"]').click()
      const text = await site.page.$eval('[data-patch=polite] .details', (details) => details.textContent)
      expect(text).toMatch(/polite answers.*→.*tiny-chat.*system-prompt/s)
      expect(await accessibilityFaults(site.page)).toEqual([])
      await site.picture('details')
    })

    test('a patch that was added is there when the page is opened again, until it is removed', async () => {
      const yours = () =>
        site.page.$$eval('.patch', (rows) =>
          rows
            .filter((row) => /yours/.test(row.textContent))
            .map((row) => (row as HTMLElement).dataset.patch),
        )
      expect(await yours()).toEqual(['polite'])
      await site.open('?device=wasm')
      expect(await yours()).toEqual(['polite'])
      expect(await site.page.$eval('[data-patch=polite]', (row) => (row as HTMLElement).dataset.on)).toBe(
        'false',
      )
      await site.remove('polite')
      await site.open('?device=wasm')
      // The page's own is back in its place.
      expect(await site.page.$$('[data-patch=polite]')).toHaveLength(1)
      expect(await yours()).toEqual([])
    })

    test('refuses a damaged patch, one of another model, and what is none, in plain words', async () => {
      const fault = async (...paths: string[]) => {
        await site.upload(...paths)
        const shown = await site.page.waitForSelector('.patches .fault')
        const said = await shown?.evaluate((element) => [
          (element as HTMLElement).dataset.code,
          element.textContent,
        ])
        expect(await accessibilityFaults(site.page)).toEqual([])
        await site.page.locator('.patches .fault ::-p-text(Dismiss)').click()
        await site.page.waitForFunction(`!document.querySelector('.patches .fault')`)
        return said
      }
      const read = (name: string) => readFile(join(patchFolder, name))
      const damaged = join(site.downloads, 'damaged.zip')
      const weights = new Uint8Array(await read('adapter_model.safetensors'))
      weights[weights.length - 1] = (weights.at(-1) as number) ^ 1
      await writeFile(
        damaged,
        zipSync({
          'polite/patch.json': await read('patch.json'),
          'polite/adapter_config.json': await read('adapter_config.json'),
          'polite/README.md': await read('README.md'),
          'polite/adapter_model.safetensors': weights,
        }),
      )
      const [code, words] = (await fault(damaged)) ?? []
      expect(code).toBe('DIGEST_MISMATCH')
      expect(words).toMatch(/Expected.*SHA-256.*Found.*What to do.*patch again/s)
      const [mismatch, differs] = (await fault(...(await filesOf(foreignFolder)))) ?? []
      expect(mismatch).toBe('PATCH_MISMATCH')
      expect(differs).toMatch(/Expected.*hidden size.*Found.*tiny-chat/s)
      const text = join(site.downloads, 'notes.json')
      await writeFile(text, '{}')
      expect((await fault(text))?.[0]).toBe('NOT_FOUND')
      const broken = join(site.downloads, 'broken.zip')
      await writeFile(broken, 'no archive')
      expect((await fault(broken))?.[0]).toBe('MALFORMED')
    })

    test('trains a patch that stops, goes on, works, and can be taken away', async () => {
      await site.look(1280, 'light')
      await site.page.locator('.fields input[type=number]').fill('24')
      await site.page.locator('.train-controls .primary').click()
      await site.page.waitForFunction(
        `/Step [3-9] of/.test(document.querySelector('.train-controls [role=status]').textContent)`,
      )
      await site.page.locator('.train-controls .primary').click()
      await site.page.locator('.train-controls button ::-p-text(Go on)').click()
      await site.page.waitForFunction(
        `/is trained.*not on yet/.test(document.querySelector('.train-controls [role=status]').textContent)`,
      )
      expect(
        await site.page.$eval('[data-patch=homework-coach]', (row) => (row as HTMLElement).dataset.on),
      ).toBe('false')
      await site.page.locator('.train-controls button ::-p-text(Turn it on and ask)').click()
      await site.page.waitForSelector('[data-side=patched][data-under~="homework-coach"][data-state=done]')
      expect(
        await site.page.$eval('[data-side=patched]', (panel) => (panel as HTMLElement).dataset.to),
      ).toMatch(/homework/)
      await site.page.waitForSelector('.train-controls [role=status] ::-p-text(It is on.)')
      await site.page.locator('.curves summary').click()
      const table = (await site.page.$eval('.curves table', (element) => element.textContent)) ?? ''
      expect(table).toMatch(/SFT.*DPO/s)
      expect(await accessibilityFaults(site.page)).toEqual([])
      await site.picture('trained')
      await site.page.locator('.train-controls button ::-p-text(Download)').click()
      const name = 'homework-coach-0.1.0.zip'
      await vi.waitUntil(async () => (await readdir(site.downloads)).includes(name), {
        timeout: 60_000,
        interval: 200,
      })
      const storage = memoryStorage()
      const files = unzipSync(new Uint8Array(await readFile(join(site.downloads, name))))
      for (const [path, bytes] of Object.entries(files)) await storage.write(path, bytes)
      const { manifest } = await readPatch({ storage, path: 'homework-coach' })
      expect(manifest).toMatchObject({
        name: 'homework-coach',
        base: { id: 'tiny-chat' },
        prefix: { length: 16 },
      })
    })
  },
)
