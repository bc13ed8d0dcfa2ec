/** An entry of a tar archive to write. Its header may contradict its contents. */
export interface TarEntry {
  readonly name: string
  readonly bytes?: Uint8Array
  /** Type flag in the header. Default `0`, a file. */
  readonly type?: string
  readonly link?: string
  /** The size in the header. */
  readonly size?: number
  /** Error added to the checksum. */
  readonly checksumOff?: number
}

const block = 512

/** Writes a tar archive byte by byte, in the format of POSIX 1003.1. */
export function tarBytes(entries: readonly TarEntry[]): Buffer {
  const pieces = entries.flatMap(({ bytes = new Uint8Array(), ...entry }) => [
    header(entry, bytes.length),
    bytes,
    Buffer.alloc((block - (bytes.length % block)) % block),
  ])
  return Buffer.concat([...pieces, Buffer.alloc(2 * block)])
}

/** A PAX header that overrides fields of the next entry. */
export function paxEntry(fields: Readonly<Record<string, string>>): TarEntry {
  const records = Object.entries(fields).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`
    let length = rest.length + 1
    while (`${length}`.length + rest.length !== length) length++
    return `${length}${rest}`
  })
  return { name: 'PaxHeader', type: 'x', bytes: Buffer.from(records.join('')) }
}

/** A GNU header with a long name for the next entry. */
export const gnuLongName = (name: string): TarEntry => ({
  ...{ name: '././@LongLink', type: 'L' },
  bytes: Buffer.from(`${name}\0`),
})

function header(
  { name, type = '0', link = '', size, checksumOff = 0 }: Omit<TarEntry, 'bytes'>,
  length: number,
): Buffer {
  const bytes = Buffer.alloc(block)
  const text = (value: string, at: number, most: number) => bytes.write(value.slice(0, most), at, 'utf8')
  const octal = (value: number, at: number, digits: number) =>
    bytes.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1')
  text(name, 0, 100)
  octal(0o644, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(size ?? length, 124, 11)
  octal(0, 136, 11)
  text(type, 156, 1)
  text(link, 157, 100)
  bytes.write('ustar\x0000', 257, 'latin1')
  bytes.fill(' ', 148, 156)
  const sum = bytes.reduce((total, byte) => total + byte, checksumOff)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}
