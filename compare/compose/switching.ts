import type { LanguageModel, Patch } from 'policypatch'
import { patchSet } from 'policypatch/patch'
import { createRandom } from 'policypatch/platform'
import { median } from '../../timing/figures.ts'

const REQUESTS = 480

/**
 * The cost of switching stacks in milliseconds: the median time of a one-token request whose stack differs from that of the
 * request before it, minus the median for an unchanged stack; the median over stacks. Whether the next stack changes is random,
 * so that garbage collections, which occur at regular intervals, affect both alike.
 */
export async function switchingCost(model: LanguageModel, patches: readonly Patch[]): Promise<number> {
  const set = patchSet(model, patches)
  const [one = '', two = '', three = ''] = set.names
  const stacks = [[one, two], [two, three], [three, one, two], [one]]
  const timeOf = async (stack: readonly string[]) => {
    const started = performance.now()
    const request = [{ prompt: 'What is the capital of France?', prefix: set.stack(stack) }]
    for await (const _ of model.generateBatch(request, { maxTokens: 1 })) void _
    return performance.now() - started
  }
  // Every stack once, so that its keys and values are cached.
  for (const stack of stacks) await timeOf(stack)
  const times = stacks.map(() => ({ same: [] as number[], switched: [] as number[] }))
  const random = createRandom(0)
  let last = stacks.length - 1
  for (let request = 0; request < REQUESTS; request++) {
    const next = random.uniform() < 0.5 ? last : random.integer(stacks.length)
    const own = times[next] as (typeof times)[number]
    own[next === last ? 'same' : 'switched'].push(await timeOf(stacks[next] as string[]))
    last = next
  }
  return median(times.map(({ same, switched }) => median(switched) - median(same)))
}
