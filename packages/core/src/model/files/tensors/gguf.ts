import { PatchError } from '../../../errors.ts'
import type { ByteSource } from '../../../storage/storage.ts'
import { type BlockFormat, packBlocks, readBlocks } from '../dequantize/block-format.ts'
import { ggmlFormats, ggmlTypes } from '../dequantize/dequantize.ts'
import { type GgufHeader, type GgufTensor, readGgufHeader } from './gguf-header.ts'
import { missingTensor, type StoredTensor, type TensorReader } from './tensor-reader.ts'

export interface GgufReader extends TensorReader {
  /** The file's keys and values; 64-bit integers as numbers if safe, else as bigint. */
  readonly metadata: Readonly<Record<string, unknown>>
}

interface PlacedTensor extends StoredTensor {
  readonly format: BlockFormat
  readonly start: number
  readonly end: number
}

/**
 * Opens a GGUF file (version 2 or 3, little-endian), reading only its header. `read` dequantizes. The reader takes ownership of
 * the source: `close` closes it, and so does a failure to open.
 *
 * @throws PatchError `TRUNCATED` if header or data end early, `MALFORMED`, or `UNSUPPORTED` for a tensor type other than F32,
 *   F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS.
 */
export async function openGguf(source: ByteSource): Promise<GgufReader> {
  try {
    const header = await readGgufHeader(source)
    return ggufReader(source, header.metadata, placeTensors(source, header))
  } catch (error) {
    await source.close()
    throw error
  }
}

function ggufReader(
  source: ByteSource,
  metadata: GgufReader['metadata'],
  tensors: ReadonlyMap<string, PlacedTensor>,
): GgufReader {
  const find = (name: string) => {
    const tensor = tensors.get(name)
    if (!tensor) throw missingTensor(name, source.name)
    return tensor
  }
  return {
    format: 'gguf',
    metadata,
    tensors,
    async read(name) {
      const tensor = find(name)
      return readBlocks(source, tensor, tensor.format)
    },
    async readPacked(name) {
      const tensor = find(name)
      return packBlocks(source, tensor, tensor.format)
    },
    close: () => source.close(),
  }
}

/** The tensors and their byte ranges, after checking that none overlap. */
function placeTensors(source: ByteSource, header: GgufHeader): ReadonlyMap<string, PlacedTensor> {
  const tensors = new Map<string, PlacedTensor>()
  for (const [name, tensor] of header.tensors) tensors.set(name, placeTensor(source, name, tensor, header))
  const held = [...tensors].filter(([, { byteLength }]) => byteLength > 0)
  held.sort(([, a], [, b]) => a.start - b.start)
  for (const [index, [name, { start }]] of held.entries()) {
    const [before, { end }] = held[index - 1] ?? ['', { end: start }]
    if (end <= start) continue
    throw malformed(
      source,
      `tensor ${name} to start after tensor ${before}, at byte ${end} or later,`,
      `byte ${start}`,
    )
  }
  return tensors
}

function placeTensor(
  source: ByteSource,
  name: string,
  { shape, type, offset }: GgufTensor,
  { dataStart, alignment }: GgufHeader,
): PlacedTensor {
  const dtype = ggmlTypes[type] ?? `type ${type}`
  const format = Object.hasOwn(ggmlFormats, dtype) ? ggmlFormats[dtype] : undefined
  if (!format) {
    throw new PatchError('UNSUPPORTED', {
      expected: `tensor ${name} in ${source.name} to be one of ${Object.keys(ggmlFormats).join(', ')}`,
      found: dtype,
      remedy:
        'Use the model in another quantization, such as Q4_K_M, or convert it: `llama-quantize --allow-requantize MODEL.gguf OUT.gguf Q8_0`',
    })
  }
  const described = `tensor ${name}, ${dtype} [${shape.join(', ')}]`
  const row = shape.at(-1) ?? 1
  if (row % format.blockLength !== 0) {
    throw malformed(
      source,
      `whole ${dtype} blocks of ${format.blockLength} values per row in ${described},`,
      `${row}`,
    )
  }
  if (offset % alignment !== 0) {
    throw malformed(source, `${described} to start at a multiple of ${alignment} bytes`, `byte ${offset}`)
  }
  const byteLength = shape.reduce((product, size) => product * size, format.blockBytes / format.blockLength)
  const start = dataStart + offset
  const end = start + byteLength
  if (end <= source.size) return { shape, dtype, byteLength, format, start, end }
  throw new PatchError('TRUNCATED', {
    expected: `${byteLength} bytes from byte ${start} on for ${described} in ${source.name}`,
    found: `${source.size} bytes in all`,
    remedy: 'The file is truncated; download it again',
  })
}

function malformed(source: ByteSource, expected: string, found: string): PatchError {
  const remedy = 'The file is damaged; download it again'
  return new PatchError('MALFORMED', { expected: `${expected} in ${source.name}`, found, remedy })
}
