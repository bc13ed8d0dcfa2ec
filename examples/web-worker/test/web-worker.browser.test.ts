import type { Browser } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { findChromium, openChromium } from '../../../packages/core/test/browser/chromium.ts'
import { buildExample } from '../../playground/test/open-playground.ts'
import { type ServedFolder, serveFolder } from '../../playground/test/serve-folder.ts'

vi.setConfig({ testTimeout: 900_000, hookTimeout: 600_000 })

const chromium = findChromium()

describe.skipIf(chromium === undefined)(
  chromium === undefined ? 'web-worker: skipped, no Chromium on the PATH or in CHROMIUM' : 'web-worker',
  () => {
    let site: ServedFolder
    let browser: Browser

    beforeAll(async () => {
      const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
      site = await serveFolder(await buildExample('web-worker'), policy)
      browser = await openChromium(chromium as string)
    })
    afterAll(async () => {
      await browser?.close()
      await site?.close()
    })

    test('streams the patched model’s answer into the page', async () => {
      const page = await browser.newPage()
      page.setDefaultTimeout(400_000)
      await page.goto(site.url)
      await page.locator('button').click()
      await page.waitForSelector('p[data-done]')
      expect(await page.$eval('p', (output) => output.textContent)).toMatch(/can't help/)
    })
  },
)
