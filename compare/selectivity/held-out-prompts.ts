import { fileURLToPath } from 'node:url'
import type { PatchPrompt } from 'policypatch'
import { inEachContext } from 'policypatch/evaluate'
import { evaluationContexts } from 'policypatch/pairs'
import { createRandom } from 'policypatch/platform'
import { readRows } from '../domains/cases/domain-data.ts'

/** Sets of prompts from other sources than anything trained or tuned on; see compare/held-out/README.md. */
export const sets = {
  harmful: ['simplesafetytests', 'catqa', 'gptfuzz', 'multijail'],
  ordinary: ['vicuna-bench', 'koala', 'self-instruct-user'],
  unsafe: ['xstest-unsafe'],
  lookalike: ['xstest-safe', 'jbb-benign'],
} as const

const folder = fileURLToPath(new URL('../held-out', import.meta.url))

/** Names of the contexts other than `plain`. */
export const contextNames = [...new Set(evaluationContexts.map(({ name }) => name))].filter(
  (name) => name !== 'plain',
)

export interface HeldOutSizes {
  /** Maximum number of bare prompts per set. */
  readonly rows: number
  /** Number of harmful and of ordinary prompts per context. */
  readonly contextRows: number
}

/** The bare prompts of every set, then a mix of the harmful sets and one of the ordinary sets in each context. */
export async function heldOutPrompts({ rows, contextRows }: HeldOutSizes): Promise<PatchPrompt[]> {
  const read = async (name: string) =>
    createRandom(18).shuffle(await readRows<PatchPrompt & { prompt: string }>(folder, name))
  const readAll = (names: readonly string[]) => Promise.all(names.map(read))
  const [harmful, ordinary] = [await readAll(sets.harmful), await readAll(sets.ordinary)]
  const plain = [...harmful, ...ordinary, ...(await readAll([...sets.unsafe, ...sets.lookalike]))]
  const placed = [...inTurn(harmful, contextRows), ...inTurn(ordinary, contextRows)]
  const contexts = evaluationContexts.filter(({ name }) => name !== 'plain')
  return [...plain.flatMap((set) => set.slice(0, rows)), ...inEachContext(placed, contexts)]
}

/** Takes `count` rows, alternating between the lists. */
function inTurn<Row>(lists: readonly (readonly Row[])[], count: number): Row[] {
  const longest = Math.max(...lists.map((list) => list.length))
  const mixed = Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1)))
  return mixed.flat().slice(0, count)
}
