import { PatchError } from '@policypatch/core'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../test/temporary-folder.ts'
import { writeTinyModel } from '../../core/test/tiny-model.ts'
import { type LoadProgress, loadModel } from './load-model.ts'

test('a folder is called by its name, whatever path leads to it, and its tensors are counted', async () => {
  const folder = await temporaryFolder()
  await writeTinyModel(`${folder}/tiny`)
  const progress: LoadProgress[] = []
  const model = await loadModel(`${folder}/tiny/`, { onProgress: (at) => progress.push(at) })
  expect(model.id).toBe('tiny')
  expect(model.backend.name).toBe('onnxruntime-cpu')
  const last = progress.at(-1)
  expect(last).toEqual({ stage: 'weights', done: last?.total, total: last?.total })
  await model.dispose()
})

test('what is nowhere is refused', async () => {
  await expect(loadModel('./no-such-model')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a device and another backend exclude each other', async () => {
  const backend = {
    specificationVersion: 'v1' as const,
    name: 'other',
    compile: () => Promise.reject(new Error('not needed')),
    dispose: async () => {},
  }
  const loading = loadModel('./no-such-model', { backend, device: 'cpu' })
  await expect(loading).rejects.toThrow(PatchError)
  await expect(loading).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', found: 'both cpu and other' })
})
