import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** What a program of this folder prints; it fails where it finds a fault. */
async function run(program: string, ...args: readonly string[]): Promise<unknown> {
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  const options = ['--expose-gc', '--import', at('../source.mjs'), at(program), ...args]
  const { stdout } = await promisify(execFile)(process.execPath, options, { cwd: at('../..') })
  return JSON.parse(stdout)
}

// Each kind of archive once; all of them, and all kills, are for `npm run check:archives` and `check:installs`.
test('malicious archives are refused, and nothing is written', async () => {
  expect(await run('refuse-archives.ts', '--count', '24')).toMatchObject({ count: 24, faults: [] })
})

test('processes that are killed, or work at once, leave a state that is whole', async () => {
  expect(await run('kill-changes.ts', '--kills', '5', '--pairs', '2')).toMatchObject({
    kills: '5',
    faults: [],
  })
})
