import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** Builds an example of this repository into a temporary folder, as `npm run build` in it does; the folder's path. */
export async function buildExample(name: string): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), `${name}-`))
  const root = fileURLToPath(new URL(`../../${name}/`, import.meta.url))
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: false } })
  return outDir
}
