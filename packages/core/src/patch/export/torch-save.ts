import { zipSync } from 'fflate'

const utf8 = (text: string) => new TextEncoder().encode(text)

/**
 * A float32 matrix [rows, columns] as `torch.save` writes a tensor: a zip of a pickle that `torch.load` reads with
 * `weights_only=True`, and the numbers, little-endian.
 */
export function torchSave(data: Float32Array, [rows, columns]: readonly [number, number]): Uint8Array {
  const files = {
    'data.pkl': pickledTensor(rows, columns),
    byteorder: utf8('little'),
    'data/0': littleEndian(data),
    version: utf8('3\n'),
  }
  const entries = Object.entries(files).map(([name, bytes]) => [`archive/${name}`, bytes] as const)
  // Uncompressed, as in torch; the fixed time makes the bytes reproducible.
  return zipSync(Object.fromEntries(entries), { level: 0, mtime: new Date(1980, 0, 1) })
}

function littleEndian(data: Float32Array): Uint8Array {
  const bytes = new Uint8Array(4 * data.length)
  const view = new DataView(bytes.buffer)
  for (const [i, value] of data.entries()) view.setFloat32(4 * i, value, true)
  return bytes
}

/**
 * Pickle protocol 2 of torch._utils._rebuild_tensor_v2(storage 0, offset 0, size, stride, False, OrderedDict()), where the
 * storage is a persistent id ('storage', torch.FloatStorage, '0', 'cpu', number of values).
 */
function pickledTensor(rows: number, columns: number): Uint8Array {
  const bytes: number[] = []
  const put = (...opcodes: (number | string | Uint8Array)[]) => {
    for (const part of opcodes) {
      if (typeof part === 'number') bytes.push(part)
      else bytes.push(...(typeof part === 'string' ? utf8(part) : part))
    }
  }
  const global = (module: string, name: string) => put('c', `${module}\n${name}\n`)
  const text = (value: string) => put('X', int32(value.length), value)
  const int = (value: number) => put('J', int32(value))
  put(0x80, 2)
  global('torch._utils', '_rebuild_tensor_v2')
  put('((')
  text('storage')
  global('torch', 'FloatStorage')
  text('0')
  text('cpu')
  int(rows * columns)
  put('tQ')
  int(0)
  int(rows)
  int(columns)
  put(0x86)
  int(columns)
  int(1)
  put(0x86, 0x89)
  global('collections', 'OrderedDict')
  put(')RtR.')
  return Uint8Array.from(bytes)
}

function int32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, value, true)
  return bytes
}
