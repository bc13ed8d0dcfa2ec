import { PatchError } from '@policypatch/core'
import { describeValue, parseJsonFile, type RetryOptions } from '@policypatch/core/platform'
import { fetchStorage } from '../storage/fetch-storage.ts'
import type { ModelFile, ModelRecord } from './model-record.ts'

/** Files that may lie beside config.json and tokenizer.json. */
const optionalFiles = [
  'tokenizer_config.json',
  'generation_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
]

/** The record of a URL: one .gguf file, all parts of a split one, or the files of a folder as `save_pretrained` writes it. */
export async function urlModel(url: URL, options: RetryOptions): Promise<ModelRecord> {
  const record = { id: url.href, complete: false, source: url.href }
  if (isGguf(url)) {
    return { ...record, files: partsOf(url).map((part) => ({ name: fileName(part), url: part.href })) }
  }
  const server = fetchStorage(url, options)
  const named = (name: string): ModelFile => ({
    name,
    url: new URL(encodeURIComponent(name), `${url.href.replace(/\/+$/, '')}/`).href,
  })
  if (!(await server.exists('config.json'))) {
    throw new PatchError('NOT_FOUND', {
      expected: `a .gguf file, or a folder with config.json, at ${url.href}`,
      found: 'neither',
      remedy: "Use the URL of the file, or of the folder with the model's files",
    })
  }
  const optional: string[] = []
  for (const name of optionalFiles) if (await server.exists(name)) optional.push(name)
  const weights = (await server.exists('model.safetensors'))
    ? ['model.safetensors']
    : ['model.safetensors.index.json', ...(await shards(await server.read('model.safetensors.index.json')))]
  return { ...record, files: ['config.json', 'tokenizer.json', ...optional, ...weights].map(named) }
}

export function isGguf(url: URL): boolean {
  return url.pathname.toLowerCase().endsWith('.gguf')
}

/** The URLs of all parts that `gguf-split` made of a file, given any one of them; otherwise the URL itself. */
function partsOf(url: URL): readonly URL[] {
  const [, stem, count = '0', ending] = /^(.*-)\d{5}-of-(\d{5})(\.gguf)$/i.exec(url.pathname) ?? []
  if (Number(count) === 0) return [url]
  return Array.from({ length: Number(count) }, (_, i) => {
    const part = new URL(url)
    part.pathname = `${stem}${String(i + 1).padStart(5, '0')}-of-${count}${ending}`
    return part
  })
}

/** The name to store the file under: a name, not a path, whatever the URL contains. */
function fileName(url: URL): string {
  const last = url.pathname.split('/').at(-1) as string
  try {
    return decodeURIComponent(last).replace(/[/\\]/g, '_')
  } catch {
    return last
  }
}

async function shards(index: Uint8Array): Promise<string[]> {
  const { weight_map: found } = parseJsonFile(index, 'model.safetensors.index.json')
  const names = [...new Set<unknown>(Object.values(found ?? {}))]
  // Names, not paths: an index must not make its reader download from elsewhere.
  const areFiles = names.every(
    (name): name is string => typeof name === 'string' && /^[\w.-]+\.safetensors$/.test(name),
  )
  if (names.length > 0 && areFiles) return names as string[]
  throw new PatchError('MALFORMED', {
    expected: 'model.safetensors.index.json with the names of .safetensors files in weight_map',
    found: describeValue(found, 200),
    remedy: 'The index is damaged; upload it to the server again',
  })
}
