import type { ByteSource } from '../../storage.ts'
import type { PackedTensor } from '../tensor-reader.ts'
import type { BlockFormat } from './block-format.ts'

/** Reads the blocks in bytes [start, end) of a source and keeps them as they are. */
export async function packBlocks(
  source: ByteSource,
  { start, end }: { readonly start: number; readonly end: number },
  { blockBytes, blockLength, decode }: BlockFormat,
): Promise<PackedTensor> {
  const bytes = await source.read(start, end)
  return {
    bytes,
    decode(out = new Float32Array((bytes.length / blockBytes) * blockLength)) {
      decode(bytes, out, 0)
      return out
    },
  }
}
