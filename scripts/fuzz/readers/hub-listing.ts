import { listHubFiles } from '@policypatch/core/platform'
import fc from 'fast-check'
import { answer, changed, decoded, statuses } from '../answers.ts'
import { doubleNameIn, firstTwice } from '../double-names.ts'
import { type Files, type FuzzedReader, utf8 } from '../fuzzed-reader.ts'
import { damaged } from '../mutations.ts'
import { oddStrings } from '../odd-values.ts'

const hubUrl = 'https://hub.example'
const commit = 'a'.repeat(40)
const lfs = (path: string, size: number) => ({
  type: 'file',
  path,
  size,
  oid: 'b'.repeat(40),
  lfs: { oid: 'c'.repeat(64), size, pointerSize: 134 },
})
const small = (path: string) => ({ type: 'file', path, size: 100, oid: 'b'.repeat(40) })

const info = {
  _id: 'a',
  id: 'o/r',
  modelId: 'o/r',
  sha: commit,
  tags: ['a'],
  private: false,
  gated: false,
  downloads: 1,
  likes: 1,
  lastModified: '2026-01-02T03:04:05Z',
}
const index = {
  metadata: { total_size: 3 },
  weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
}
/** Listings of various kinds of repositories. */
const listings: readonly (readonly object[])[] = [
  [
    small('config.json'),
    small('tokenizer.json'),
    lfs('model.safetensors', 1000),
    { type: 'directory', path: 'onnx', size: 0, oid: 'd'.repeat(40) },
  ],
  [
    small('config.json'),
    small('model.safetensors.index.json'),
    lfs('model-00001-of-00002.safetensors', 10),
    lfs('model-00002-of-00002.safetensors', 10),
  ],
  [
    lfs('m-Q8_0.gguf', 1000),
    lfs('sub/m-Q4_K_M-00001-of-00002.gguf', 10),
    lfs('sub/m-Q4_K_M-00002-of-00002.gguf', 10),
  ],
  [small('README.md'), lfs('pytorch_model.bin', 10)],
]
const paths = fc
  .oneof(
    oddStrings,
    fc.constantFrom(
      'model.safetensors',
      'MODEL.safetensors',
      'config.json',
      '../a.gguf',
      'a/../../b',
      '/etc/passwd',
      'a\\b',
      'C:a',
      'm-Q8_0.gguf',
    ),
  )
  .map((path) => JSON.stringify(path))
const links = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  fc.constantFrom(
    ...[
      '<PAGE>; rel="next"',
      '<FIRST>; rel="next"',
      '<https://evil.example/a>; rel="next"',
      '<not an address>; rel="next"',
    ],
    ...[
      '<>; rel="next"',
      '<file:///etc/passwd>; rel="next"',
      'rel="next"',
      '<FIRST>; rel="prev"',
      '<PAGE>;rel=next',
    ],
  ),
)
const [infoFile, pageFile, indexFile] = ['info.json', 'page.json', 'index.json']
const answers = { [infoFile]: utf8(JSON.stringify(info)), [indexFile]: utf8(JSON.stringify(index)) }
const pages = listings.map((listing) => utf8(JSON.stringify(listing)))

const hub: fc.Arbitrary<Files> = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: changed(listings, paths).map((page) => ({ ...answers, [pageFile]: page })) },
      {
        weight: 1,
        arbitrary: fc.record({
          [infoFile]: changed([info], paths),
          [pageFile]: fc.constantFrom(...pages),
          [indexFile]: changed([index], paths),
        }),
      },
      {
        weight: 2,
        arbitrary: damaged(
          fc.constantFrom(...pages).map((page) => ({ ...answers, [pageFile]: page })),
          pages,
        ),
      },
    ),
    links,
    statuses,
  )
  .map(([files, link, status]) => ({ ...files, 'link.txt': utf8(link), 'status.txt': utf8(status) }))

/** A Hub that serves the files. A page of a listing may link to more pages, each with its own address. */
function hubOf(files: Files): typeof fetch {
  let page = 0
  return async (input) => {
    const url = new URL(String(input))
    if (url.pathname.includes('/resolve/')) return answer(files[indexFile], 200)
    if (!url.pathname.includes('/tree/')) return answer(files[infoFile], 200)
    const first = `${url.origin}${url.pathname}`
    const link = decoded(files['link.txt']).replace('FIRST', first).replace('PAGE', `${first}?page=${++page}`)
    return answer(files[pageFile], Number(decoded(files['status.txt'])), { link })
  }
}

export const hubReader: FuzzedReader = {
  name: 'hub-listing',
  files: hub,
  async read(files) {
    const id = { repo: 'o/r', revision: 'main', file: undefined, quantization: undefined }
    await listHubFiles({ ...id, hubUrl, fetch: hubOf(files) })
  },
  ambiguity(files) {
    const double = [infoFile, pageFile]
      .map((name) => doubleNameIn(files[name]))
      .find((found) => found !== undefined)
    if (double !== undefined) return double
    const listed = (
      JSON.parse(decoded(files[pageFile])) as { readonly type?: string; readonly path: string }[]
    )
      .filter(({ type }) => type !== 'directory')
      .map(({ path }) => path)
    const twice = firstTwice(listed)
    return twice === undefined ? undefined : `${twice} listed twice`
  },
}
