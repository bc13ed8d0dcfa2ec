/**
 * Installs malicious archives, each of which also contains a valid patch. All must be refused, nothing may be written except the
 * state's own files, and none may take more than 64 MB of memory.
 *
 *     npm run check:archives [-- --count 300 --seed 23]
 */

import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PatchError } from '@policypatch/core'
import { packZip } from '@policypatch/registry'
import { install, installedPatches, projectState } from '@policypatch/registry/state'
import { tinyPatch } from '../../packages/registry/test/tiny-patch.ts'
import { memoryGauge } from '../fuzz/memory-gauge.ts'
import { maliciousArchives } from './malicious-archives.ts'

const mostMemory = 64e6

const { values } = parseArgs({
  options: { count: { type: 'string', default: '300' }, seed: { type: 'string', default: '23' } },
})
const [count, seed] = [Number(values.count), Number(values.seed)]

const root = await mkdtemp(join(tmpdir(), 'archives-'))
const [outside, folder] = [join(root, 'outside'), join(root, 'outside', 'deep', 'project')]
await mkdir(folder, { recursive: true })
const place = projectState(folder)
const context = { place, command: 'install', cache: join(root, 'cache') }

const patch = await tinyPatch('calm', '1.0.0')
const good = await packZip(patch)
await writeFile(join(root, good.fileName), good.bytes)
// So that everything is loaded, and the state's own files exist, before anything is measured.
await install(context, [join(root, good.fileName)])
const filesBefore = await everyFile(outside)

const gauge = memoryGauge()
const faults: string[] = []
let most = 0
for (const { what, fileName, bytes } of maliciousArchives(patch.files, count, seed)) {
  const path = join(root, fileName)
  await writeFile(path, bytes)
  let [memory, outcome] = [0, '']
  // Garbage from earlier cases must not count against this one, so measure again before reporting it.
  for (let attempt = 0; attempt < 3; attempt++) {
    gauge.sweep()
    gauge.begin()
    outcome = await outcomeOf(path)
    memory = gauge.end()
    if (memory <= mostMemory) break
  }
  await rm(path)
  most = Math.max(most, memory)
  if (!outcome.startsWith('refused')) faults.push(`${fileName}, ${what}: ${outcome}`)
  if (memory > mostMemory) faults.push(`${fileName}, ${what}: ${Math.round(memory / 1e6)} MB of memory`)
}
await gauge.stop()

const written = (await everyFile(outside)).filter((path) => !filesBefore.includes(path))
for (const path of written) if (!/[/\\]lock[/\\]\d+\.free$/.test(path)) faults.push(`written: ${path}`)
const installed = await installedPatches(place)
if (installed.length !== 1) faults.push(`${installed.length} installed patches`)
await rm(root, { recursive: true })

console.log(JSON.stringify({ count, seed, faults, mostMemoryMB: Math.round(most / 1e6) }, null, 2))
process.exitCode = faults.length > 0 ? 1 : 0

async function outcomeOf(path: string): Promise<string> {
  try {
    await install(context, [path], { replace: true })
    return 'installed'
  } catch (error) {
    return error instanceof PatchError ? `refused: ${error.code}` : `failed: ${(error as Error).stack}`
  }
}

async function everyFile(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
}
