/**
 * Generates the pages of the site that come from the sources: the command reference, the API reference, a page for each error
 * code, the results, and the files that pages link to. None of them is committed.
 *
 *   npm run docs:generate
 */
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { writeApiReference } from './api-reference.ts'
import { writeCommandReference } from './command-reference.ts'
import { writeErrorPages } from './error-pages.ts'
import { writeResults } from './results-page.ts'
import { writeSourcePages } from './source-pages.ts'

const docs = fileURLToPath(new URL('../../docs/', import.meta.url))

for (const folder of ['reference', 'errors', 'results', 'source', 'public']) {
  await rm(`${docs}${folder}`, { recursive: true, force: true })
}
const made = {
  commands: await writeCommandReference(`${docs}reference/commands`),
  'pages of the API': await writeApiReference(docs),
  'error codes': await writeErrorPages(docs),
  'pages of results': await writeResults(docs),
  // Last, because the other pages link to files too.
  'files of the repository': await writeSourcePages(docs),
}
console.log(
  Object.entries(made)
    .map(([what, count]) => `${count} ${what}`)
    .join(', '),
)
