import { PatchError } from '../errors.ts'

export interface SafetensorsSet {
  /** Paths in the repository. */
  readonly paths: readonly string[]
  /** Local names of the files for which readers look under another name than the repository's. */
  readonly names: ReadonlyMap<string, string>
  /** An index that names the parts; set if their file names do not tell which ones belong. */
  readonly index?: string
}

/** `model.safetensors`, `model.fp16.safetensors`, `model-00001-of-00002.safetensors` and the like. */
const weight =
  /^model(?:\.safetensors)?(?:\.([\w-]+?))?(?:-(\d{1,6})-of-(\d{1,6}))?(?:\.([\w-]+))?\.safetensors$/
const index = /^model\.safetensors\.index(?:\.([\w-]+))?\.json$/

/** One precision of the weights. The variant's name is empty for the one that transformers loads by default. */
interface Variant {
  whole?: string
  index?: string
  /** Paths of the parts, by the total number of parts. */
  readonly parts: Map<number, string[]>
}

function variantsOf(paths: readonly string[]): Map<string, Variant> {
  const variants = new Map<string, Variant>()
  const of = (name: string) => {
    const variant: Variant = variants.get(name) ?? { parts: new Map() }
    variants.set(name, variant)
    return variant
  }
  for (const path of paths) {
    const named = weight.exec(path)
    if (named) {
      const variant = of(named[1] ?? named[4] ?? '')
      if (!named[3]) variant.whole = path
      else variant.parts.set(Number(named[3]), [...(variant.parts.get(Number(named[3])) ?? []), path])
    }
    const indexed = index.exec(path)
    if (indexed) of(indexed[1] ?? '').index = path
  }
  return variants
}

function setOf(repo: string, { whole, index, parts }: Variant): SafetensorsSet | undefined {
  // Readers look for the names without a variant; parts are found by their names in the index.
  if (whole) return { paths: [whole], names: new Map([[whole, 'model.safetensors']]) }
  const complete = [...parts].filter(([total, files]) => files.length === total)
  if (index) {
    const names = new Map([[index, 'model.safetensors.index.json']])
    const files = complete[0]?.[1]
    return complete.length === 1 && parts.size === 1 && files
      ? { paths: [index, ...files.sort()], names }
      : { paths: [index], names, index }
  }
  if (parts.size === 0) return undefined
  throw new PatchError('NOT_FOUND', {
    expected: `model.safetensors.index.json in ${repo}`,
    found: 'shards of safetensors weights without their index',
    remedy: 'The repository is incomplete; choose another revision, or contact its owner',
  })
}

/**
 * The safetensors weights among a repository's files. One file is preferred to parts, and a variant such as fp16 is used only
 * if there are no other weights. Otherwise the weights of an adapter; undefined if there are none of these.
 */
export function safetensorsSet(repo: string, paths: readonly string[]): SafetensorsSet | undefined {
  const variants = variantsOf(paths)
  const usual = variants.get('')
  const set = usual && setOf(repo, usual)
  if (set) return set
  const others = [...variants].filter(([name]) => name !== '')
  const [only] = others
  if (others.length > 1) {
    throw new PatchError('NOT_FOUND', {
      expected: `one set of safetensors weights in ${repo}`,
      found: `the variants ${others.map(([name]) => name).join(', ')}, and none without a variant name`,
      remedy: 'Download one of them, rename it to model.safetensors, and use its folder',
    })
  }
  if (only) return setOf(repo, only[1])
  const adapter = ['adapter_config.json', 'adapter_model.safetensors']
  return adapter.every((name) => paths.includes(name)) ? { paths: adapter, names: new Map() } : undefined
}
