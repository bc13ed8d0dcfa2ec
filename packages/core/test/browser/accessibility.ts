import axe from 'axe-core'
import type { Page } from 'puppeteer-core'

/**
 * Checks a page with axe against WCAG 2.2 A and AA and axe's own best practices. Returns a line for each serious or critical
 * fault, with the first affected element. Automated checks find about half of all faults.
 */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // During transitions, colours have contrasts that are visible only briefly.
  await page.evaluate(`Promise.allSettled(document.getAnimations()
    .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity)
    .map(({ finished }) => finished))`)
  // Evaluated from outside, which a strict content security policy allows.
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate(
    // Style sheets belong to the page. Fetching them again would be a request that the page does not make.
    `axe.run(document, { preload: false, resultTypes: ['violations'] })`,
  )) as axe.AxeResults
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) => `${id}: ${help} (${nodes.length} times; first ${nodes[0]?.target.join(' ')})`,
    )
}
