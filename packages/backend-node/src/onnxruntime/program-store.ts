import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EncodedProgram } from '@policypatch/compiler'
import type { Signature } from '@policypatch/core/platform'
import { removeAbandoned, temporaryPath } from '../files/temporary-file.ts'

/**
 * Compiled programs in a folder, so that the next process need not trace them again. A folder that cannot be read or written,
 * such as one of a read-only image, only costs time.
 */
export interface ProgramStore {
  /** The program of a signature with a key; undefined if it is not stored. */
  get(signature: Signature): Promise<EncodedProgram | undefined>
  /** Stores a program. Does nothing if the folder is not writable. */
  put(signature: Signature, program: EncodedProgram): Promise<void>
}

/** Most programs to keep. The least recently used are removed first. */
const capacity = 96

/**
 * A store in `folder`, which is created when needed. Programs are identified by their key, shapes and precision, and by the code
 * that made them, so a new version ignores those of an old one. Undefined if that code is not bundled, as during development.
 */
export async function programStore(
  folder: string,
  codeOf: () => Promise<string | undefined> = codeDigest,
): Promise<ProgramStore | undefined> {
  const code = await codeOf()
  if (code === undefined) return undefined
  await removeAbandoned(folder)
  const place = (signature: Signature) => join(folder, `${digestOf(code, signature)}.program`)
  return {
    async get(signature) {
      const path = place(signature)
      const bytes = await readFile(path).catch(ignored)
      if (!bytes) return undefined
      const now = new Date()
      await utimes(path, now, now).catch(ignored)
      return decode(bytes)
    },
    async put(signature, program) {
      const path = place(signature)
      const partial = temporaryPath(path)
      await mkdir(folder, { recursive: true })
        .then(() => writeFile(partial, encode(program)))
        .then(() => rename(partial, path))
        .then(() => prune(folder))
        .catch(() => rm(partial, { force: true }).catch(ignored))
    },
  }
}

function digestOf(code: string, signature: Signature): string {
  const { key, inputs, weights, precision = 'float32', resident = false } = signature
  const shapes = Object.entries(weights).map(([name, { shape }]) => [name, shape])
  const described = JSON.stringify([code, key, inputs, shapes, precision, resident])
  return createHash('sha256').update(described).digest('hex')
}

/**
 * SHA-256 of the code of this package, core and the compiler; undefined where this file is not in a bundle. Its hundreds of files
 * are read without waiting in between, which takes 15 ms instead of 150.
 */
async function codeDigest(): Promise<string | undefined> {
  if (!import.meta.url.endsWith('.js')) return undefined
  const hash = createHash('sha256')
  const own = dirname(fileURLToPath(import.meta.url))
  const others = ['@policypatch/core', '@policypatch/compiler'].map((name) =>
    dirname(fileURLToPath(import.meta.resolve(name))),
  )
  for (const folder of [own, ...others]) {
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.js'))
    for (const name of names.sort()) hash.update(name).update(readFileSync(join(folder, name)))
  }
  return hash.digest('hex')
}

/** A line with the SHA-256 of the rest, a line of JSON, then the model file. */
function encode({ inputs, outputs, model }: EncodedProgram): Buffer {
  const body = Buffer.concat([Buffer.from(`${JSON.stringify({ inputs, outputs })}\n`), model])
  const digest = createHash('sha256').update(body).digest('hex')
  return Buffer.concat([Buffer.from(`${digest}\n`), body])
}

/** Undefined if it is damaged, so that it is made again. */
function decode(bytes: Buffer): EncodedProgram | undefined {
  const body = bytes.subarray(65)
  const digest = createHash('sha256').update(body).digest('hex')
  if (bytes.subarray(0, 65).toString() !== `${digest}\n`) return undefined
  const end = body.indexOf('\n')
  const { inputs, outputs } = JSON.parse(body.subarray(0, end).toString())
  return { inputs, outputs, model: body.subarray(end + 1) }
}

async function prune(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.program'))
  if (names.length <= capacity) return
  const used = await Promise.all(
    names.map(async (name) => {
      const file = await stat(join(folder, name)).catch(ignored)
      return { name, at: file?.mtimeMs ?? 0 }
    }),
  )
  const oldest = used.sort((a, b) => a.at - b.at).slice(0, names.length - capacity)
  for (const { name } of oldest) await rm(join(folder, name), { force: true })
}

/** A failure here only makes a later process trace a program again. */
const ignored = () => undefined
