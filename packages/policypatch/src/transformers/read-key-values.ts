import { PatchError } from '@policypatch/core'
import type { PatchKeyValues } from '@policypatch/core/patch'
import {
  bytesSource,
  type HostTensor,
  openSafetensors,
  type Place,
  storedAt,
  type TensorReader,
} from '@policypatch/core/platform'

/**
 * The keys and values of a patch: from `exportKeyValues`, or a file written by `policypatch export --to key-values`, or its
 * bytes.
 */
export type KeyValueSource = KeyValues | Uint8Array | Place

/** Keys and values for m positions, as `exportKeyValues` returns them. */
export type KeyValues = Pick<PatchKeyValues, 'length' | 'tensors'>

/**
 * Reads and checks the keys and values of a patch.
 *
 * @throws PatchError the errors of `openSafetensors` and of the place's storage, `MALFORMED` for a file with other tensors,
 *   `NOT_FINITE`
 */
export async function readKeyValues(source: KeyValueSource): Promise<KeyValues> {
  if (typeof source === 'object' && 'tensors' in source) return source
  const { name, reader } = await openSource(source)
  try {
    const [first] = reader.tensors.values()
    const length = first?.shape[2] ?? 0
    const fitting = [...reader.tensors].filter(
      ([tensor, { shape }], _, { length: count }) =>
        isCacheName(tensor, count / 2) && shape.length === 4 && shape[0] === 1 && shape[2] === length,
    )
    const { size } = reader.tensors
    if (length === 0 || size % 2 === 1 || fitting.length < size) throw noCache(name, reader)
    const tensors: Record<string, HostTensor> = {}
    for (const [tensor, { shape }] of fitting) {
      const data = await reader.read(tensor)
      if (!data.every(Number.isFinite)) throw notFinite(tensor, name)
      tensors[tensor] = { shape, data }
    }
    return { length, tensors }
  } finally {
    await reader.close()
  }
}

async function openSource(source: Uint8Array | Place) {
  if (source instanceof Uint8Array) {
    const name = 'the keys and values'
    return { name, reader: await openSafetensors(bytesSource(name, source)) }
  }
  const { storage, path } = storedAt(source)
  return { name: path, reader: await openSafetensors(await storage.open(path)) }
}

function isCacheName(name: string, layers: number): boolean {
  const [, layer] = /^past_key_values\.(\d{1,4})\.(?:key|value)$/.exec(name) ?? []
  return layer !== undefined && Number(layer) < layers && String(Number(layer)) === layer
}

function noCache(name: string, { tensors }: TensorReader): PatchError {
  const [first] = tensors
  return new PatchError('MALFORMED', {
    expected: `past_key_values.{layer}.key and .value in ${name}, each [1, heads, m, width] with m of at least 1`,
    found: first
      ? `${tensors.size} tensors, the first ${first[0]} [${first[1].shape.join(', ')}]`
      : 'no tensors',
    remedy: 'Make the file with `policypatch export PATCH --to key-values`, or with exportKeyValues',
  })
}

const notFinite = (tensor: string, name: string) =>
  new PatchError('NOT_FINITE', {
    expected: `finite numbers in ${name}`,
    found: `another one in ${tensor}`,
    remedy: 'The file is damaged: export or download it again',
  })
