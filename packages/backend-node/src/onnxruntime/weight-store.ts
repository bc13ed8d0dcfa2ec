/**
 * Rounded weights in a folder, so that later processes need not compute them again. Each file `<model>/<tensor and form>` holds
 * the SHA-256 of the rest, a line of JSON, the scales and the values. A file gets its name only once it is complete, so
 * concurrent writers do not disturb each other. A damaged file is made again.
 */

import { createHash, webcrypto } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { QuantizedForm } from '@policypatch/compiler'
import type { PackedWeight } from '@policypatch/core/platform'
import { removeAbandoned, temporaryPath } from '../files/temporary-file.ts'

/** A matrix rounded to bytes: values of `shape` [rows, columns], row-major, and a scale for each column. */
export interface RoundedWeight {
  readonly shape: readonly number[]
  readonly values: Int8Array | Uint8Array
  readonly scales: Float32Array
}

export interface WeightStore {
  /** The stored weight or its transpose, of the type asked for; undefined if it is missing or damaged. */
  get(weight: PackedWeight, form: QuantizedForm): Promise<RoundedWeight | undefined>
  /** Stores a weight. Does nothing if the folder is not writable. */
  put(weight: PackedWeight, form: QuantizedForm, rounded: RoundedWeight): Promise<void>
}

/** Increment when weights are rounded, rotated, laid out or read from files differently. */
const formatVersion = 2

/** Most bytes to keep in total, 4 GiB. The least recently used models are removed first. */
const defaultCapacity = 2 ** 32

const digestLength = 32

/** The folder of one model in a store. */
interface KeptModel {
  readonly path: string
  /** What it held when this was first asked for. Asked for only to make room, because it takes a call for each file. */
  readonly bytes: () => Promise<number>
  added: number
}

/** @param capacity most bytes to keep in total; weights of models in use that exceed it are not stored */
export function weightStore(folder: string, capacity = defaultCapacity): WeightStore {
  const used = new Map<string, Promise<KeptModel>>()
  /** Other models, least recently used last. Listed when a weight is first stored. */
  let others: Promise<KeptModel[]> | undefined

  function modelOf({ origin }: PackedWeight): Promise<KeptModel> | undefined {
    if (!origin) return undefined
    const path = join(folder, sha256(`${formatVersion} ${origin.model}`))
    const known = used.get(path) ?? useModel(path)
    used.set(path, known)
    return known
  }

  async function makeRoom(bytes: number): Promise<boolean> {
    others ??= modelsIn(folder, [...used.keys()])
    const [unused, own] = await Promise.all([others, Promise.all(used.values())])
    const sizes = await Promise.all(
      [...own, ...unused].map(async (model) => (await model.bytes()) + model.added),
    )
    let left = capacity - bytes - sizes.reduce((sum, size) => sum + size, 0)
    while (left < 0 && unused.length > 0) {
      const model = unused.pop() as KeptModel
      await rm(model.path, { recursive: true, force: true }).catch(ignored)
      left += await model.bytes()
    }
    return left >= 0
  }

  return {
    async get(weight, form) {
      const model = await modelOf(weight)
      const bytes = model && (await readWhole(join(model.path, nameOf(weight, form))))
      return bytes && decode(bytes, weight.shape, form)
    },
    async put(weight, form, rounded) {
      const model = await modelOf(weight)
      const bytes = encode(rounded)
      if (!model || !(await makeRoom(bytes.length))) return
      model.added += bytes.length
      const path = join(model.path, nameOf(weight, form))
      const partial = temporaryPath(path)
      // The weight itself is at hand: a full or locked disk only costs later processes time.
      await mkdir(model.path, { recursive: true })
        .then(() => writeFile(partial, bytes))
        .then(() => rename(partial, path))
        .catch(() => rm(partial, { force: true }).catch(ignored))
    },
  }
}

/** A failure here only leaves more or less in the store. */
const ignored = () => undefined

const nameOf = ({ origin, shape }: PackedWeight, { transposed, type }: QuantizedForm) =>
  sha256(JSON.stringify([origin?.tensor, shape, transposed, type]))

/** Marks a model as used, so that others are removed first. */
async function useModel(path: string): Promise<KeptModel> {
  const now = new Date()
  await utimes(path, now, now).catch(ignored)
  await removeAbandoned(path)
  return keptModel(path)
}

function keptModel(path: string): KeptModel {
  let bytes: Promise<number> | undefined
  return {
    path,
    bytes: () => {
      bytes ??= bytesIn(path)
      return bytes
    },
    added: 0,
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

function encode({ shape, values, scales }: RoundedWeight): Buffer {
  const body = Buffer.concat([
    Buffer.from(`${JSON.stringify({ shape })}\n`),
    Buffer.from(scales.buffer, scales.byteOffset, scales.byteLength),
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  ])
  return Buffer.concat([createHash('sha256').update(body).digest(), body])
}

/** Undefined if it is damaged, or not of the weight's shape. */
async function decode(
  bytes: Uint8Array<ArrayBuffer>,
  [rows = 0, columns = 0]: readonly number[],
  { transposed, type }: QuantizedForm,
): Promise<RoundedWeight | undefined> {
  const body = bytes.subarray(digestLength)
  // Hash off this thread, which waits for the next file meanwhile.
  const digest = Buffer.from(await webcrypto.subtle.digest('SHA-256', body))
  if (!digest.equals(bytes.subarray(0, digestLength))) return undefined
  const shape = transposed ? [columns, rows] : [rows, columns]
  const start = body.indexOf(10) + 1
  const header = Buffer.from(body.buffer, body.byteOffset, start).toString()
  const scaleBytes = 4 * (shape[1] as number)
  const isOfShape = header === `${JSON.stringify({ shape })}\n`
  if (!isOfShape || body.length !== start + scaleBytes + rows * columns) return undefined
  const Bytes = type === 'uint8' ? Uint8Array : Int8Array
  return {
    shape,
    scales: new Float32Array(body.slice(start, start + scaleBytes).buffer),
    values: new Bytes(body.buffer, body.byteOffset + start + scaleBytes, rows * columns),
  }
}

/** A file's bytes in one read; undefined if it cannot be read, so that the weight is made again. */
async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const file = await open(path).catch(ignored)
  if (!file) return undefined
  try {
    const { size } = await file.stat()
    // Memory of its own, and not set to zero first.
    const bytes = new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)
    const { bytesRead } = await file.read(bytes, 0, size, 0)
    return bytesRead === size ? bytes : undefined
  } catch {
    return undefined
  } finally {
    await file.close()
  }
}

/** All models of a store except some, least recently used last. */
async function modelsIn(folder: string, except: readonly string[]): Promise<KeptModel[]> {
  const names = await readdir(folder).catch(() => [])
  const paths = names.map((name) => join(folder, name)).filter((path) => !except.includes(path))
  const models = await Promise.all(
    paths.map(async (path) => {
      const at = (await stat(path).catch(ignored))?.mtimeMs ?? 0
      return { path, at }
    }),
  )
  return models.sort((a, b) => b.at - a.at).map(({ path }) => keptModel(path))
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => [])
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name)).catch(ignored))?.size ?? 0),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
