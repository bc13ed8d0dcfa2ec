import type * as Parser from '@huggingface/gguf'
import { PatchError } from '../errors.ts'
import type { ByteSource } from '../storage.ts'
import { completeCutStrings } from './gguf-cut-strings.ts'

export interface GgufHeader {
  /** Keys and values as in the file; 64-bit integers as numbers where they are safe, as bigint else. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** Offsets relative to `dataStart`, dimensions innermost first. */
  readonly tensorInfos: readonly Parser.GGUFTensorInfo[]
  /** Names of the tensors' data types, such as Q4_K, by the numbers that stand for them. */
  readonly typeNames: Readonly<Record<number, string | undefined>>
  /** Byte of the file where the tensors' data start. */
  readonly dataStart: number
}

/** Magic number, version and two counts: the least a file of version 2 or 3 can be. */
const leastBytes = 24

/**
 * Reads metadata and tensor descriptions of a GGUF file (version 2 or 3, little-endian).
 *
 * @throws PatchError `TRUNCATED`, `MALFORMED` or `UNSUPPORTED`, with the parser's own error as cause.
 */
export async function readGgufHeader(source: ByteSource): Promise<GgufHeader> {
  await checkStart(source)
  // Large, and of no use to whoever loads safetensors.
  const { gguf, GGMLQuantizationType } = await import('@huggingface/gguf')
  const parsed = await parse(source, gguf)
  const infoEnd = parsed.tensorInfoByteRange[1]
  // The parser sees zeros after the end of the file and goes on; where it stopped tells.
  if (infoEnd > source.size) throw truncated(source, `a header of ${infoEnd} bytes or more`)
  await completeCutStrings(source, parsed.metadata as Record<string, unknown>, parsed.tensorInfoByteRange[0])
  return {
    metadata: Object.fromEntries(Object.entries(parsed.metadata).map(([key, value]) => [key, plain(value)])),
    tensorInfos: parsed.tensorInfos,
    typeNames: GGMLQuantizationType,
    dataStart: Number(parsed.tensorDataOffset),
  }
}

async function checkStart(source: ByteSource) {
  const start = await source.read(0, Math.min(8, source.size))
  const magic = new TextDecoder('latin1').decode(start.subarray(0, 4))
  if (!'GGUF'.startsWith(magic)) throw malformed(source, 'to start with GGUF', JSON.stringify(magic))
  if (source.size < leastBytes) throw truncated(source, `a header of ${leastBytes} bytes or more`)
  const version = new DataView(start.buffer, start.byteOffset, 8).getUint32(4, true)
  if (version === 2 || version === 3) return
  throw new PatchError('UNSUPPORTED', {
    expected: `GGUF version 2 or 3, little-endian, in ${source.name}`,
    found: `version ${version}`,
    remedy: 'Convert the model again with a current llama.cpp',
  })
}

async function parse(source: ByteSource, gguf: typeof Parser.gguf) {
  // The parser reads over HTTP only: it is given an address that nothing answers but this function.
  const fetchRange = async (_address: unknown, init?: RequestInit) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(new Headers(init?.headers).get('range') ?? '') ?? []
    if (Number(first) >= source.size) throw truncated(source, `a header of more than ${first} bytes`)
    const bytes = await source.read(Number(first), Math.min(Number(last) + 1, source.size))
    return new Response(new Uint8Array(bytes), { status: 206 })
  }
  try {
    return await gguf('https://gguf.invalid/', { fetch: fetchRange })
  } catch (cause) {
    if (cause instanceof PatchError) throw cause
    throw malformed(
      source,
      'to have a GGUF header',
      cause instanceof Error ? cause.message : String(cause),
      cause,
    )
  }
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }
  // Tokenizers bring arrays of a hundred thousand texts: their elements are of one type, so one is looked at.
  if (Array.isArray(value) && typeof value[0] === 'object') return value.map(plain)
  return Array.isArray(value) && typeof value[0] === 'bigint' ? value.map(plain) : value
}

function truncated(source: ByteSource, expected: string): PatchError {
  return new PatchError('TRUNCATED', {
    expected: `${expected} in ${source.name}`,
    found: `${source.size} bytes in all`,
    remedy: 'The file is cut short; fetch it again',
  })
}

function malformed(source: ByteSource, expected: string, found: string, cause?: unknown): PatchError {
  const remedy = 'The file is damaged or not a GGUF file; fetch it again'
  return new PatchError('MALFORMED', { expected: `${source.name} ${expected}`, found, remedy, cause })
}
