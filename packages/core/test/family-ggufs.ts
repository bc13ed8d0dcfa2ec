import { crc32 } from 'node:zlib'
import { memoryStorage } from '../src/storage/memory-storage.ts'
import type { Storage } from '../src/storage/storage.ts'
import { goldenJson } from './goldens.ts'
import { hashedValues } from './models/hashed-weights.ts'
import { type GgufPair, type GgufTensorToWrite, writeGguf } from './models/write-gguf.ts'

/** The output of llama.cpp's converter for a tiny model; see scripts/goldens/family-ggufs.py. */
export interface GgufCase {
  readonly family: string
  /** How its configuration differs from the family's usual one. */
  readonly change: Readonly<Record<string, unknown>>
  readonly without?: string
  readonly within?: string
  /** Why the file must be refused. */
  readonly refused?: string
  readonly layers: number
  /** Key, type, value, and the type of an array's elements. */
  readonly metadata: readonly (readonly [key: string, type: number, value: unknown, of?: number])[]
  /** `*` stands for a layer index; dimensions are innermost first. */
  readonly tensors: readonly (readonly [name: string, dims: number[], source: string, done: Rearranged])[]
  /** CRC-32 of all data. */
  readonly crc: number
  readonly ids: readonly number[]
  readonly logps: readonly number[]
}

/** How the converter changed a tensor of the checkpoint. */
interface Rearranged {
  readonly transposed?: boolean
  readonly plus?: number
  /** The checkpoint's row for each row. */
  readonly rows?: readonly number[]
  /** The values, if they come from no tensor of the checkpoint. */
  readonly values?: readonly number[]
}

export const { cases: ggufCases } = await goldenJson<{ cases: GgufCase[] }>('family-ggufs.json')

/** The text of a token id: one character that byte-level BPE leaves unchanged. */
export const tokenText = (id: number): string => String.fromCharCode(33 + id)

/** The last token joins the first two, because there must be a merge. */
const joined = tokenText(0) + tokenText(1)

/**
 * The file that the converter wrote: its metadata with a vocabulary of single characters, and its tensors made from the
 * checkpoint's.
 */
export async function ggufStorage(one: GgufCase): Promise<Storage> {
  const tensors: GgufTensorToWrite[] = []
  const parts: Uint8Array[] = []
  let [offset, crc] = [0, 0]
  for (const [name, dims, source, done] of one.tensors) {
    for (let layer = 0; layer < (name.includes('*') ? one.layers : 1); layer++) {
      const numbered = (of: string) => of.replace('*', `${layer}`)
      const data = new Uint8Array(rearranged(numbered(source), dims, done).buffer)
      crc = crc32(data, crc)
      tensors.push({ name: numbered(name), dims, offset })
      parts.push(data, new Uint8Array(-data.length & 31))
      offset += data.length + (-data.length & 31)
    }
  }
  if (crc !== one.crc) throw new RangeError('these are not the values that llama.cpp wrote')
  const pairs = one.metadata.map(
    ([key, type, value, of]): GgufPair =>
      of === undefined ? [key, type, value] : [key, type, value, { of }],
  )
  const vocabSize = one.tensors.find(([name]) => name === 'token_embd.weight')?.[1][1] ?? 0
  const data = new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer())
  const storage = memoryStorage()
  await storage.write('model.gguf', writeGguf({ pairs: [...pairs, ...vocabulary(vocabSize)], tensors, data }))
  return storage
}

function rearranged(source: string, dims: readonly number[], done: Rearranged): Float32Array<ArrayBuffer> {
  if (done.values) return Float32Array.from(done.values)
  const shape = done.transposed ? dims : dims.toReversed()
  const stored = hashedValues(source, shape)
  const rows = dims.at(-1) as number
  const width = stored.length / rows
  return Float32Array.from(stored, (_, i) => {
    const [place, column] = [Math.floor(i / width), i % width]
    const row = done.rows?.[place] ?? place
    const value = stored[done.transposed ? column * rows + row : row * width + column] as number
    return value + (done.plus ?? 0)
  })
}

const vocabulary = (size: number): GgufPair[] => [
  ['tokenizer.ggml.model', 8, 'gpt2'],
  ['tokenizer.ggml.pre', 8, 'gpt-2'],
  [
    ...(['tokenizer.ggml.tokens', 9] as const),
    [...Array.from({ length: size - 1 }, (_, id) => tokenText(id)), joined],
    { of: 8 },
  ],
  ['tokenizer.ggml.token_type', 9, new Array(size).fill(1), { of: 5 }],
  ['tokenizer.ggml.merges', 9, [[...joined].join(' ')], { of: 8 }],
  ['tokenizer.ggml.bos_token_id', 4, 1],
  ['tokenizer.ggml.eos_token_id', 4, 2],
]
