/**
 * Writes the table of families in docs/models.md, which is committed: from the architectures, what their files say of them, and the
 * goldens that hold them to transformers. A test compares the page with it.
 *
 *   npm run docs:families
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { withFamilyTable } from './docs/family-table.ts'

const page = fileURLToPath(new URL('../docs/models.md', import.meta.url))
await writeFile(page, withFamilyTable(await readFile(page, 'utf8')))
