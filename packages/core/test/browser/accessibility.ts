import axe from 'axe-core'
import type { Page } from 'puppeteer-core'

/**
 * What axe finds in a page against WCAG 2.2 A and AA and its own best practices: a line for each fault that is serious or
 * critical, with the first of its elements. An automated check finds about half of what there is.
 */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Colours on their way to others have contrasts that nobody sees for long.
  await page.evaluate(`Promise.allSettled(document.getAnimations()
    .filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity)
    .map(({ finished }) => finished))`)
  // Evaluated from outside, which a strict content security policy lets pass.
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate(
    // Style sheets are the page's own; to fetch them again is a request that the page does not make.
    `axe.run(document, { preload: false, resultTypes: ['violations'] })`,
  )) as axe.AxeResults
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) => `${id}: ${help} (${nodes.length} times; first ${nodes[0]?.target.join(' ')})`,
    )
}
