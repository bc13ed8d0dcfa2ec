import { deflateRawSync } from 'node:zlib'
import { crc32 } from '../src/storage/zip-storage.ts'

/** An entry of an archive to be made; what its header or the directory says can be other than what is so. */
export interface MadeEntry {
  readonly name: string
  readonly bytes?: Uint8Array
  readonly isStored?: boolean
  /** Sizes and CRC-32 after the bytes, with or without the mark. */
  readonly descriptor?: 'marked' | 'bare'
  readonly local?: Partial<Fields>
  readonly central?: Partial<Fields>
  /** Of Unix: kind and rights. */
  readonly mode?: number
  readonly extra?: Uint8Array
}

interface Fields {
  name: string
  flags: number
  method: number
  crc: number
  packed: number
  size: number
  offset: number
}

export interface MadeArchive {
  /** Bytes before the directory that belong to no entry. */
  readonly gap?: Uint8Array
  readonly comment?: Uint8Array
  readonly count?: number
}

const utf8 = (text: string) => new TextEncoder().encode(text)
const record = (...fields: readonly (readonly [value: number, bytes: 2 | 4])[]) =>
  Buffer.concat(
    fields.map(([value, bytes]) => {
      const field = Buffer.alloc(bytes)
      field.writeUIntLE(value, 0, bytes)
      return field
    }),
  )

/** A zip archive, byte for byte as APPNOTE has it. */
export function zipBytes(
  entries: readonly MadeEntry[],
  { gap, comment, count }: MadeArchive = {},
): Uint8Array {
  const body: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const {
    name,
    bytes = new Uint8Array(),
    isStored,
    descriptor,
    mode = 0,
    extra = new Uint8Array(),
    ...said
  } of entries) {
    const packed = isStored ? bytes : deflateRawSync(bytes)
    const true_: Fields = {
      ...{ name, offset, method: isStored ? 0 : 8, flags: descriptor ? 8 : 0 },
      ...{ crc: crc32(bytes), packed: packed.length, size: bytes.length },
    }
    const local = { ...true_, ...(descriptor && { crc: 0, packed: 0, size: 0 }), ...said.local }
    const central = { ...true_, ...said.central }
    const common = ({ flags, method, crc, packed: p, size, name: n }: Fields) =>
      record(
        [20, 2],
        [flags, 2],
        [method, 2],
        [0, 4],
        [crc, 4],
        [p, 4],
        [size, 4],
        [utf8(n).length, 2],
        [extra.length, 2],
      )
    const pieces = [
      record([0x04034b50, 4]),
      ...[common(local), utf8(local.name), extra, packed],
      ...(descriptor
        ? [
            record(
              ...(descriptor === 'marked' ? ([[0x08074b50, 4]] as const) : []),
              [true_.crc, 4],
              [true_.packed, 4],
              [true_.size, 4],
            ),
          ]
        : []),
    ]
    body.push(...pieces)
    offset += pieces.reduce((sum, piece) => sum + piece.length, 0)
    directory.push(
      record([0x02014b50, 4], [(mode ? 3 << 8 : 0) | 20, 2]),
      common(central),
      record([0, 2], [0, 2], [0, 2], [mode * 65536, 4], [central.offset, 4]),
      ...[utf8(central.name), extra],
    )
  }
  const start = offset + (gap?.length ?? 0)
  const length = directory.reduce((sum, piece) => sum + piece.length, 0)
  const n = count ?? entries.length
  const end = record(
    [0x06054b50, 4],
    [0, 4],
    [n, 2],
    [n, 2],
    [length, 4],
    [start, 4],
    [comment?.length ?? 0, 2],
  )
  return new Uint8Array(
    Buffer.concat([...body, gap ?? new Uint8Array(), ...directory, end, comment ?? new Uint8Array()]),
  )
}
