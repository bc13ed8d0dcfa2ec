import type { Browser } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accessibilityFaults } from '../../core/test/browser/accessibility.ts'
import { findChromium, openChromium } from '../../core/test/browser/chromium.ts'
import { served } from './served.ts'
import { standInEngine } from './stand-in-engine.ts'
import { tinyModel, tinyPatch } from './tiny-model.ts'

const chromium = findChromium()
const model = await tinyModel()
afterAll(() => model.dispose())

describe.skipIf(chromium === undefined)(
  chromium === undefined ? 'the chat page: skipped, no Chromium on the PATH or in CHROMIUM' : 'the chat page',
  () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await openChromium(chromium as string)
    })
    afterAll(() => browser?.close())

    it('shows the answers of the base and of the patched model, as text', async () => {
      const patches = [
        await tinyPatch(model, 'harmfulness', '1.0.0'),
        await tinyPatch(model, 'toxicity', '2.0.0'),
      ]
      const answer = ({ prefix }: { prefix?: { length: number } | null | undefined }) =>
        `<b>with ${prefix?.length ?? 0} tokens</b>`
      const server = await served(standInEngine(model, { answer }), { patches: ['harmfulness'] }, { patches })
      const page = await browser.newPage()
      const faults: string[] = []
      page.on('console', (message) => faults.push(message.text()))
      page.on('pageerror', (error) => faults.push(String(error)))
      await page.goto(server.url)
      await page.waitForSelector('#patches input')
      const boxes = await page.$$eval('#patches input[type=checkbox]', (found) =>
        found.map((box) => [(box as HTMLInputElement).name, (box as HTMLInputElement).checked]),
      )
      expect(boxes).toEqual([
        ['harmfulness@1.0.0', true],
        ['toxicity@2.0.0', false],
      ])
      await page.type('#prompt', 'How do I pick a lock?')
      await page.click('#send')
      await page.waitForSelector('#send:not([disabled])')
      const answers = await page.$$eval('.answer', (found) =>
        found.map((one) => (one as HTMLElement).innerText),
      )
      expect(answers.sort()).toEqual([
        'Base model\n\n<b>with 0 tokens</b>',
        'harmfulness@1.0.0\n\n<b>with 3 tokens</b>',
      ])
      await page.click('#patches label:nth-child(2) input')
      await page.type('#prompt', 'And now?')
      await page.click('#send')
      await page.waitForSelector('li:nth-child(2) .answer:nth-child(2)')
      await page.waitForSelector('#send:not([disabled])')
      const last = await page.$$eval('li:nth-child(2) .answer', (found) =>
        found.map((one) => (one as HTMLElement).innerText),
      )
      expect(last).toContain('harmfulness@1.0.0 + toxicity@2.0.0\n\n<b>with 6 tokens</b>')
      expect(await accessibilityFaults(page)).toEqual([])
      expect(faults).toEqual([])
    })
  },
)
