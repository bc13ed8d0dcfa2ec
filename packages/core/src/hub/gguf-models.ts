/** One model among a repository's GGUF files: a file, or all files into which gguf-split divided one. */
export interface GgufModel {
  /** The path of its file without `.gguf` and without the part number. */
  readonly stem: string
  /** The quantization in its name, such as `Q4_K_M`, as spelled there. */
  readonly quantization: string | undefined
  /** Paths, the first part first. */
  readonly files: readonly string[]
  /** Number of parts that it should have; 1 for a whole file. */
  readonly parts: number
}

const label = /(?:^|[-._])((?:UD-)?(?:I?Q\d(?:_\w+)?|TQ\d_\d|BF16|FP?16|FP?32|MXFP4(?:_MOE)?|NVFP4))$/i
const part = /^(.+)-(\d{1,6})-of-(\d{1,6})$/

/** Vision towers and calibration data are GGUF files too, but not language models. */
const isModel = (path: string) =>
  /\.gguf$/i.test(path) && !/(^|[-_.])(mmproj|imatrix)/i.test(path.split('/').at(-1) as string)

function quantizationOf(stem: string): string | undefined {
  // It is at the end of the file's name, or of the name of one of its folders.
  for (const segment of stem.split('/').reverse()) {
    const found = label.exec(segment)?.[1]
    if (found) return found
  }
  return undefined
}

/** The GGUF models among a repository's files, in the order of their first file. */
export function ggufModels(paths: readonly string[]): readonly GgufModel[] {
  const models = new Map<string, { stem: string; parts: number; files: [number, string][] }>()
  for (const path of paths.filter(isModel)) {
    const whole = path.replace(/\.gguf$/i, '')
    const [, stem = whole, number = 1, parts = 1] = part.exec(whole) ?? []
    const key = `${stem}/${Number(parts)}`
    const model = models.get(key) ?? { stem, parts: Number(parts), files: [] }
    models.set(key, model)
    model.files.push([Number(number), path])
  }
  return [...models.values()].map(({ stem, parts, files }) => ({
    stem,
    parts,
    quantization: quantizationOf(stem),
    files: files.sort(([a], [b]) => a - b).map(([, path]) => path),
  }))
}

/** Whether a model matches the tag of `owner/name:TAG`, as Ollama and llama.cpp read it: ignoring case. */
export function isQuantization({ stem, quantization }: GgufModel, tag: string): boolean {
  const wanted = tag.toLowerCase()
  if (quantization?.toLowerCase() === wanted) return true
  const name = stem.toLowerCase()
  return name === wanted || ['-', '.', '/'].some((separator) => name.endsWith(separator + wanted))
}
