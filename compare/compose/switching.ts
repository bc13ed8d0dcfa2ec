import { type LanguageModel, type Patch, type Prefix, patchSet } from 'policypatch'
import { median } from '../median.ts'

const ROUNDS = 41

/**
 * What another stack costs a request, in milliseconds: the median time of a request for one token whose stack is another
 * than that of the one before, less that of requests with the same stack, taken in turn.
 */
export async function switchingCost(model: LanguageModel, patches: readonly Patch[]): Promise<number> {
  const set = patchSet(model, patches)
  const [one = '', two = '', three = ''] = set.names
  const stacks = [[one, two], [two, three], [three, one, two], [one]]
  const timeOf = async (prefix: Prefix | null) => {
    const started = performance.now()
    const request = [{ prompt: 'What is the capital of France?', prefix }]
    for await (const _ of model.generateBatch(request, { maxTokens: 1 })) void _
    return performance.now() - started
  }
  // Every stack once, so that keys and values are there.
  for (const stack of stacks) await timeOf(set.stack(stack))
  const [same, switched]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    const stack = stacks[round % stacks.length] as string[]
    // The first of two is a switch from the round before, the second is not.
    switched.push(await timeOf(set.stack(stack)))
    same.push(await timeOf(set.stack(stack)))
  }
  return median(switched) - median(same)
}
