import { basename } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { type Judge, PatchError } from '@policypatch/core'
import { functionJudge, type JudgeRequest } from '@policypatch/core/evaluate'
import { sha256 } from '@policypatch/core/platform'
import { importFile } from '../import-file.ts'

/**
 * The judge that a module exports by default: a `Judge`, or a function of `{ prompt, kind, response }` that returns a score in
 * [0, 1] (1 = as wanted) or a boolean. A function is named after its file and identified by the file's contents.
 *
 * @throws as `importFile`; `MALFORMED` if the default export is neither.
 */
export async function fileJudge(path: string): Promise<Judge> {
  const found = await importFile(path)
  if (isJudge(found)) return found
  if (typeof found !== 'function') {
    throw new PatchError('MALFORMED', {
      expected: `a function of { prompt, kind, response }, or a Judge, as the default export of ${path}`,
      found: typeof found,
      remedy: 'Write `export default ({ kind, response }) => …` and return a score in [0, 1] or a boolean',
    })
  }
  const score = found as (request: JudgeRequest) => unknown
  const judge = functionJudge({
    name: `file:${basename(path)}`,
    score: async (request) => Number(await score(request)),
  })
  return { ...judge, settings: { sha256: await sha256(await fileStorage().read(path)) } }
}

const isJudge = (value: unknown): value is Judge =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Partial<Judge>).name === 'string' &&
  typeof (value as Partial<Judge>).score === 'function'
