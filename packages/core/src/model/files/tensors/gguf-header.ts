import { PatchError } from '../../../errors.ts'
import { foreignFile, foreignFileBytes } from '../../../storage/foreign-file.ts'
import type { ByteSource } from '../../../storage/storage.ts'
import { excerpt } from '../../../text/printable.ts'
import { mostElements, readCount, readName, readUint32, readUint64, readValue } from './gguf-values.ts'
import { cutShort, type SequentialReader, sequentialReader } from './sequential-reader.ts'

export interface GgufHeader {
  /** Keys and values from the file; 64-bit integers as numbers if safe, else as bigint. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly tensors: ReadonlyMap<string, GgufTensor>
  /** Alignment in bytes of every tensor's data, relative to `dataStart`: a power of two. */
  readonly alignment: number
  /** Offset in the file where the tensor data starts. */
  readonly dataStart: number
}

export interface GgufTensor {
  /** Outermost dimension first, the reverse of the file's order. */
  readonly shape: readonly number[]
  /** GGML's type number. */
  readonly type: number
  /** Bytes from `dataStart`. */
  readonly offset: number
}

/** Magic number, version and two counts: the minimum size of a file of version 2 or 3. */
const leastBytes = 24

/** Minimum bytes of a key with its value, and of a tensor description. */
const [leastPair, leastTensor] = [14, 25]

/** Maximum number of keys, and of tensors: models have a few thousand. */
const mostEntries = 2 ** 16

/** For keys the format's own limit. Its limit for tensor names is 64, but some tools exceed it. */
const [longestKey, longestTensorName] = [2 ** 16 - 1, 256]

/** GGML's maximum. */
const mostDimensions = 4

/** Larger than a page of any processor; the format's default is 32. */
const largestAlignment = 2 ** 20

/**
 * Reads metadata and tensor descriptions of a GGUF file (version 2 or 3, little-endian). Refuses what llama.cpp refuses:
 * duplicate keys and tensors, an alignment that is not a power of two, arrays of arrays.
 *
 * @throws PatchError `TRUNCATED`, `MALFORMED` or `UNSUPPORTED`
 */
export async function readGgufHeader(source: ByteSource): Promise<GgufHeader> {
  await checkStart(source)
  const reader = sequentialReader(source)
  await reader.take(8)
  const tensorCount = await orMalformed(
    source,
    'a count of tensors',
    readCount(reader, leastTensor, mostEntries),
  )
  const pairCount = await orMalformed(source, 'a count of keys', readCount(reader, leastPair, mostEntries))
  const metadata = await readMetadata(source, reader, pairCount)
  const tensors = await readTensors(source, reader, tensorCount)
  const alignment = alignmentOf(source, metadata)
  const dataStart = Math.ceil(reader.at / alignment) * alignment
  return { metadata, tensors, alignment, dataStart }
}

async function checkStart(source: ByteSource) {
  const start = await source.read(0, Math.min(foreignFileBytes, source.size))
  const magic = String.fromCharCode(...start.subarray(0, 4))
  if (!'GGUF'.startsWith(magic)) {
    const foreign = foreignFile(start)
    throw malformed(source, 'to start with GGUF', foreign?.found ?? excerpt(magic), foreign)
  }
  if (source.size < leastBytes) throw cutShort(source, leastBytes)
  const view = new DataView(start.buffer, start.byteOffset, 8)
  const version = view.getUint32(4, true)
  if (version === 2 || version === 3) return
  const turned = view.getUint32(4, false)
  const isBigEndian = turned >= 1 && turned <= 3
  throw new PatchError('UNSUPPORTED', {
    expected: `GGUF version 2 or 3, little-endian, in ${source.name}`,
    found: isBigEndian ? `version ${turned}, big-endian` : `version ${version}`,
    remedy: isBigEndian
      ? 'Convert it with `gguf-convert-endian FILE little` of the Python package gguf, or download another'
      : 'Convert the model again with a current llama.cpp',
  })
}

async function readMetadata(source: ByteSource, reader: SequentialReader, count: number) {
  const metadata = new Map<string, unknown>()
  const budget = { left: mostElements }
  for (let i = 0; i < count; i++) {
    const key = await orMalformed(source, `a name as key ${i}`, readName(reader, longestKey))
    if (metadata.has(key)) throw malformed(source, `to have the key ${excerpt(key)} once`, 'it twice')
    metadata.set(key, await orMalformed(source, `a value of ${excerpt(key)}`, readValue(reader, budget)))
  }
  return Object.fromEntries(metadata)
}

async function readTensors(source: ByteSource, reader: SequentialReader, count: number) {
  const tensors = new Map<string, GgufTensor>()
  for (let i = 0; i < count; i++) {
    const name = await orMalformed(source, `the name of tensor ${i}`, readName(reader, longestTensorName))
    if (tensors.has(name)) throw malformed(source, `to have one tensor ${name}`, 'several')
    const dimensions = await readUint32(reader)
    if (dimensions > mostDimensions) {
      throw malformed(source, `to have at most ${mostDimensions} dimensions of ${name}`, `${dimensions}`)
    }
    const shape: number[] = []
    while (shape.length < dimensions) shape.unshift(await readUint64(reader))
    tensors.set(name, { shape, type: await readUint32(reader), offset: await readUint64(reader) })
  }
  return tensors
}

function alignmentOf(source: ByteSource, metadata: Readonly<Record<string, unknown>>): number {
  const alignment = metadata['general.alignment'] ?? 32
  const isFit = typeof alignment === 'number' && alignment <= largestAlignment && isPowerOfTwo(alignment)
  if (isFit) return alignment
  throw malformed(
    source,
    `to have a power of two up to ${largestAlignment} as general.alignment`,
    typeof alignment === 'number' ? `${alignment}` : typeof alignment,
  )
}

const isPowerOfTwo = (value: number) => value >= 1 && Number.isInteger(Math.log2(value))

/** Turns an error in a part of the header into one about the file. */
async function orMalformed<T>(source: ByteSource, part: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw malformed(source, `to have ${part}`, cause.message)
  }
}

function malformed(
  source: ByteSource,
  expected: string,
  found: string,
  { remedy } = { remedy: 'The file is damaged or not a GGUF file; download it again' },
): PatchError {
  return new PatchError('MALFORMED', { expected: `${source.name} ${expected}`, found, remedy })
}
