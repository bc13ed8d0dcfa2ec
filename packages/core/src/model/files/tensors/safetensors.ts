import { PatchError } from '../../../errors.ts'
import { foreignFile, foreignFileBytes } from '../../../storage/foreign-file.ts'
import { endsEarly, parseJsonFile } from '../../../storage/parse-json-file.ts'
import type { ByteSource } from '../../../storage/storage.ts'
import { describeValue } from '../../../text/describe-value.ts'
import { excerpt } from '../../../text/printable.ts'
import { type BlockFormat, packBlocks, readBlocks } from '../dequantize/block-format.ts'
import { bfloat16, float16, float32, float64, int32 } from '../dequantize/float-formats.ts'
import { missingTensor, type StoredTensor, type TensorReader } from './tensor-reader.ts'

/** The rare 8-bit formats are loaded when a file uses them. */
const formats: Readonly<Record<string, BlockFormat>> = {
  F64: float64,
  F32: float32,
  F16: float16,
  BF16: bfloat16,
  I32: int32,
}

/**
 * Opens a safetensors file, reading only its header. `read` converts F64, F32, F16, BF16, F8_E4M3, F8_E5M2, F8_E8M0 and I32 to
 * float32. The reader takes ownership of the source: `close` closes it, and so does a failure to open.
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
  const find = async (name: string) => {
    const tensor = tensors.get(name)
    if (!tensor) throw missingTensor(name, source.name)
    const known = tensor.dtype.startsWith('F8_')
      ? (await import('../dequantize/float8-formats.ts')).float8Formats
      : formats
    const format = Object.hasOwn(known, tensor.dtype) ? (known as typeof formats)[tensor.dtype] : undefined
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
      const { tensor, format } = await find(name)
      return readBlocks(source, tensor, format)
    },
    async readPacked(name) {
      const { tensor, format } = await find(name)
      return packBlocks(source, tensor, format)
    },
    close: () => source.close(),
  }
}

/** The strings under `__metadata__` in a safetensors file; empty if there are none. Errors as `openSafetensors`. */
export async function readSafetensorsMetadata(source: ByteSource): Promise<Readonly<Record<string, string>>> {
  return (await readSafetensorsHeader(source)).metadata
}

/** A tensor and its location: bytes [start, end) of the file. */
export interface PlacedTensor extends StoredTensor {
  readonly start: number
  readonly end: number
}

interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>
  readonly tensors: ReadonlyMap<string, PlacedTensor>
}

/** The format allows 100 MB; the largest models need less than a hundredth of this per file. */
const maxHeaderBytes = 2 ** 24

/** NumPy's and PyTorch's maximum. */
const mostDimensions = 64

/** Bytes per value, for every type whose values are whole bytes. */
const valueBytes: ReadonlyMap<unknown, number> = new Map([
  ['BOOL', 1],
  ['U8', 1],
  ['I8', 1],
  ['F8_E5M2', 1],
  ['F8_E4M3', 1],
  ['F8_E8M0', 1],
  ['F8_E4M3FNUZ', 1],
  ['F8_E5M2FNUZ', 1],
  ['U16', 2],
  ['I16', 2],
  ['F16', 2],
  ['BF16', 2],
  ['U32', 4],
  ['I32', 4],
  ['F32', 4],
  ['U64', 8],
  ['I64', 8],
  ['F64', 8],
  ['C64', 8],
])

/**
 * Reads and checks the header of a safetensors file as the format's own library does: its length, its JSON, each tensor's type,
 * shape and bytes, and that the tensors fill the rest of the file without gaps or overlaps.
 *
 * @throws PatchError `TRUNCATED`, `MALFORMED`, or `UNSUPPORTED` for an unknown type.
 */
