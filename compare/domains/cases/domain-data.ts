import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PatchPrompt } from 'policypatch'
import { createRandom } from 'policypatch/platform'

/** Rows of a JSON Lines file of the data folder. */
export async function readRows<Row>(folder: string, name: string): Promise<Row[]> {
  const text = await readFile(join(folder, `${name}.jsonl`), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}

/** Rows in an order drawn once, the same on every machine, cut into parts of the given sizes; the rest is left out. */
export function parts<Row>(rows: readonly Row[], ...sizes: readonly number[]): Row[][] {
  const order = createRandom(2511).shuffle([...rows])
  let start = 0
  return sizes.map((size) => {
    const part = order.slice(start, start + size)
    start += size
    return part
  })
}

export const promptsOf = (
  rows: readonly { readonly prompt: string }[],
  kind: PatchPrompt['kind'],
): PatchPrompt[] => rows.map(({ prompt }) => ({ prompt, kind }))
