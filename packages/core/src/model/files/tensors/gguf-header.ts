import { PatchError } from '../../../errors.ts'
import { foreignFile, foreignFileBytes } from '../../../storage/foreign-file.ts'
import type { ByteSource } from '../../../storage/storage.ts'
import { excerpt } from '../../../text/printable.ts'
import { mostElements, readCount, readName, readUint32, readUint64, readValue } from './gguf-values.ts'
import { cutShort, type SequentialReader, sequentialReader } from './sequential-reader.ts'

export interface GgufHeader {
  /** Keys and values as in the file; 64-bit integers as numbers where they are safe, as bigint else. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly tensors: ReadonlyMap<string, GgufTensor>
  /** What the data of every tensor starts at a multiple of, in bytes from `dataStart`: a power of two. */
  readonly alignment: number
  /** Byte of the file where the tensors' data start. */
  readonly dataStart: number
}

export interface GgufTensor {
  /** Outermost dimension first, which is the reverse of the file. */
  readonly shape: readonly number[]
  /** GGML's number of the type. */
  readonly type: number
  /** Bytes from `dataStart`. */
  readonly offset: number
}

/** Magic number, version and two counts: the least a file of version 2 or 3 can be. */
const leastBytes = 24

/** Bytes that a key with its value and the description of a tensor take at least. */
const [leastPair, leastTensor] = [14, 25]

/** Most keys, and most tensors: models have a few thousand. */
const mostEntries = 2 ** 16

/** Of keys the format's own limit; tensor names have one of 64, which some tools do not keep. */
const [longestKey, longestTensorName] = [2 ** 16 - 1, 256]

/** What GGML's tensors have at most. */
const mostDimensions = 4

/** A page of any processor is less, and the format's own default is 32. */
const largestAlignment = 2 ** 20

/**
 * Reads metadata and tensor descriptions of a GGUF file (version 2 or 3, little-endian), and refuses what llama.cpp does:
 * keys and tensors that are there twice, an alignment that is no power of two, arrays of arrays.
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

/** What is wrong with a part of the header, as an error of the whole. */
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