async function readSafetensorsHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const { json, dataStart } = await readHeaderJson(source)
  const metadata = json.__metadata__ ?? {}
  if (!isTexts(metadata)) throw malformed(source, 'only texts in __metadata__', 'something else')
  const tensors: [string, PlacedTensor][] = []
  for (const [name, entry] of Object.entries(json)) {
    if (name !== '__metadata__') tensors.push([name, placeTensor(source, name, entry, dataStart)])
  }
  tensors.sort(([, a], [, b]) => a.start - b.start || a.end - b.end)
  let end = dataStart
  for (const [name, tensor] of tensors) {
    if (tensor.start !== end) {
      const expected = `tensor ${shown(name)} to start at byte ${end}, where the one before it ends,`
      throw malformed(source, expected, `byte ${tensor.start}`)
    }
    end = tensor.end
    if (end > source.size) {
      throw truncated(source, `${end} bytes up to the end of tensor ${shown(name)}`, `${source.size} bytes`)
    }
  }
  if (end < source.size) throw malformed(source, `${end} bytes, as its header says,`, `${source.size} bytes`)
  return { metadata, tensors: new Map(tensors) }
}

async function readHeaderJson(source: ByteSource) {
  const start = await source.read(0, Math.min(foreignFileBytes, source.size))
  if (start.length < 8) throw truncated(source, 'at least 8 bytes', `${start.length} bytes`)
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true))
  if (start.length > 8 && start[8] !== openingBrace) {
    const { found, remedy } = foreignFile(start) ?? { found: 'something else', remedy: damaged }
    throw malformed(source, 'a header that starts with {', found, remedy)
  }
  if (length > maxHeaderBytes) {
    throw malformed(source, `a header of at most ${maxHeaderBytes} bytes`, `a length of ${length}`)
  }
  const dataStart = 8 + length
  if (dataStart > source.size) {
    throw truncated(source, `a header of ${length} bytes after the first 8`, `${source.size} bytes in all`)
  }
  const header = await source.read(8, dataStart)
  if (endsEarly(header)) throw malformed(source, 'a header that ends with }', 'something else')
  return { json: parseJsonFile(header, `the header of ${source.name}`, damaged), dataStart }
}

const openingBrace = 0x7b

function isTexts(json: unknown): json is Readonly<Record<string, string>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false
  return Object.values(json).every((value) => typeof value === 'string')
}

/** Validated by hand, because a header may have up to a hundred thousand entries. */
function readEntry(json: unknown) {
  if (typeof json !== 'object' || json === null) return undefined
  const { dtype, shape, data_offsets: offsets } = json as Readonly<Record<string, unknown>>
  if (typeof dtype !== 'string' || !areCounts(shape) || !areCounts(offsets)) return undefined
  const [from, to, more] = offsets
  if (from === undefined || to === undefined || more !== undefined) return undefined
  return shape.length > mostDimensions ? undefined : { dtype, shape, from, to }
}

function areCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0)
}

function placeTensor(source: ByteSource, name: string, json: unknown, dataStart: number): PlacedTensor {
  const entry = readEntry(json)
  if (!entry) {
    throw malformed(
      source,
      `dtype, shape and data_offsets of tensor ${shown(name)}`,
      describeValue(json, 200),
    )
  }
  const { dtype, shape, from, to } = entry
  const bytes = valueBytes.get(dtype)
  if (bytes === undefined) {
    throw new PatchError('UNSUPPORTED', {
      expected: `tensor ${shown(name)} in ${source.name} to have one of the types ${[...valueBytes.keys()].join(', ')}`,
      found: excerpt(dtype),
      remedy: 'Convert the weights to F32, F16 or BF16',
    })
  }
  const byteLength = shape.reduce((product, size) => product * size, bytes)
  if (to - from !== byteLength) {
    const expected = `${byteLength} bytes for tensor ${shown(name)}, ${dtype} [${shape.join(', ')}],`
    throw malformed(source, expected, `data_offsets ${from} to ${to}, ${to - from} bytes`)
  }
  return { shape, dtype, byteLength, start: dataStart + from, end: dataStart + to }
}

/** Usual tensor names unchanged; others made safe for a message. */
const shown = (name: string) => (/^[\w./-]{1,256}$/.test(name) ? name : excerpt(name))

const damaged = 'The file is damaged or not a safetensors file; download or write it again'

function truncated(source: ByteSource, expected: string, found: string): PatchError {
  const remedy = 'The file is truncated; download or write it again'
  return new PatchError('TRUNCATED', { expected: `${expected} in ${source.name}`, found, remedy })
}

function malformed(source: ByteSource, expected: string, found: string, remedy = damaged): PatchError {
  return new PatchError('MALFORMED', { expected: `${expected} in ${source.name}`, found, remedy })
}
