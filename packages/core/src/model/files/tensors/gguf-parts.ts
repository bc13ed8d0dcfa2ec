import { PatchError, settleAll } from '../../../errors.ts'
import type { Storage } from '../../../storage/storage.ts'
import { type GgufReader, openGguf } from './gguf.ts'
import { joinReaders } from './tensor-reader.ts'

/** gguf-split's names for parts: `model-00001-of-00003.gguf`. */
const partName = /^(.*)-(\d{5})-of-(\d{5})(\.gguf)$/i

/**
 * Opens a GGUF model: one file, or all parts that llama.cpp's `gguf-split` made of one, given any of them. The metadata is that
 * of the first part.
 *
 * @throws PatchError what `openGguf` throws; `NOT_FOUND`, naming missing parts; `UNSUPPORTED` for parts with other names;
 *   `MALFORMED` for parts that do not belong together
 */
export async function openGgufParts(storage: Storage, path: string): Promise<GgufReader> {
  const named = await openGguf(await storage.open(path))
  const opened = [named]
  try {
    const count = splitValue(named, path, 'count')
    if (count <= 1) return named
    const paths = partPaths(path, count, splitValue(named, path, 'no'))
    await checkPresent(storage, paths)
    const parts: GgufReader[] = []
    for (const partPath of paths) {
      const part = partPath === path ? named : await openGguf(await storage.open(partPath))
      if (part !== named) opened.push(part)
      checkPart(part, partPath, { no: parts.length, count })
      parts.push(part)
    }
    return joined(parts, paths)
  } catch (error) {
    await settleAll(opened.map((part) => part.close()))
    throw error
  }
}

/** A number written by gguf-split; 0 if missing. */
function splitValue({ metadata }: GgufReader, path: string, name: 'no' | 'count' | 'tensors.count'): number {
  const value = metadata[`split.${name}`] ?? 0
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value
  throw malformed(`a whole number as split.${name} in ${path}`, typeof value)
}

function partPaths(path: string, count: number, no: number): readonly string[] {
  const [, stem, number, total, ending] = partName.exec(path) ?? []
  if (Number(number) !== no + 1 || Number(total) !== count) {
    throw new PatchError('UNSUPPORTED', {
      expected: `part ${no + 1} of ${count} of a split GGUF file under the name NAME-${digits(no + 1)}-of-${digits(count)}.gguf`,
      found: path,
      remedy:
        'Restore the original names of the parts, or join them: `gguf-split --merge FIRST-PART MODEL.gguf`',
    })
  }
  return Array.from({ length: count }, (_, i) =>
    i === no ? path : `${stem}-${digits(i + 1)}-of-${digits(count)}${ending}`,
  )
}

const digits = (value: number) => String(value).padStart(5, '0')

async function checkPresent(storage: Storage, paths: readonly string[]): Promise<void> {
  const absent: string[] = []
  for (const path of paths) {
    if (absent.length < 3 && !(await storage.exists(path))) absent.push(path)
  }
  if (absent.length === 0) return
  throw new PatchError('NOT_FOUND', {
    expected: `all ${paths.length} parts of the split GGUF file ${paths[0]}`,
    found: `no ${absent.join(', no ')}`,
    remedy: 'Download every part into one folder, or join them: `gguf-split --merge FIRST-PART MODEL.gguf`',
  })
}

function checkPart(
  part: GgufReader,
  path: string,
  wanted: { readonly no: number; readonly count: number },
): void {
  const [no, count] = [splitValue(part, path, 'no'), splitValue(part, path, 'count')]
  if (no === wanted.no && count === wanted.count) return
  throw malformed(`part ${wanted.no + 1} of ${wanted.count} in ${path}`, `part ${no + 1} of ${count}`)
}

function joined(parts: readonly GgufReader[], paths: readonly string[]): GgufReader {
  const [first, path] = [parts[0] as GgufReader, paths[0] as string]
  const owners = new Map<string, GgufReader>()
  for (const [index, part] of parts.entries()) {
    for (const name of part.tensors.keys()) {
      if (owners.has(name))
        throw malformed(`tensor ${name} in one part of ${path}`, `it in ${paths[index]} again`)
      owners.set(name, part)
    }
  }
  const total = splitValue(first, path, 'tensors.count')
  if (total > 0 && total !== owners.size)
    throw malformed(`${total} tensors in the parts of ${path}`, `${owners.size}`)
  return { format: 'gguf', metadata: first.metadata, ...joinReaders(parts, owners, path) }
}

function malformed(expected: string, found: string): PatchError {
  const remedy = 'The parts are damaged or belong to different models; download all of them again'
  return new PatchError('MALFORMED', { expected, found, remedy })
}
