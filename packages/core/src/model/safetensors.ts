import { PatchError } from '../errors.ts'
import type { ByteSource } from '../storage.ts'
import type { BlockFormat } from './dequantize/block-format.ts'
import { bfloat16, float16, float32, float64, int32 } from './dequantize/float-formats.ts'
import { packBlocks } from './dequantize/pack-blocks.ts'
import { readBlocks } from './dequantize/read-blocks.ts'
import { missingTensor } from './missing-tensor.ts'
import { readSafetensorsHeader, type SafetensorsHeader } from './safetensors-header.ts'
import type { TensorReader } from './tensor-reader.ts'

const formats: Readonly<Record<string, BlockFormat>> = {
  F64: float64,
  F32: float32,
  F16: float16,
  BF16: bfloat16,
  I32: int32,
}

/**
 * Opens a safetensors file; only its header is read. `read` gives F64, F32, F16, BF16 and I32 as float32.
 * The reader takes the source over: its `close` closes it, and where the file is refused the source is closed.
 *
 * @throws PatchError `TRUNCATED`, `MALFORMED` or `UNSUPPORTED`, naming file and tensor.
 */
export async function openSafetensors(source: ByteSource): Promise<TensorReader> {
  try {
    return safetensorsReader(source, await readSafetensorsHeader(source))
  } catch (error) {
    await source.close()
    throw error
  }
}

function safetensorsReader(source: ByteSource, { tensors }: SafetensorsHeader): TensorReader {
  const find = (name: string) => {
    const tensor = tensors.get(name)
    if (!tensor) throw missingTensor(name, source.name)
    const format = Object.hasOwn(formats, tensor.dtype) ? formats[tensor.dtype] : undefined
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
