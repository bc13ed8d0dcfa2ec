import { createRandom } from '@policypatch/core/platform'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type KilledPublishing, killedPublishing } from './killed-publishing.ts'

// A few; `npm run check:kills` does it 200 times, and 50 times in pairs.

let publishing: KilledPublishing
beforeAll(async () => {
  const { uniform } = createRandom(3)
  publishing = await killedPublishing(uniform)
})
afterAll(() => publishing.remove())

test('killed at random moments, a repository is as it was before a change, or after it', async () => {
  expect(await publishing.kill(4)).toMatchObject({ kills: 4 })
})

test('what two processes publish at once is all there', async () => {
  expect((await publishing.pairs(4)).changes).toBeGreaterThanOrEqual(8)
})
