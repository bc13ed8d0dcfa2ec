import { fileURLToPath } from 'node:url'
import type { PatchPrompt } from 'policypatch'
import { readRows } from '../domains/cases/domain-data.ts'

interface DemoRow {
  readonly prompt: string
  readonly kind: PatchPrompt['kind']
  readonly split: string
  readonly part?: string
}

/** Folder of the demo's prompts. */
export const demoFolder = fileURLToPath(new URL('../../packages/policypatch/demo', import.meta.url))

/** The demo's training prompts: harmful prompts, near misses of both kinds, and everyday prompts. */
export async function trainingPrompts(folder: string = demoFolder): Promise<PatchPrompt[]> {
  const rowsOf = async (name: string, harmlessPart?: string): Promise<PatchPrompt[]> =>
    (await readRows<DemoRow>(folder, name))
      .filter(({ split }) => split === 'train')
      .map(({ prompt, kind, part = harmlessPart }) => ({
        ...{ prompt, kind },
        ...(kind === 'harmless' && part !== undefined && { part }),
      }))
  return [
    ...(await rowsOf('harmful')),
    ...(await rowsOf('near-misses', 'near-miss')),
    ...(await rowsOf('harmless', 'near-miss')),
    ...(await rowsOf('everyday', 'everyday')),
  ]
}
