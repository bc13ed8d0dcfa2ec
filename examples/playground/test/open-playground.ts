import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ElementHandle, Page } from 'puppeteer-core'
import { build } from 'vite'
import { openChromium } from '../../../packages/core/test/browser/chromium.ts'
import { contentSecurityPolicy } from '../content-security-policy.ts'
import { serveFolder } from './serve-folder.ts'

/** Builds an example of this repository into a temporary folder, as `npm run build` in it does; the folder's path. */
export async function buildExample(name: string): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), `${name}-`))
  const root = fileURLToPath(new URL(`../../${name}/`, import.meta.url))
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: false } })
  return outDir
}

export type Playground = Awaited<ReturnType<typeof openPlayground>>

/** Set it to a folder to look at the page as it is in each of these ways. */
const pictures = process.env.PLAYGROUND_SCREENSHOTS

/** The built page in Chromium, served under its policy, with what tests do in it. */
export async function openPlayground(chromium: string) {
  const served = await serveFolder(await buildExample('playground'), contentSecurityPolicy)
  const browser = await openChromium(chromium)
  const downloads = await mkdtemp(join(tmpdir(), 'playground-downloads-'))
  /** Errors of the page, and what it asks for elsewhere. */
  const faults: string[] = []
  const session = await browser.target().createCDPSession()
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads })

  const newPage = async (): Promise<Page> => {
    const page = await browser.newPage()
    page.setDefaultTimeout(400_000)
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text())
    })
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(served.url)) {
        faults.push(`asks for ${request.url()}`)
      }
    })
    return page
  }
  const site = {
    ...pageActions(await newPage()),
    url: served.url,
    downloads,
    faults,
    /** Another page of the same browser, with the same actions. */
    another: async () => pageActions(await newPage()),
    open: async (query: string) => {
      await site.page.goto(`${served.url}${query}`)
      await site.answered()
    },
    close: async () => {
      await browser.close()
      await served.close()
    },
  }
  await site.open('?device=wasm')
  return site
}

function pageActions(page: Page) {
  /** Both answers are written. */
  const answered = () =>
    page.waitForFunction(
      `[...document.querySelectorAll('.answer')].every((answer) => answer.dataset.state === 'done')`,
    )
  return {
    page,
    answered,
    answers: () =>
      page.evaluate(
        `[...document.querySelectorAll('.answer .text')].map((text) => text.textContent)`,
      ) as Promise<[string, string]>,
    ask: async (prompt: string) => {
      await page.locator('#prompt').fill(prompt)
      await page.locator('.prompt button').click()
      await page.waitForSelector(`[data-side=base][data-to="${prompt}"]`)
      await answered()
    },
    /** Waits for an answer under these patches. */
    under: (patches: string) =>
      page.waitForSelector(`[data-side=patched][data-state=done][data-under="${patches}"]`),
    turn: (patch: string) => page.locator(`[data-patch="${patch}"] input[role=switch]`).click(),
    look: async (width: number, scheme: 'light' | 'dark', height = 900) => {
      await page.setViewport({ width, height })
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
    },
    picture: async (name: string) => {
      if (pictures === undefined) return
      await mkdir(pictures, { recursive: true })
      await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
    },
    upload: async (...paths: string[]) => {
      const input = (await page.waitForSelector('#patch-files')) as ElementHandle<HTMLInputElement>
      await input.uploadFile(...paths)
    },
    /** Removes a patch, as a user does. */
    remove: async (patch: string) => {
      await page.locator(`button[aria-label="Details of ${patch}"]`).click()
      await page.locator(`[data-patch=${patch}] .details .actions button.plain`).click()
      await page.waitForFunction(`!document.querySelector('[data-patch=${patch}]')`)
    },
  }
}
