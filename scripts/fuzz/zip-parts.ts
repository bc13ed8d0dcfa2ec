import { inflateRawSync } from 'node:zlib'
import { firstTwice } from './double-names.ts'

const [localMark, centralMark, endMark, descriptorMark] = [0x04034b50, 0x02014b50, 0x06054b50, 0x08074b50]

/** The contents of a zip archive to another reader: bytes by name, including duplicates. */
type Entries = readonly (readonly [name: string, bytes: Uint8Array])[]

/** The unpacked bytes, and the number of packed ones. */
function unpacked(bytes: Uint8Array): readonly [Uint8Array, number] {
  const { buffer, engine } = inflateRawSync(bytes, { info: true } as object) as unknown as {
    readonly buffer: Uint8Array
    readonly engine: { readonly bytesWritten: number }
  }
  return [buffer, engine.bytesWritten]
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** Reads the central directory at the end, ignoring what the entries claim about themselves. */
function byDirectory(archive: Uint8Array): Entries {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength)
  let end = archive.length - 22
  while (view.getUint32(end, true) !== endMark) end--
  const entries: [string, Uint8Array][] = []
  for (let at = view.getUint32(end + 16, true); view.getUint32(at, true) === centralMark; ) {
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ]
    const [packed, offset] = [view.getUint32(at + 20, true), view.getUint32(at + 42, true)]
    const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
    const stored = archive.subarray(start, start + packed)
    const bytes = view.getUint16(at + 10, true) === 8 ? unpacked(stored)[0] : stored
    entries.push([text(archive.subarray(at + 46, at + 46 + name)), bytes])
    at += 46 + name + extra + comment
  }
  return entries
}

/**
 * Reads entries in sequence from the start, ignoring the directory, as a streaming reader does. If the length of stored bytes
 * comes after them, searches for it.
 */
function inTurn(archive: Uint8Array): Entries {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength)
  const entries: [string, Uint8Array][] = []
  for (let at = 0; view.getUint32(at, true) === localMark; ) {
    const [name, extra] = [view.getUint16(at + 26, true), view.getUint16(at + 28, true)]
    const start = at + 30 + name + extra
    const later = (view.getUint16(at + 6, true) & 8) !== 0
    let [bytes, length] = [
      archive.subarray(start, start + view.getUint32(at + 18, true)),
      view.getUint32(at + 18, true),
    ]
    if (view.getUint16(at + 8, true) === 8) [bytes, length] = unpacked(archive.subarray(start))
    else if (later) {
      length = 0
      while (!endsStored(view, start, length)) length++
      bytes = archive.subarray(start, start + length)
    }
    entries.push([text(archive.subarray(at + 30, at + 30 + name)), bytes])
    at = start + length
    if (later) at += view.getUint32(at, true) === descriptorMark ? 16 : 12
  }
  return entries
}

/** Whether matching lengths follow after this many stored bytes. */
function endsStored(view: DataView, start: number, length: number): boolean {
  const at = start + length + (view.getUint32(start + length, true) === descriptorMark ? 4 : 0)
  return view.getUint32(at + 4, true) === length && view.getUint32(at + 8, true) === length
}

const folded = (name: string) => name.normalize('NFC').toLowerCase().replace(/\/$/, '')

/** What two readers of an archive disagree on: a duplicate name, or different bytes. */
export function zipAmbiguity(archive: Uint8Array): string | undefined {
  const [one, other] = [byDirectory(archive), inTurn(archive)]
  const double = firstTwice(one.map(([name]) => folded(name)))
  if (double !== undefined) return `${double} twice`
  if (one.length !== other.length) return `${one.length} entries or ${other.length}`
  const second = new Map(other)
  for (const [name, bytes] of one) {
    const held = second.get(name)
    if (!held || Buffer.compare(held, bytes) !== 0) return `two things of ${name}`
  }
  return undefined
}
