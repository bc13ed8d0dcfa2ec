import { execFileSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'
import { modelCache } from '../download/model-cache.ts'
import { fileStorage } from '../files/file-storage.ts'
import { localSource } from './local-source.ts'

async function folderWith(names: readonly string[]): Promise<string> {
  const folder = await temporaryFolder()
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), '')
  }
  return folder
}

const look = (path: string) => localSource(path).fetch(modelCache(join(path, 'cache')))

test.each([
  [['model.safetensors', 'config.json'], 'safetensors', ''],
  [['model.safetensors.index.json', 'a.safetensors', 'x.Q4_0.gguf'], 'safetensors', ''],
  [['m.Q4_0.gguf', 'mmproj-m-f16.gguf'], 'gguf', 'm.Q4_0.gguf'],
  [['mmproj.gguf', 'Z.gguf', 'Z.imatrix.gguf'], 'gguf', 'Z.gguf'],
  [
    ['m-00003-of-00003.gguf', 'm-00001-of-00003.gguf', 'm-00002-of-00003.gguf'],
    'gguf',
    'm-00001-of-00003.gguf',
  ],
  [['pytorch_model.bin', 'model.safetensors'], 'safetensors', ''],
])('takes of %j what is a model', async (names, kind, file) => {
  const folder = await folderWith(names)
  expect(await look(folder)).toMatchObject({ kind, path: join(folder, file) })
})

test.each([
  [
    ['b.Q8_0.gguf', 'a.Q4_0.gguf', 'mmproj-a.gguf'],
    /several: a\.Q4_0\.gguf, b\.Q8_0\.gguf\. Pass one of them/,
  ],
  [['mmproj-a-f16.gguf'], /a projector \(mmproj\) without its model/],
  [['adapter_config.json', 'adapter_model.safetensors'], /a PEFT adapter without its model/],
  [['patch.json', 'prefix.safetensors'], /found a patch\./],
  [['pytorch_model.bin', 'config.json'], /Python pickles.*save_pretrained/],
  [['consolidated.00.pth', 'params.json'], /Python pickles/],
  [['consolidated.safetensors', 'params.json'], /not named model\.safetensors/],
  [['model-00001-of-00002.safetensors'], /without model\.safetensors\.index\.json/],
  [['onnx/model.onnx', 'config.json'], /ONNX graphs/],
  [['model.onnx', 'model.onnx_data'], /ONNX graphs/],
  [['tf_model.h5', 'config.json'], /other libraries/],
  [['model_index.json', 'unet/model.safetensors'], /diffusers/],
  [['snapshots/0a/model.safetensors', 'blobs/1', 'refs/main'], /Hugging Face's cache.*snapshots/],
  [['config.json', 'tokenizer.json'], /a configuration without weights/],
  [['notes.txt'], /found neither/],
])('says of %j what it is', async (names, words) => {
  await expect(look(await folderWith(names))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(words),
  })
})

test.each([
  ['model.safetensors', '\x10\0\0\0\0\0\0\0{"a":{}}', /a safetensors file\. Use its folder/],
  ['pytorch_model.bin', 'PK\x03\x04', /a zip archive.*safe_serialization/],
  ['sha256-0', 'GGUF\x03', /a GGUF file.*to end in \.gguf/],
  ['notes.txt', 'notes', /a file of another type/],
])('says of the file %s what it is', async (name, start, words) => {
  const path = join(await temporaryFolder(), name)
  await writeFile(path, start)
  await expect(localSource(path).fetch(modelCache())).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(words),
  })
})

test.skipIf(process.platform === 'win32')('what is no file is not waited for', async () => {
  const folder = await temporaryFolder()
  const at = (name: string) => join(folder, name)
  execFileSync('mkfifo', [at('pipe.gguf')])
  await symlink(at('pipe.gguf'), at('linked.gguf'))
  await mkdir(at('folder.gguf'))
  const server = createServer().listen(at('socket.gguf'))
  const storage = fileStorage()
  for (const [path, found] of [
    [at('pipe.gguf'), 'a named pipe'],
    [at('linked.gguf'), 'a named pipe'],
    [at('folder.gguf'), 'a folder'],
    [at('socket.gguf'), 'a socket'],
    ['/dev/zero', 'a device'],
  ] as const) {
    await expect(storage.open(path), path).rejects.toMatchObject({ code: 'NOT_FOUND', found })
    await expect(storage.read(path), path).rejects.toMatchObject({ code: 'NOT_FOUND', found })
  }
  server.close()
})

test("a link to a file is one, as in Hugging Face's cache", async () => {
  const folder = await folderWith(['blobs/1', 'snapshots/0a/config.json'])
  await symlink('../../blobs/1', join(folder, 'snapshots/0a/model.safetensors'))
  expect(await look(join(folder, 'snapshots/0a'))).toMatchObject({ kind: 'safetensors' })
  expect(await fileStorage(folder).read('snapshots/0a/model.safetensors')).toHaveLength(0)
})
