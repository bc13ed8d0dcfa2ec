import type { SequentialReader } from './sequential-reader.ts'

/** Types of metadata values that have a size, by GGUF's numbers. */
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

/** The largest vocabularies have a sixteenth of these elements; chat templates a hundredth of these bytes. */
const [mostElements, longestText] = [2 ** 22, 2 ** 24]

/** Most bytes that are read at a time. */
const pieceBytes = 2 ** 20

const decoder = new TextDecoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true })

/** A metadata value. Throws `TRUNCATED`, and a RangeError whose message is a phrase: what was found. */
export async function readValue(reader: SequentialReader): Promise<unknown> {
  const type = await readUint32(reader)
  if (type === textType) return readText(reader)
  if (type === arrayType) return readArray(reader)
  const { bytes, read } = numberType(type)
  return read(await reader.take(bytes), 0)
}

/** As llama.cpp does, one level of arrays is read. */
async function readArray(reader: SequentialReader): Promise<unknown[]> {
  const type = await readUint32(reader)
  if (type === arrayType) throw new RangeError('an array of arrays')
  const isText = type === textType
  const { bytes, read } = isText ? { bytes: 8 } : numberType(type)
  const count = await readCount(reader, bytes, mostElements)
  const values: unknown[] = []
  if (!read) {
    while (values.length < count) values.push(await readText(reader))
    return values
  }
  while (values.length < count) {
    const some = Math.min(count - values.length, pieceBytes / bytes)
    const view = await reader.take(some * bytes)
    for (let i = 0; i < some; i++) values.push(read(view, i * bytes))
  }
  return values
}

function numberType(type: number) {
  const known = numbers[type]
  if (known) return known
  throw new RangeError(`a value of type ${type}`)
}

/** A text; bytes that are no UTF-8 become U+FFFD, as some vocabularies hold parts of characters. */
async function readText(reader: SequentialReader): Promise<string> {
  return decoder.decode(await reader.take(await readCount(reader, 1, longestText)))
}

/** A name, in whole characters. Errors as `readValue`. */
export async function readName(reader: SequentialReader, mostBytes: number): Promise<string> {
  const length = await readCount(reader, 1, mostBytes)
  if (length === 0) throw new RangeError('an empty one')
  const bytes = await reader.take(length)
  try {
    return strictDecoder.decode(bytes)
  } catch (cause) {
    throw new RangeError('one that is no UTF-8', { cause })
  }
}

export async function readUint32(reader: SequentialReader): Promise<number> {
  return (await reader.take(4)).getUint32(0, true)
}

/**
 * How many things follow, of so many bytes each at least: the file must have room for them before any is read. Errors as
 * `readValue`.
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
