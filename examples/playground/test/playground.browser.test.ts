import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unzipSync, zipSync } from 'fflate'
import { memoryStorage, readPatch } from 'policypatch'
import type { Browser, ElementHandle, Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { accessibilityFaults } from '../../../packages/core/test/accessibility.ts'
import { findChromium, openChromium } from '../../../packages/core/test/chromium.ts'
import { contentSecurityPolicy } from '../content-security-policy.ts'
import { buildExample } from './build-example.ts'
import { type ServedFolder, serveFolder } from './serve-folder.ts'

vi.setConfig({ testTimeout: 900_000, hookTimeout: 600_000 })

const chromium = findChromium()
/** Set it to a folder to look at the page as it is in each of these ways. */
const pictures = process.env.PLAYGROUND_SCREENSHOTS
const foreignFolder = fileURLToPath(
  new URL('../../../packages/core/fixtures/patches/v1/tiny-harmfulness/', import.meta.url),
)
const filesOf = async (folder: string) => (await readdir(folder)).map((name) => join(folder, name))
const patchFolder = fileURLToPath(new URL('../public/patches/polite/', import.meta.url))

describe.skipIf(chromium === undefined)(
  chromium === undefined ? 'playground: skipped, no Chromium on the PATH or in CHROMIUM' : 'playground',
  () => {
    let site: ServedFolder
    let browser: Browser
    let page: Page
    let downloads = ''
    const faults: string[] = []

    beforeAll(async () => {
      site = await serveFolder(await buildExample('playground'), contentSecurityPolicy)
      browser = await openChromium(chromium as string)
      downloads = await mkdtemp(join(tmpdir(), 'playground-downloads-'))
      page = await browser.newPage()
      page.setDefaultTimeout(400_000)
      page.on('console', (message) => {
        if (message.type() === 'error') faults.push(message.text())
      })
      page.on('pageerror', (error) => faults.push(String(error)))
      page.on('request', (request) => {
        if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(site.url)) {
          faults.push(`asks for ${request.url()}`)
        }
      })
      const session = await browser.target().createCDPSession()
      await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads })
      await open('?device=wasm')
    })
    afterAll(async () => {
      await browser?.close()
      await site?.close()
    })
    afterEach(() => {
      expect(faults.splice(0)).toEqual([])
    })

    async function look(width: number, scheme: 'light' | 'dark'): Promise<void> {
      await page.setViewport({ width, height: 900 })
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
    }
    async function open(query: string): Promise<void> {
      await page.goto(`${site.url}${query}`)
      await answered()
    }

    /** Both answers are written. */
    const answered = () =>
      page.waitForFunction(
        `[...document.querySelectorAll('.answer')].every((answer) => answer.dataset.state === 'done')`,
      )
    const answers = () =>
      page.evaluate(
        `[...document.querySelectorAll('.answer .text')].map((text) => text.textContent)`,
      ) as Promise<[string, string]>
    const ask = async (prompt: string) => {
      await page.locator('#prompt').fill(prompt)
      await page.locator('.prompt button').click()
      await page.waitForSelector(`[data-side=base][data-to="${prompt}"]`)
      await answered()
    }
    /** Waits for an answer under these patches. */
    const under = (patches: string) =>
      page.waitForSelector(`[data-side=patched][data-state=done][data-under="${patches}"]`)
    const turn = (patch: string) => page.locator(`[data-patch="${patch}"] input[role=switch]`).click()
    const picture = async (name: string) => {
      if (pictures === undefined) return
      await mkdir(pictures, { recursive: true })
      await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
    }
    const upload = async (...paths: string[]) => {
      const input = (await page.waitForSelector('#patch-files')) as ElementHandle<HTMLInputElement>
      await input.uploadFile(...paths)
    }

    test.each([
      [1280, 'light'],
      [1280, 'dark'],
      [390, 'light'],
      [390, 'dark'],
    ] as const)(
      '%i pixels wide and %s: answers, without an error, nothing wider than the page, nothing that axe calls serious',
      async (width, scheme) => {
        await look(width, scheme)
        const { wide, colour } = (await page.evaluate(
          `({ wide: document.documentElement.scrollWidth, colour: getComputedStyle(document.body).backgroundColor })`,
        )) as { wide: number; colour: string }
        expect(wide).toBeLessThanOrEqual(width)
        expect(colour).toBe(scheme === 'light' ? 'rgb(251, 250, 247)' : 'rgb(22, 23, 25)')
        expect(await accessibilityFaults(page)).toEqual([])
        await picture(`${width}-${scheme}`)
      },
    )

    test('a patch changes the answer, and turned off leaves the base model’s', async () => {
      await look(1280, 'light')
      await ask('Help me cheat at chess.')
      const [base, patched] = await answers()
      expect(patched).toMatch(/can't help/)
      expect(base).not.toMatch(/can't help/)
      expect(base).not.toBe('')
      await turn('no-mischief')
      await under('')
      expect(await answers()).toEqual([base, base])
      await turn('no-mischief')
      await under('no-mischief')
      expect(await answers()).toEqual([base, patched])
    })

    test('patches stack, with weights, or one after another in an order', async () => {
      await turn('pirate')
      await under('no-mischief pirate')
      const [, stacked] = await answers()
      expect(stacked).toMatch(/arr/i)
      await page.locator('input[name=method][value=concat]').click()
      await page.waitForSelector('.strip ::-p-text(→)')
      expect(await page.$$('.weight')).toEqual([])
      for (let places = 2; places > 0; places--) {
        await page.locator('button[aria-label="Move pirate up"]').click()
      }
      await under('pirate no-mischief')
      expect(await accessibilityFaults(page)).toEqual([])
      await picture('stacked')
    })

    test('shows what a patch that is added says of itself', async () => {
      const names = ['patch.json', 'adapter_config.json', 'adapter_model.safetensors', 'README.md']
      const files = await Promise.all(
        names.map(async (name) => [name, await readFile(join(patchFolder, name))] as const),
      )
      const archive = join(downloads, 'dropped.zip')
      await writeFile(
        archive,
        zipSync(Object.fromEntries(files.map(([name, bytes]) => [`polite/${name}`, bytes]))),
      )
      await page.locator('button[aria-label="Details of polite"]').click()
      await page.locator('[data-patch=polite] .details .actions button.plain').click()
      await page.waitForFunction(`!document.querySelector('[data-patch=polite]')`)
      await upload(archive)
      await page.waitForSelector('[data-patch=polite][data-on=true]')
      await page.locator('button[aria-label="Details of polite"]').click()
      const text = await page.$eval('[data-patch=polite] .details', (details) => details.textContent)
      expect(text).toMatch(/polite answers.*→.*tiny-chat.*system-prompt/s)
      expect(await accessibilityFaults(page)).toEqual([])
      await picture('details')
    })

    test('refuses a damaged patch, one of another model, and what is none, in plain words', async () => {
      const fault = async (...paths: string[]) => {
        await upload(...paths)
        const shown = await page.waitForSelector('.patches .fault')
        const said = await shown?.evaluate((element) => [
          (element as HTMLElement).dataset.code,
          element.textContent,
        ])
        expect(await accessibilityFaults(page)).toEqual([])
        await page.locator('.patches .fault ::-p-text(Dismiss)').click()
        await page.waitForFunction(`!document.querySelector('.patches .fault')`)
        return said
      }
      const read = (name: string) => readFile(join(patchFolder, name))
      const damaged = join(downloads, 'damaged.zip')
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
      expect(words).toMatch(/Expected.*SHA-256.*Found.*What to do.*get the patch again/s)
      const [mismatch, differs] = (await fault(...(await filesOf(foreignFolder)))) ?? []
      expect(mismatch).toBe('PATCH_MISMATCH')
      expect(differs).toMatch(/Expected.*hidden size.*Found.*tiny-chat/s)
      const text = join(downloads, 'notes.json')
      await writeFile(text, '{}')
      expect((await fault(text))?.[0]).toBe('NOT_FOUND')
      const broken = join(downloads, 'broken.zip')
      await writeFile(broken, 'no archive')
      expect((await fault(broken))?.[0]).toBe('MALFORMED')
    })

    test('trains a patch that stops, goes on, works, and can be taken away', async () => {
      await look(1280, 'light')
      await page.locator('.fields input[type=number]').fill('24')
      await page.locator('.train-controls .primary').click()
      await page.waitForFunction(
        `/Step [3-9] of/.test(document.querySelector('.train-controls [role=status]').textContent)`,
      )
      await page.locator('.train-controls .primary').click()
      await page.locator('.train-controls button ::-p-text(Go on)').click()
      await page.waitForFunction(
        `/is trained and on/.test(document.querySelector('.train-controls [role=status]').textContent)`,
      )
      await page.locator('.curves summary').click()
      const table = (await page.$eval('.curves table', (element) => element.textContent)) ?? ''
      expect(table).toMatch(/SFT.*DPO/s)
      expect(await accessibilityFaults(page)).toEqual([])
      await picture('trained')
      await page.locator('.train-controls button ::-p-text(Download)').click()
      const name = 'homework-coach-0.1.0.zip'
      await vi.waitUntil(async () => (await readdir(downloads)).includes(name), {
        timeout: 60_000,
        interval: 200,
      })
      const storage = memoryStorage()
      const files = unzipSync(new Uint8Array(await readFile(join(downloads, name))))
      for (const [path, bytes] of Object.entries(files)) await storage.write(path, bytes)
      const { manifest } = await readPatch('homework-coach', storage)
      expect(manifest).toMatchObject({
        name: 'homework-coach',
        base: { id: 'tiny-chat' },
        prefix: { length: 16 },
      })
    })

    test('says that it runs in WebAssembly where there is no WebGPU', async () => {
      await look(390, 'dark')
      await open('')
      expect(await page.$eval('.notice', (notice) => notice.textContent)).toMatch(/WebGPU.*WebAssembly/s)
      await picture('notice')
    })
  },
)
