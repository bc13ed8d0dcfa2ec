/**
 * Writes the table of families in docs/models.md, which is committed. It comes from the architectures, the comments in their
 * files, and the goldens that compare them with transformers. A test compares the page with it.
 *
 *   npm run docs:families
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { withFamilyTable } from './docs/family-table.ts'

const page = fileURLToPath(new URL('../docs/models.md', import.meta.url))
await writeFile(page, withFamilyTable(await readFile(page, 'utf8')))
