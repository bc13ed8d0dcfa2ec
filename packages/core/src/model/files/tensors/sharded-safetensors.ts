import { PatchError, settleAll } from '../../../errors.ts'
import { parseJsonFile } from '../../../storage/parse-json-file.ts'
import { readWithin, type Storage } from '../../../storage/storage.ts'
import { excerpt } from '../../../text/printable.ts'
import { openSafetensors } from './safetensors.ts'
import { joinReaders, missingTensor, type TensorReader } from './tensor-reader.ts'

/** A plain name, not a path: an index must not open files elsewhere. */
const fileName = /^[^/\\\p{Cc}]+\.safetensors$/u

/** Several times the longest known index. */
const mostIndexBytes = 64 * 2 ** 20

/**
 * Opens the weights of a folder in the Hugging Face layout: `model.safetensors`, or the files that
 * `model.safetensors.index.json` names, as one reader.
 *
 * @throws PatchError `NOT_FOUND` if the folder has neither, `MISSING_TENSOR` if a file lacks a tensor that the index puts
 *   there, `MALFORMED` if another has it too, and what `openSafetensors` throws.
 */
export async function openShardedSafetensors(storage: Storage, directory: string): Promise<TensorReader> {
  const at = (name: string) => (directory === '' ? name : `${directory.replace(/\/+$/, '')}/${name}`)
  const single = at('model.safetensors')
  if (await storage.exists(single)) return openSafetensors(await storage.open(single))
  const index = at('model.safetensors.index.json')
  if (!(await storage.exists(index))) {
    throw new PatchError('NOT_FOUND', {
      expected: `model.safetensors or model.safetensors.index.json in ${directory || 'the folder'}`,
      found: 'neither',
      remedy: 'Check the path, or download the model again',
    })
  }
  const weightMap = parseIndex(index, await readWithin(storage, index, mostIndexBytes))
  const shards = new Map<string, TensorReader>()
  try {
    const owners = new Map<string, TensorReader>()
    for (const [tensor, file] of weightMap) {
      const shard = shards.get(file) ?? (await openSafetensors(await storage.open(at(file))))
      shards.set(file, shard)
      if (!shard.tensors.has(tensor)) throw missingTensor(tensor, `${at(file)}, where ${index} puts it`)
      owners.set(tensor, shard)
    }
    for (const [file, shard] of shards) checkAlone(shard, owners, at(file))
    return { format: 'safetensors', ...joinReaders([...shards.values()], owners, index) }
  } catch (error) {
    await settleAll([...shards.values()].map((shard) => shard.close()))
    throw error
  }
}

/** If two files have the same tensor, readers that ignore the index could take either. */
function checkAlone(shard: TensorReader, owners: ReadonlyMap<string, TensorReader>, file: string): void {
  for (const tensor of shard.tensors.keys()) {
    const owner = owners.get(tensor)
    if (owner === undefined || owner === shard) continue
    throw malformed(
      `tensor ${excerpt(tensor)} in one file`,
      `it in ${file} too, which the index does not list for it`,
    )
  }
}

function parseIndex(path: string, bytes: Uint8Array): readonly [string, string][] {
  const { weight_map: map } = parseJsonFile(bytes, path)
  const entries = typeof map === 'object' && map !== null && !Array.isArray(map) ? Object.entries(map) : []
  if (entries.length === 0) {
    throw malformed(
      `weight_map, from tensor to file, in ${path}`,
      map === undefined ? 'none' : 'something else',
    )
  }
  const [tensor, file] = entries.find(([, name]) => typeof name !== 'string' || !fileName.test(name)) ?? []
  if (tensor === undefined) return entries
  throw malformed(
    `the name of a .safetensors file in the same folder for each tensor of weight_map in ${path}`,
    `${typeof file === 'string' ? excerpt(file) : typeof file} for ${excerpt(tensor)}`,
  )
}

function malformed(expected: string, found: string): PatchError {
  return new PatchError('MALFORMED', {
    expected,
    found,
    remedy: 'The weights are damaged; download them again',
  })
}
