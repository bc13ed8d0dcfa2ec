import { claimName, malformed, pathOf, unsupported, type ZipNames } from './zip-names.ts'

/** A file of an archive, as both the directory and its own header describe it. */
export interface ZipEntry {
  /** Without `.`, `..` or empty names, and unique in the archive even if case is ignored. */
  readonly path: string
  /** As stored: a Deflate stream, or the bytes themselves. */
  readonly stored: Uint8Array
  readonly isDeflated: boolean
  /** Length in bytes when unpacked. */
  readonly size: number
  /** CRC-32 of the unpacked bytes. */
  readonly crc: number
}

export interface ZipLimits {
  readonly maxFiles: number
  /** Total size of all files, unpacked. */
  readonly maxBytes: number
}

/** The fields that an entry's header and the archive's directory have in common. */
interface Header {
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly name: Uint8Array
}

interface Listed extends Header {
  readonly offset: number
  /** Unix file type and permissions; 0 if they are not given. */
  readonly mode: number
}

const [localMark, centralMark, descriptorMark, endMark, zip64Mark] = [
  0x04034b50, 0x02014b50, 0x08074b50, 0x06054b50, 0x07064b50,
]
const [hasDescriptor, deflateLevels, utf8Names] = [1 << 3, 3 << 1, 1 << 11]
const [deflated, regular, folder] = [8, 0x8000, 0x4000]

/**
 * The files of a zip archive (APPNOTE 6.3), in the order of its directory. Only archives that every reader interprets the same
 * way are accepted: entry names are unique, entries fill the archive from its start to its directory without gaps or overlaps,
 * and each entry's own header agrees with the directory. Nothing is unpacked.
 *
 * @throws `MALFORMED`; `UNSUPPORTED` for more than the limits, Zip64, encryption and methods other than Deflate
 */
export function readZipDirectory(archive: Uint8Array, { maxFiles, maxBytes }: ZipLimits): ZipEntry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength)
  const end = endRecord(view)
  const count = view.getUint16(end + 10, true)
  const [length, start] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)]
  if (end >= 20 && view.getUint32(end - 20, true) === zip64Mark) throw unsupported('Zip64')
  if (view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count) {
    throw malformed('a part of an archive on several disks')
  }
  if (start + length !== end) throw malformed('a directory that is not directly before its end record')
  if (count > maxFiles) throw unsupported(`${count} files, more than ${maxFiles}`)
  const listed: Listed[] = []
  let at = start
  for (let index = 0; index < count; index++) {
    const [entry, next] = centralHeader(view, at, end)
    listed.push(entry)
    at = next
  }
  if (at !== end) throw malformed(`a directory with more than the ${count} entries it announces`)
  if (listed.reduce((sum, { size }) => sum + size, 0) > maxBytes) {
    throw unsupported(`more than ${maxBytes} bytes unpacked`)
  }
  const stored = storedBytes(archive, view, listed, start)
  return namedEntries(listed, stored)
}

function endRecord(view: DataView): number {
  const size = view.byteLength
  const found: number[] = []
  for (let at = size - 22; at >= Math.max(0, size - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) === endMark && view.getUint16(at + 20, true) === size - at - 22)
      found.push(at)
  }
  if (found.length === 1) return found[0] as number
  throw malformed(found.length === 0 ? 'no end record' : 'two end records')
}

/** An entry of the directory, and where the next one begins. */
function centralHeader(view: DataView, at: number, end: number): [Listed, number] {
  if (at + 46 > end || view.getUint32(at, true) !== centralMark) throw malformed('a truncated directory')
  const [nameLength, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
    number,
    number,
    number,
  ]
  const next = at + 46 + nameLength + extra + comment
  if (next > end) throw malformed('a truncated directory')
  checkExtra(view, at + 46 + nameLength, extra)
  if (view.getUint16(at + 34, true) !== 0) throw malformed('a part of an archive on several disks')
  const system = view.getUint8(at + 5)
  return [
    {
      ...header(view, at + 8, at + 46, nameLength),
      offset: view.getUint32(at + 42, true),
      mode: system === 3 || system === 19 ? view.getUint16(at + 40, true) : 0,
    },
    next,
  ]
}

const header = (view: DataView, at: number, name: number, nameLength: number): Header => ({
  flags: view.getUint16(at, true),
  method: view.getUint16(at + 2, true),
  crc: view.getUint32(at + 8, true),
  packed: view.getUint32(at + 12, true),
  size: view.getUint32(at + 16, true),
  name: new Uint8Array(view.buffer, view.byteOffset + name, nameLength),
})

