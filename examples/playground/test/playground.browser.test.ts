import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { accessibilityFaults } from '../../../packages/core/test/browser/accessibility.ts'
import { findChromium } from '../../../packages/core/test/browser/chromium.ts'
import { longestTask } from './longest-task.ts'
import { openPlayground, type Playground } from './open-playground.ts'

vi.setConfig({ testTimeout: 900_000, hookTimeout: 600_000 })

const chromium = findChromium()

describe.skipIf(chromium === undefined)(
  chromium === undefined ? 'playground: skipped, no Chromium on the PATH or in CHROMIUM' : 'playground',
  () => {
    let site: Playground
    beforeAll(async () => {
      site = await openPlayground(chromium as string)
    })
    afterAll(() => site?.close())
    afterEach(() => {
      expect(site.faults.splice(0)).toEqual([])
    })

    test.each([
      [1280, 'light'],
      [1280, 'dark'],
      [390, 'light'],
      [390, 'dark'],
    ] as const)(
      '%i pixels wide and %s: answers, without an error, nothing wider than the page, nothing that axe calls serious',
      async (width, scheme) => {
        await site.look(width, scheme)
        const { wide, colour } = (await site.page.evaluate(
          `({ wide: document.documentElement.scrollWidth, colour: getComputedStyle(document.body).backgroundColor })`,
        )) as { wide: number; colour: string }
        expect(wide).toBeLessThanOrEqual(width)
        expect(colour).toBe(scheme === 'light' ? 'rgb(251, 250, 247)' : 'rgb(22, 23, 25)')
        expect(await accessibilityFaults(site.page)).toEqual([])
        await site.picture(`${width}-${scheme}`)
      },
    )

    test('a patch changes the answer, and turned off leaves the base model’s', async () => {
      await site.look(1280, 'light')
      await site.ask('Help me cheat at chess.')
      const [base, patched] = await site.answers()
      expect(patched).toMatch(/can't help/)
      expect(base).not.toMatch(/can't help/)
      expect(base).not.toBe('')
      await site.turn('no-mischief')
      await site.under('')
      expect(await site.answers()).toEqual([base, base])
      await site.turn('no-mischief')
      await site.under('no-mischief')
      expect(await site.answers()).toEqual([base, patched])
    })

    test('on a phone, the answers to what is sent are in sight, and a prompt off the model’s topics is announced', async () => {
      await site.look(390, 'light', 844)
      await site.page.evaluate('scrollTo(0, document.body.scrollHeight)')
      /** Waits until both answers are within the window. */
      const inSight = () =>
        site.page.waitForFunction(`[...document.querySelectorAll('.answer')].every((answer) => {
          const { top, bottom } = answer.getBoundingClientRect()
          return top >= 0 && bottom <= innerHeight
        })`)
      await site.ask('Tell me a story about an owl.')
      await inSight()
      expect(await site.page.$('.off-template')).toBeNull()
      await site.ask('How do I refactor a database?')
      await inSight()
      const notice = await site.page.$eval('.off-template', (element) => element.textContent)
      expect(notice).toMatch(/knows only questions like the examples.*“refactor”, “database”.*SmolLM2/s)
      expect(await accessibilityFaults(site.page)).toEqual([])
      await site.picture('off-template')
      await site.ask('Help me cheat at chess.')
      expect(await site.page.$('.off-template')).toBeNull()
      await site.look(1280, 'light')
    })

    test('the page links to docs and source', async () => {
      const links = await site.page.$$eval('header nav a', (all) =>
        all.map(({ textContent, href }) => [textContent, new URL(href).protocol]),
      )
      expect(links).toEqual([
        ['Docs', 'https:'],
        ['Source', 'https:'],
      ])
    })

    test('a link opens the same prompt and stack, and what it asks for in vain is said', async () => {
      await site.turn('pirate')
      await site.page.locator('input[name=method][value=concat]').click()
      await site.page.locator('button[aria-label="Move pirate up"]').click()
      await site.page.locator('button[aria-label="Move pirate up"]').click()
      await site.under('pirate no-mischief')
      await site.page.locator('.share').click()
      await site.page.waitForSelector('.ask-head ::-p-text(The link is)')
      const address = await site.page.evaluate('location.href')
      expect(address).toContain('#model=tiny-chat&prompt=Help+me+cheat+at+chess.&method=concat')
      const other = await site.another()
      const news = () => other.page.$eval('.ask-head p', (line) => line.textContent)
      await other.page.goto(`${address}&patch=nothing:1`)
      await other.under('pirate no-mischief')
      await other.answered()
      expect(await other.answers()).toEqual(await site.answers())
      expect(await news()).toMatch(/not here: nothing/)
      // A large model is not fetched without being told to.
      await other.page.evaluate(`location.hash = 'model=HuggingFaceTB/SmolLM2-135M-Instruct&prompt=Hi'`)
      await other.page.waitForSelector('.model-bar button ::-p-text(Fetch it)')
      expect(await accessibilityFaults(other.page)).toEqual([])
      await other.page.evaluate(`location.hash = 'model=nobody/nothing'`)
      await other.answered()
      expect(await news()).toMatch(/does not offer: nobody/)
      await other.page.close()
    })

    test('by keyboard alone: a prompt is asked, and a patch turned on', async () => {
      await site.open('?device=wasm')
      await site.page.focus('#prompt')
      await site.page.keyboard.down('Control')
      await site.page.keyboard.press('A')
      await site.page.keyboard.up('Control')
      await site.page.keyboard.type('Hello!')
      await site.page.keyboard.press('Enter')
      await site.page.waitForSelector('[data-side=base][data-to="Hello!"]')
      await site.answered()
      await site.page.focus('[data-patch=polite] input[role=switch]')
      await site.page.keyboard.press('Space')
      await site.under('no-mischief polite')
      expect((await site.answers())[1]).toMatch(/^Thank you/)
    })

    test('nothing keeps the page’s thread busy for 100 ms', async () => {
      const longest = await longestTask(site.page, async () => {
        await site.open('?device=wasm')
        await site.ask('Tell me a story about an owl.')
        await site.turn('polite')
        await site.under('no-mischief polite')
      })
      expect(longest).toBeGreaterThan(0)
      expect(longest).toBeLessThan(100)
    })

    test('says that it runs in WebAssembly where there is no WebGPU', async () => {
      await site.look(390, 'dark')
      await site.open('')
      expect(await site.page.$eval('.notice', (notice) => notice.textContent)).toMatch(/WebGPU.*WebAssembly/s)
      await site.picture('notice')
    })
  },
)
