import type { SequentialReader } from './sequential-reader.ts'

/** Metadata value types of fixed size, by GGUF's type numbers. */
const numbers: Readonly<Record<number, { bytes: number; read(view: DataView, at: number): unknown }>> = {
  0: { bytes: 1, read: (view, at) => view.getUint8(at) },
  1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  2: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  3: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  4: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  5: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  6: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  7: { bytes: 1, read: (view, at) => truth(view.getUint8(at)) },
  10: { bytes: 8, read: (view, at) => safe(view.getBigUint64(at, true)) },
  11: { bytes: 8, read: (view, at) => safe(view.getBigInt64(at, true)) },
  12: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
}
const [textType, arrayType] = [8, 9]

/** A hundred times what chat templates need. */
const longestText = 2 ** 24

/** Maximum number of bytes read at a time. */
const pieceBytes = 2 ** 20

// A byte order mark is treated as an ordinary character: some vocabularies have it as a token.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const strictDecoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

/** Limit on the total number of array elements in a header: four times what the largest vocabularies need. */
interface ElementBudget {
  left: number
}

export const mostElements = 2 ** 22

/** Reads a metadata value. Throws `TRUNCATED`, or a RangeError whose message is a phrase saying what was found. */
export async function readValue(reader: SequentialReader, budget: ElementBudget): Promise<unknown> {
  const type = await readUint32(reader)
  if (type === textType) return readText(reader)
  if (type === arrayType) return readArray(reader, budget)
  const { bytes, read } = numberType(type)
  return read(await reader.take(bytes), 0)
}

/** As in llama.cpp, arrays cannot be nested. */
async function readArray(reader: SequentialReader, budget: ElementBudget): Promise<unknown[]> {
  const type = await readUint32(reader)
  if (type === arrayType) throw new RangeError('an array of arrays')
  const number = type === textType ? undefined : numberType(type)
  const count = await readCount(reader, number?.bytes ?? 8, budget.left)
  budget.left -= count
  if (!number) return readTexts(reader, count)
  const { bytes, read } = number
  const values: unknown[] = []
  while (values.length < count) {
    const some = Math.min(count - values.length, pieceBytes / bytes)
    const view = await reader.take(some * bytes)
    for (let i = 0; i < some; i++) values.push(read(view, i * bytes))
  }
  return values
}

/** Decodes texts that are already in memory without awaiting each: vocabularies have hundreds of thousands. */
async function readTexts(reader: SequentialReader, count: number): Promise<string[]> {
  const texts: string[] = []
  while (texts.length < count) {
    const bytes = reader.ahead()
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    let at = 0
    while (texts.length < count && at + 8 <= bytes.length) {
      const end = at + 8 + Number(view.getBigUint64(at, true))
      if (end > bytes.length) break
      texts.push(decodeShort(bytes, at + 8, end))
      at = end
    }
    reader.take(at)
    if (texts.length < count) texts.push(await readText(reader))
  }
  return texts
}

/** Calling a TextDecoder costs more than decoding most tokens by hand. */
function decodeShort(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 24) return decoder.decode(bytes.subarray(start, end))
  let text = ''
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte >= 0x80) return decoder.decode(bytes.subarray(start, end))
    text += String.fromCharCode(byte)
  }
  return text
}

function numberType(type: number) {
  const known = numbers[type]
  if (known) return known
  throw new RangeError(`a value of type ${type}`)
}

/** Reads a text. Invalid UTF-8 becomes U+FFFD, because some vocabularies contain partial characters. */
async function readText(reader: SequentialReader): Promise<string> {
  return decoder.decode(await reader.take(await readCount(reader, 1, longestText)))
}

/** Reads a name, which must be valid UTF-8. Errors as `readValue`. */
export async function readName(reader: SequentialReader, mostBytes: number): Promise<string> {
  const length = await readCount(reader, 1, mostBytes)
  if (length === 0) throw new RangeError('an empty one')
  const bytes = await reader.take(length)
  try {
    return strictDecoder.decode(bytes)
  } catch (cause) {
    throw new RangeError('one that is not UTF-8', { cause })
  }
}

export async function readUint32(reader: SequentialReader): Promise<number> {
  return (await reader.take(4)).getUint32(0, true)
}

/**
 * Reads the number of items that follow, each of at least `bytes` bytes: the file must have room for them before any is read.
 * Errors as `readValue`.
 */
export async function readCount(reader: SequentialReader, bytes: number, most: number): Promise<number> {
  const count = await readUint64(reader)
  if (count > most) throw new RangeError(`${count}, more than ${most}`)
  reader.need(count * bytes)
  return count
}

/** As a number: exact below 2⁵³. */
export async function readUint64(reader: SequentialReader): Promise<number> {
  return Number((await reader.take(8)).getBigUint64(0, true))
}

function truth(byte: number): boolean {
  if (byte > 1) throw new RangeError(`${byte} as true or false`)
  return byte === 1
}

function safe(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
