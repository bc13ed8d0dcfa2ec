import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'
import { fileJudge } from './file-judge.ts'

let folder = ''
beforeAll(async () => {
  folder = await temporaryFolder()
})

async function written(name: string, source: string): Promise<string> {
  await writeFile(join(folder, name), source)
  return join(folder, name)
}

const request = { prompt: 'p', kind: 'target', response: 'yes' } as const

test('a function gives a score, or whether it is as wanted, and is told apart by its file', async () => {
  const judge = await fileJudge(
    await written(
      'words.mjs',
      'export default async ({ kind, response }) => kind === "target" && response === "yes"',
    ),
  )
  expect(await judge.score([request, { ...request, kind: 'keep' }])).toEqual([1, 0])
  expect(judge).toMatchObject({
    name: 'file:words.mjs',
    settings: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })
  const half = await fileJudge(await written('half.mjs', 'export default () => 0.5'))
  expect(await half.score([request])).toEqual([0.5])
  expect(half.settings).not.toEqual(judge.settings)
})

test('a judge is taken as it is', async () => {
  const source =
    'export default { specificationVersion: "v1", name: "own", score: async (all) => all.map(() => 1) }'
  const judge = await fileJudge(await written('judge.mjs', source))
  expect(judge.name).toBe('own')
  expect(await judge.score([request])).toEqual([1])
})

test.each([
  ['nothing.mjs', 'export const judge = () => 1', 'MALFORMED', /default export/],
  ['number.mjs', 'export default 1', 'MALFORMED', /a function of/],
  ['broken.mjs', 'export default (', 'MALFORMED', /can be run/],
  ['throws.mjs', 'throw new Error("no luck")', 'MALFORMED', /no luck/],
])('%s is refused', async (name, source, code, message) => {
  await expect(fileJudge(await written(name, source))).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  })
})

test('a file that is not there is named', async () => {
  await expect(fileJudge(join(folder, 'nowhere.js'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
