import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { accessibilityFaults } from '../../../core/test/browser/accessibility.ts'
import { findChromium, openChromium } from '../../../core/test/browser/chromium.ts'
import { exampleReport } from '../../test/example-report.ts'
import { temporaryFolder } from '../../test/fixtures.ts'
import { renderReport } from './render-report.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const chromium = findChromium()

/** Set it to a folder to look at the page as it is in each of these ways. */
const pictures = process.env.REPORT_SCREENSHOTS

describe.skipIf(chromium === undefined)(
  chromium === undefined ? 'in a browser: skipped, no Chromium on the PATH or in CHROMIUM' : 'in a browser',
  () => {
    let browser: Browser
    let page: Page
    let address = ''
    const faults: string[] = []

    beforeAll(async () => {
      const file = join(await temporaryFolder(), 'report.html')
      await writeFile(file, await renderReport(exampleReport()))
      address = pathToFileURL(file).href
      browser = await openChromium(chromium as string)
      page = await browser.newPage()
      page.setDefaultTimeout(120_000)
      page.on('console', (message) => faults.push(`${message.type()}: ${message.text()}`))
      page.on('pageerror', (error) => faults.push(String(error)))
      page.on('request', (request) => {
        if (request.url() !== address && request.url() !== 'data:,') faults.push(`asks for ${request.url()}`)
      })
    })
    afterAll(() => browser?.close())

    const seen = () =>
      page.evaluate(
        '[...document.querySelectorAll(".example")].filter((one) => one.checkVisibility()).length',
      )
    const count = () => page.evaluate('document.querySelector("[data-count]").textContent')

    const open = async (width: number, scheme: 'light' | 'dark') => {
      await page.setViewport({ width, height: 900 })
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }])
      await page.goto(address)
    }
    const openDetails = () =>
      page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true')

    test('is short until a reader opens a section, which a link does too', async () => {
      await open(1200, 'light')
      const height = () => page.evaluate('document.documentElement.scrollHeight')
      const closed = Number(await height())
      expect(await seen()).toBe(0)
      await page.click('nav a[href="#examples"]')
      await page.waitForFunction('document.querySelector("#examples").checkVisibility()')
      expect(await seen()).toBe(10)
      await openDetails()
      expect(closed).toBeLessThan(Number(await height()) / 2)
    })

    test.each([
      [1200, 'light'],
      [1200, 'dark'],
      [390, 'light'],
      [390, 'dark'],
    ] as const)(
      '%i pixels wide and %s: no error, no request, nothing wider than the page, nothing that axe calls serious',
      async (width, scheme) => {
        await open(width, scheme)
        await openDetails()
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        const colors = await page.evaluate(
          '[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector("svg[role] path[fill^=var]")).fill]',
        )
        expect(colors).toMatchObject([scheme === 'dark' ? 'rgb(22, 23, 25)' : 'rgb(251, 250, 247)', /^rgb/])
        expect(await accessibilityFaults(page)).toEqual([])
        expect(faults).toEqual([])
        if (pictures === undefined) return
        await mkdir(pictures, { recursive: true })
        await page.screenshot({ path: join(pictures, `report-${width}-${scheme}.png`), fullPage: true })
      },
    )

    test('prints, with all details open', async () => {
      await open(1200, 'dark')
      const pdf = await page.pdf({ format: 'A4', timeout: 300_000 })
      expect(pdf.length).toBeGreaterThan(50_000)
      if (pictures !== undefined) await writeFile(join(pictures, 'report.pdf'), pdf)
      await page.evaluate('dispatchEvent(new Event("beforeprint"))')
      expect(await page.evaluate('document.querySelectorAll("details:not([open])").length')).toBe(0)
    })

    test('filters hide examples and subjects, together', async () => {
      await open(1200, 'light')
      await openDetails()
      expect(await seen()).toBe(10)
      expect(await count()).toBe('10 examples')
      await page.select('select[name=domain]', 'harmfulness')
      expect(await seen()).toBe(6)
      await page.select('select[name=outcome]', 'failed')
      expect(await count()).toBe('1 of 10 examples')
      await page.select('select[name=outcome]', '')
      await page.type('input[name=words]', 'LINUX process')
      expect(await seen()).toBe(1)
      await page.evaluate('document.querySelector("input[value=reference]").click()')
      const subjects =
        '[...document.querySelectorAll(".response")].filter((one) => one.checkVisibility()).map((one) => one.dataset.subject)'
      expect(await page.evaluate(subjects)).toEqual(['base', 'patched', 'system prompt'])
      expect(faults).toEqual([])
    })

    test('of many examples the first are shown, and more when asked for', async () => {
      const data = exampleReport()
      const many = join(await temporaryFolder(), 'many.html')
      const examples = [...data.examples, ...data.examples, ...data.examples]
      await writeFile(many, await renderReport({ ...data, measurements: [], curves: [], examples }))
      address = pathToFileURL(many).href
      await open(390, 'light')
      await openDetails()
      expect([await seen(), await count()]).toEqual([12, '30 examples, the first 12 shown'])
      await page.evaluate('document.querySelector("[data-more]").click()')
      expect(await seen()).toBe(24)
      await page.evaluate('document.querySelector("[data-more]").click()')
      expect([await seen(), await count()]).toEqual([30, '30 examples'])
      expect(await page.evaluate('document.querySelector("[data-more]").checkVisibility()')).toBe(false)
      expect(faults).toEqual([])
    })
  },
)
