import * as z from 'zod/mini'
import { PatchError } from '../errors.ts'
import { inEnglish } from '../in-english.ts'
import type { ByteSource } from '../storage.ts'
import type { StoredTensor } from './tensor-reader.ts'

/** A tensor with its place: bytes [start, end) of the file. */
export interface PlacedTensor extends StoredTensor {
  readonly start: number
  readonly end: number
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>
  readonly tensors: ReadonlyMap<string, PlacedTensor>
}

/** The format's own limit on its header. */
const maxHeaderBytes = 100_000_000

/** Bytes of a value, of every type whose values fill whole bytes. */
const valueBytes: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  F8_E8M0: 1,
  F8_E4M3FNUZ: 1,
  F8_E5M2FNUZ: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
  C64: 8,
}

const count = z.int().check(z.nonnegative())
const headerEntry = z.object({
  dtype: z.string(),
  shape: z.array(count),
  data_offsets: z.tuple([count, count]),
})
const headerSchema = z.record(z.string(), z.unknown())
const metadataSchema = z.record(z.string(), z.string())

/**
 * Reads and checks the header of a safetensors file: its length, its JSON, each tensor's type, shape and bytes, and
 * that the tensors fill the rest of the file without gap or overlap.
 *
 * @throws PatchError `TRUNCATED`, `MALFORMED`, or `UNSUPPORTED` for a type that is not known.
 */
export async function readSafetensorsHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const { json, dataStart } = await readHeaderJson(source)
  const { __metadata__: rawMetadata = {}, ...entries } = json
  const metadata = metadataSchema.safeParse(rawMetadata, inEnglish)
  if (!metadata.success)
    throw malformed(source, 'texts only as __metadata__', z.prettifyError(metadata.error))
  const tensors = Object.entries(entries).map(([name, entry]) => placeTensor(source, name, entry, dataStart))
  tensors.sort(([, a], [, b]) => a.start - b.start || a.end - b.end)
  let end = dataStart
  for (const [name, tensor] of tensors) {
    if (tensor.start !== end) {
      const expected = `tensor ${name} to start at byte ${end}, where the one before it ends,`
      throw malformed(source, expected, `byte ${tensor.start}`)
    }
    end = tensor.end
    if (end > source.size) {
      throw truncated(source, `${end} bytes up to the end of tensor ${name}`, `${source.size} bytes`)
    }
  }
  if (end < source.size) throw malformed(source, `${end} bytes, as its header says,`, `${source.size} bytes`)
  return { metadata: metadata.data, tensors: new Map(tensors) }
}

async function readHeaderJson(source: ByteSource) {
  if (source.size < 8) throw truncated(source, 'at least 8 bytes', `${source.size} bytes`)
  const start = await source.read(0, 8)
  const length = Number(new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true))
  const dataStart = 8 + length
  if (length > maxHeaderBytes) {
    throw malformed(source, `a header of at most ${maxHeaderBytes} bytes`, `a length of ${length}`)
  }
  if (dataStart > source.size) {
    throw truncated(source, `a header of ${length} bytes after the first 8`, `${source.size} bytes in all`)
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await source.read(8, dataStart))
    return { json: headerSchema.parse(JSON.parse(text), inEnglish), dataStart }
  } catch (cause) {
    if (cause instanceof PatchError) throw cause
    throw malformed(source, 'a JSON object as header', 'something else', cause)
  }
}

function placeTensor(
  source: ByteSource,
  name: string,
  json: unknown,
  dataStart: number,
): [string, PlacedTensor] {
  const parsed = headerEntry.safeParse(json, inEnglish)
  if (!parsed.success) {
    throw malformed(
      source,
      `dtype, shape and data_offsets of tensor ${name}`,
      JSON.stringify(json),
      parsed.error,
    )
  }
  const { dtype, shape, data_offsets: offsets } = parsed.data
  const bytes = Object.hasOwn(valueBytes, dtype) ? valueBytes[dtype] : undefined
  if (bytes === undefined) {
    throw new PatchError('UNSUPPORTED', {
      expected: `tensor ${name} in ${source.name} to have one of the types ${Object.keys(valueBytes).join(', ')}`,
      found: dtype,
      remedy: 'Convert the weights to F32, F16 or BF16',
    })
  }
  const byteLength = shape.reduce((product, size) => product * size, bytes)
  const held = offsets[1] - offsets[0]
  if (held !== byteLength) {
    const expected = `${byteLength} bytes for tensor ${name}, ${dtype} [${shape.join(', ')}],`
    throw malformed(source, expected, `data_offsets ${offsets.join(' to ')}, ${held} bytes`)
  }
  return [name, { shape, dtype, byteLength, start: dataStart + offsets[0], end: dataStart + offsets[1] }]
}

function truncated(source: ByteSource, expected: string, found: string): PatchError {
  const remedy = 'The file is cut short; fetch or write it again'
  return new PatchError('TRUNCATED', { expected: `${expected} in ${source.name}`, found, remedy })
}

function malformed(source: ByteSource, expected: string, found: string, cause?: unknown): PatchError {
  const remedy = 'The file is damaged or not a safetensors file; fetch or write it again'
  return new PatchError('MALFORMED', { expected: `${expected} in ${source.name}`, found, remedy, cause })
}