/** Rejects fields from which other readers would take different sizes or names. */
function checkExtra(view: DataView, start: number, length: number): void {
  const end = start + length
  let at = start
  while (at + 4 <= end) {
    const id = view.getUint16(at, true)
    at += 4 + view.getUint16(at + 2, true)
    if (id === 0x0001) throw unsupported('Zip64')
    if (id === 0x7075) throw unsupported('a second name for an entry')
  }
  if (at > end) throw malformed('a truncated extra field')
}

/** The bytes of each entry, after checking that its own header and its data descriptor agree with the directory. */
function storedBytes(
  archive: Uint8Array,
  view: DataView,
  listed: readonly Listed[],
  end: number,
): Map<Listed, Uint8Array> {
  const stored = new Map<Listed, Uint8Array>()
  let at = 0
  for (const entry of [...listed].sort((a, b) => a.offset - b.offset)) {
    if (entry.offset !== at) throw malformed('entries that overlap, or bytes between them')
    if (at + 30 > end || view.getUint32(at, true) !== localMark) throw malformed('an entry without a header')
    const [nameLength, extra] = [view.getUint16(at + 26, true), view.getUint16(at + 28, true)]
    const start = at + 30 + nameLength + extra
    at = start + entry.packed
    if (at > end) throw malformed('a truncated entry')
    checkExtra(view, start - extra, extra)
    const own = header(view, entry.offset + 6, entry.offset + 30, nameLength)
    checkSame(entry, own)
    if (entry.flags & hasDescriptor) at += descriptorLength(view, at, end, entry)
    stored.set(entry, archive.subarray(start, start + entry.packed))
  }
  if (at !== end) throw malformed('bytes between its entries and its directory')
  return stored
}

function checkSame(listed: Header, own: Header): void {
  // An entry that is written before its sizes are known has them after its bytes.
  const later = (listed.flags & hasDescriptor) !== 0
  const fits = (field: 'crc' | 'packed' | 'size') =>
    own[field] === listed[field] || (later && own[field] === 0)
  const isSame =
    ((own.flags ^ listed.flags) & ~deflateLevels) === 0 &&
    own.method === listed.method &&
    fits('crc') &&
    fits('packed') &&
    fits('size') &&
    own.name.length === listed.name.length &&
    own.name.every((byte, i) => byte === listed.name[i])
  if (!isSame) throw malformed('an entry whose header contradicts the directory')
  if (listed.flags & ~(hasDescriptor | deflateLevels | utf8Names))
    throw unsupported('an encrypted or unknown entry')
  if (listed.method !== 0 && listed.method !== deflated)
    throw unsupported(`compression method ${listed.method}`)
  if (listed.method === 0 && listed.packed !== listed.size)
    throw malformed('an entry with two different lengths')
  // Unlike Deflate streams, stored bytes do not show where they end, so a sequential reader needs their length first.
  if (listed.method === 0 && own.packed !== listed.packed)
    throw unsupported('stored bytes whose length comes after them')
}

function descriptorLength(view: DataView, at: number, end: number, { crc, packed, size }: Header): number {
  const fits = (start: number) =>
    start + 12 <= end &&
    view.getUint32(start, true) === crc &&
    view.getUint32(start + 4, true) === packed &&
    view.getUint32(start + 8, true) === size
  // Its mark is optional.
  if (at + 4 <= end && view.getUint32(at, true) === descriptorMark && fits(at + 4)) return 16
  if (fits(at)) return 12
  throw malformed('an entry whose data descriptor contradicts the directory')
}

function namedEntries(listed: readonly Listed[], stored: ReadonlyMap<Listed, Uint8Array>): ZipEntry[] {
  const names: ZipNames = new Map()
  const entries: ZipEntry[] = []
  for (const entry of listed) {
    const { path, isFolder } = pathOf(entry.name)
    const kind = entry.mode & 0xf000
    if (kind !== 0 && kind !== (isFolder ? folder : regular))
      throw malformed('an entry that is a link or not a regular file')
    if (isFolder && entry.size > 0) throw malformed('a folder entry with content')
    claimName(names, path, isFolder)
    if (isFolder) continue
    const { method, size, crc } = entry
    entries.push({
      path,
      stored: stored.get(entry) as Uint8Array,
      isDeflated: method === deflated,
      size,
      crc,
    })
  }
  return entries
}
