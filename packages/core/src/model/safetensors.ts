import * as z from 'zod/mini'
import { PatchError } from '../errors.ts'
import { inEnglish } from '../in-english.ts'
import type { ByteSource, Storage } from '../storage.ts'
import type { BlockFormat } from './dequantize/block-format.ts'
import { bfloat16, float16, float32, float64, int32 } from './dequantize/float-formats.ts'
import { packBlocks } from './dequantize/pack-blocks.ts'
import { readBlocks } from './dequantize/read-blocks.ts'
import { missingTensor } from './missing-tensor.ts'
import { readSafetensorsHeader } from './safetensors-header.ts'
import type { StoredTensor, TensorReader } from './tensor-reader.ts'

const formats: Readonly<Record<string, BlockFormat>> = {
  F64: float64,
  F32: float32,
  F16: float16,
  BF16: bfloat16,
  I32: int32,
}

/**
 * Opens a safetensors file; only its header is read. `read` gives F64, F32, F16, BF16 and I32 as float32.
 * The reader takes the source over: its `close` closes it.
 *
 * @throws PatchError `TRUNCATED`, `MALFORMED` or `UNSUPPORTED`, naming file and tensor.
 */
export async function openSafetensors(source: ByteSource): Promise<TensorReader> {
  const { tensors } = await readSafetensorsHeader(source)
  const find = (name: string) => {
    const tensor = tensors.get(name)
    if (!tensor) throw missingTensor(name, source.name)
    const format = formats[tensor.dtype]
    if (format) return { tensor, format }
    throw new PatchError('UNSUPPORTED', {
      expected: `tensor ${name} in ${source.name} to be one of ${Object.keys(formats).join(', ')}`,
      found: tensor.dtype,
      remedy: 'Convert the weights to F32, F16 or BF16',
    })
  }
  return {
    format: 'safetensors',
    tensors,
    async read(name) {
      const { tensor, format } = find(name)
      return readBlocks(source, tensor, format)
    },
    async readPacked(name) {
      const { tensor, format } = find(name)
      return packBlocks(source, tensor, format)
    },
    close: () => source.close(),
  }
}

/** The texts under `__metadata__` in a safetensors file; empty where it has none. Errors as `openSafetensors`. */
export async function readSafetensorsMetadata(source: ByteSource): Promise<Readonly<Record<string, string>>> {
  return (await readSafetensorsHeader(source)).metadata
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string().check(z.regex(/^[^/\\]+$/))) })

/**
 * Opens the weights of a folder in the Hugging Face layout: `model.safetensors`, or the files that
 * `model.safetensors.index.json` names, as one reader.
 *
 * @throws PatchError `NOT_FOUND` where the folder has neither, `MISSING_TENSOR` where a file lacks a tensor that
 *   the index puts there, and what `openSafetensors` throws.
 */
export async function openShardedSafetensors(storage: Storage, directory: string): Promise<TensorReader> {
  const at = (name: string) => (directory === '' ? name : `${directory.replace(/\/+$/, '')}/${name}`)
  if (await storage.exists(at('model.safetensors'))) {
    return openFile(storage, at('model.safetensors'))
  }
  const indexPath = at('model.safetensors.index.json')
  if (!(await storage.exists(indexPath))) {
    throw new PatchError('NOT_FOUND', {
      expected: `model.safetensors or model.safetensors.index.json in ${directory || 'the folder'}`,
      found: 'neither',
      remedy: 'Check the path, or fetch the model again',
    })
  }
  const weightMap = parseIndex(indexPath, await storage.read(indexPath))
  const shards = new Map<string, TensorReader>()
  const close = async () => {
    for (const shard of shards.values()) await shard.close()
  }
  try {
    const tensors = new Map<string, StoredTensor>()
    for (const [name, file] of Object.entries(weightMap)) {
      const shard = shards.get(file) ?? (await openFile(storage, at(file)))
      shards.set(file, shard)
      const tensor = shard.tensors.get(name)
      if (!tensor) throw missingTensor(name, `${at(file)}, where ${indexPath} puts it`)
      tensors.set(name, tensor)
    }
    const shardOf = (name: string): TensorReader => {
      const file = Object.hasOwn(weightMap, name) ? weightMap[name] : undefined
      const shard = file === undefined ? undefined : shards.get(file)
      if (!shard) throw missingTensor(name, indexPath)
      return shard
    }
    return {
      format: 'safetensors',
      tensors,
      read: async (name) => shardOf(name).read(name),
      readPacked: async (name) => shardOf(name).readPacked(name),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function openFile(storage: Storage, path: string): Promise<TensorReader> {
  const source = await storage.open(path)
  try {
    return await openSafetensors(source)
  } catch (error) {
    await source.close()
    throw error
  }
}

function parseIndex(path: string, bytes: Uint8Array): Readonly<Record<string, string>> {
  try {
    return indexSchema.parse(JSON.parse(new TextDecoder().decode(bytes)), inEnglish).weight_map
  } catch (cause) {
    throw new PatchError('MALFORMED', {
      expected: `a JSON object with weight_map, from tensor to file in the same folder, in ${path}`,
      found: 'something else',
      remedy: 'The index is damaged; fetch it again',
      cause,
    })
  }
}
