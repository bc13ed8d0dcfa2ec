import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EncodedProgram } from '@policypatch/compiler'
import type { Signature } from '@policypatch/core/platform'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'
import { programStore } from './program-store.ts'

const signature = (key: string): Signature => ({
  key,
  inputs: { x: { shape: [2], dtype: 'float32' } },
  weights: { w: { shape: [2], data: new Float32Array(2) } },
})
const program: EncodedProgram = {
  inputs: [{ name: 'input.x', source: 'input', key: 'x', shape: [2], dtype: 'float32' }],
  outputs: [{ name: 'output.y', key: 'y', shape: [2], dtype: 'float32' }],
  model: Uint8Array.of(10, 0, 255, 10),
}

async function storeIn(folder: string, code = 'one') {
  const store = await programStore(folder, async () => code)
  if (!store) throw new Error('no store')
  return store
}

it('gives back what was put, to the process after as well, and nothing for anything else', async () => {
  const folder = await temporaryFolder()
  await (await storeIn(folder)).put(signature('a'), program)
  const later = await storeIn(folder)
  const found = await later.get(signature('a'))
  expect({ ...found, model: [...(found?.model ?? [])] }).toEqual({ ...program, model: [...program.model] })
  expect(await later.get(signature('b'))).toBeUndefined()
  expect(await later.get({ ...signature('a'), precision: 'int8' })).toBeUndefined()
  expect(
    await later.get({ ...signature('a'), inputs: { x: { shape: [3], dtype: 'float32' } } }),
  ).toBeUndefined()
  expect(await (await storeIn(folder, 'two')).get(signature('a'))).toBeUndefined()
})

it('gives nothing for a file that is damaged', async () => {
  const folder = await temporaryFolder()
  const store = await storeIn(folder)
  await store.put(signature('a'), program)
  const [name = ''] = await readdir(folder)
  const bytes = await readFile(join(folder, name))
  for (const damaged of [bytes.subarray(0, 40), bytes.subarray(0, bytes.length - 1), Buffer.alloc(0)]) {
    await writeFile(join(folder, name), damaged)
    expect(await store.get(signature('a'))).toBeUndefined()
  }
})

it('keeps a bounded number, those used last', async () => {
  const folder = await temporaryFolder()
  const store = await storeIn(folder)
  for (let i = 0; i < 100; i++) await store.put(signature(`${i}`), program)
  expect((await readdir(folder)).length).toBe(96)
  expect(await store.get(signature('99'))).toBeDefined()
})

it('does without a folder that it cannot write, and leaves no parts behind', async () => {
  const folder = await temporaryFolder()
  const blocked = join(folder, 'file')
  await writeFile(blocked, '')
  const store = await storeIn(join(blocked, 'programs'))
  await store.put(signature('a'), program)
  expect(await store.get(signature('a'))).toBeUndefined()
  const open = await storeIn(folder)
  // A folder in the place of the file: its program is written, but cannot get its name.
  await open.put(signature('a'), program)
  const [name = ''] = (await readdir(folder)).filter((entry) => entry.endsWith('.program'))
  await rm(join(folder, name))
  await mkdir(join(folder, name, 'occupied'), { recursive: true })
  await open.put(signature('a'), program)
  expect((await readdir(folder)).sort()).toEqual([name, 'file'].sort())
})

it('does not exist where the code is not one file', async () => {
  expect(await programStore(await temporaryFolder())).toBeUndefined()
})
