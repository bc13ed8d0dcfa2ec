import { cp, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { PatchManifest } from '@policypatch/core/patch'
import { beforeAll, expect, test } from 'vitest'
import { tinyProject } from '../../test/tiny-project.ts'

const { at, run, succeed } = tinyProject({ trained: false })
const fixture = fileURLToPath(new URL('../../../core/fixtures/patches/v1/tiny-harmfulness', import.meta.url))

/** A version of the fixture, whose refusal rate is another. */
async function release(version: string, refusal: number): Promise<void> {
  await cp(fixture, at(version), { recursive: true })
  const manifest: PatchManifest = JSON.parse(await readFile(at(`${version}/patch.json`), 'utf8'))
  const after = { value: refusal, low: refusal - 0.05, high: refusal + 0.05 }
  const before = { value: 0.1, low: 0.05, high: 0.15 }
  const own = { metric: 'refusal rate', judge: 'phrases', data: 'harmful.jsonl', n: 100, before, after }
  await writeFile(at(`${version}/patch.json`), JSON.stringify({ ...manifest, version, effects: [own] }))
}

beforeAll(async () => {
  await release('1.0.0', 0.8)
  await release('1.1.0', 0.6)
  await release('1.10.0', 0.82)
})

test('changelog tells what moved, the newest version first, versions by their precedence', async () => {
  const { stdout } = await succeed('changelog', '1.10.0', '1.0.0', '1.1.0')
  const lines = stdout.split('\n').filter((line) => /improved|worse|first/.test(line))
  expect(lines[0]).toContain('improved')
  expect(lines[1]).toMatch(/worse.*refusal rate, harmful\.jsonl.*0\.800 \[0\.750, 0\.850\].*0\.600/)
  expect(lines[2]).toContain('1.0.0')
})

test('changelog of an installed patch has all of its versions; patches of two names have none', async () => {
  for (const version of ['1.0.0', '1.1.0']) await succeed('install', version)
  const { stdout } = await succeed('changelog', 'tiny-harmfulness', '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    versions: [{ version: '1.1.0', since: '1.0.0', effects: [{ change: 'worse' }] }, { version: '1.0.0' }],
  })
  const { code, stderr } = await run(['changelog', '1.0.0', 'harmfulness-smollm2-135m-instruct'])
  expect(code).toBe(1)
  expect(stderr).toContain('policypatch diff')
})
