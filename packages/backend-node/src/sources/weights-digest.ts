import { createHash } from 'node:crypto'
import { mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ggufModels } from '@policypatch/core/platform'
import * as z from 'zod/mini'
import { type ModelCache, modelCache } from '../download/model-cache.ts'
import { fileDigest } from '../download/verified-file.ts'
import { fileStorage } from '../files/file-storage.ts'
import { storing } from '../files/storage-error.ts'
import type { ModelFiles } from './model-source.ts'

const record = z.object({ identity: z.string(), sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)) })

/**
 * The digest of all of a model's weights, which the fast fingerprint does not cover: the SHA-256 of the file or, for several
 * files, the SHA-256 of their hexadecimal digests, one per line, in the order of the file names. This is what `sha256sum` prints:
 *
 *     sha256sum model.safetensors
 *     sha256sum *.safetensors | cut -c1-64 | sha256sum
 *
 * Each file is read once. Its digest is kept in the cache, under `digests/`, as long as the file's device, inode, size and change
 * times stay the same. Whoever can write to the cache can also write its records.
 */
export async function weightsDigest(
  { path, kind }: Pick<ModelFiles, 'path' | 'kind'>,
  cache: ModelCache = modelCache(),
): Promise<string> {
  const files = kind === 'gguf' ? await ggufFiles(path) : await safetensorsFiles(path)
  const digests: string[] = []
  for (const file of files) digests.push(await keptDigest(file, cache))
  const [only] = digests
  if (digests.length === 1 && only !== undefined) return only
  return sha256(digests.map((digest) => `${digest}\n`).join(''))
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

/** All parts of a split file, or the file itself. */
async function ggufFiles(path: string): Promise<readonly string[]> {
  const names = await fileStorage().list(dirname(path))
  const model = ggufModels(names).find(({ files }) => files.includes(basename(path)))
  return (model?.files ?? [basename(path)]).map((name) => join(dirname(path), name)).sort()
}

const index = z.object({ weight_map: z.record(z.string(), z.string().check(z.regex(/^[^/\\]+$/))) })

async function safetensorsFiles(folder: string): Promise<readonly string[]> {
  const whole = join(folder, 'model.safetensors')
  if (await fileStorage().exists(whole)) return [whole]
  const text = await storing(folder, () => readFile(join(folder, 'model.safetensors.index.json'), 'utf8'))
  const { weight_map: map } = index.parse(JSON.parse(text))
  return [...new Set(Object.values(map))].sort().map((name) => join(folder, name))
}

async function keptDigest(path: string, cache: ModelCache): Promise<string> {
  const real = await storing(path, () => realpath(path))
  const { dev, ino, size, mtimeNs, ctimeNs } = await storing(real, () => stat(real, { bigint: true }))
  const identity = [dev, ino, size, mtimeNs, ctimeNs].join(':')
  const kept = cache.path('digests', `${sha256(real)}.json`)
  const known = await readFile(kept, 'utf8')
    .then((text) => record.safeParse(JSON.parse(text)).data)
    // Without a readable record, the file itself is hashed.
    .catch(() => undefined)
  if (known?.identity === identity) return known.sha256
  const found = await storing(real, () => fileDigest(real, 'sha256'))
  // If the cache is not writable, files are hashed at each use.
  await mkdir(dirname(kept), { recursive: true })
    .then(() => writeFile(kept, `${JSON.stringify({ identity, sha256: found })}\n`))
    .catch(() => undefined)
  return found
}
