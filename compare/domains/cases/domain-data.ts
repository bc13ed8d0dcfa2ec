import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PatchPrompt } from 'policypatch'
import { createRandom } from 'policypatch/platform'

/** Reads a JSON Lines file in the data folder. */
export async function readRows<Row>(folder: string, name: string): Promise<Row[]> {
  const text = await readFile(join(folder, `${name}.jsonl`), 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
}

/**
 * Shuffles rows with a fixed seed, the same on every machine, and splits them into parts of the given sizes. The rest is dropped.
 */
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
