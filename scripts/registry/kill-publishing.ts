/**
 * Kills processes that change a repository of patches, 200 times at random moments, and runs pairs of them concurrently, 50 times
 * each. After each, what is published must be consistent, and nothing that was reported as done may be lost.
 *
 *   npm run check:kills [-- --kills 200 --pairs 50 --seed 1]
 */
import { parseArgs } from 'node:util'
import { createRandom } from 'policypatch/platform'
import { killedPublishing } from '../../packages/registry/test/repository/killed-publishing.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    pairs: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
  },
})
const publishing = await killedPublishing(createRandom(Number(values.seed)).uniform)
try {
  const { kills, changes } = await publishing.kill(Number(values.kills))
  console.log(`${kills} kills, ${changes} changes before them: whole each time, nothing lost`)
  const pairs = await publishing.pairs(Number(values.pairs))
  console.log(`two processes at once, ${pairs.changes} changes: all there`)
} finally {
  await publishing.remove()
}
