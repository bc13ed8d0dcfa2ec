import { contentSecurityPolicy } from '../../examples/playground/content-security-policy.ts'
import { serveFolder } from '../../examples/playground/test/serve-folder.ts'
import { openChromium } from '../../packages/core/test/browser/chromium.ts'

/** Opens a built page and returns what its Worker has reported by the time it finishes. Throws the page's errors. */
export async function runInChromium(chromium: string, folder: string): Promise<string> {
  const site = await serveFolder(folder, contentSecurityPolicy)
  const browser = await openChromium(chromium)
  try {
    const page = await browser.newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(String(error)))
    await page.goto(site.url)
    await page.waitForFunction('document.body.dataset.state', { timeout: 300_000 })
    const [state, text] = (await page.evaluate('[document.body.dataset.state, document.body.innerText]')) as [
      string,
      string,
    ]
    if (state !== 'done' || text.trim() === '' || faults.length > 0) {
      throw new Error(`the page says ${state}, ${JSON.stringify(text)}; ${faults.join('; ')}`)
    }
    return text
  } finally {
    await browser.close()
    await site.close()
  }
}
