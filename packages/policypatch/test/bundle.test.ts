import { gzipSync } from 'node:zlib'
import type { Rolldown } from 'vite'
import { beforeAll, expect, test } from 'vitest'
import { buildBundle } from './bundle/build-bundle.ts'

/** Bytes, compressed by gzip: what it is now, so that it does not grow. */
const ceiling = 63_500
/** The same with the chat templates' language, which comes with the first model that has a chat template. */
const chatCeiling = 94_900

/** The same with what verifies a publisher's signatures, and with what reads a trust policy besides. */
const [verifiedCeiling, policyCeiling] = [65_300, 67_000]

let chunks: readonly Rolldown.OutputChunk[]
let apply: readonly Rolldown.OutputChunk[]

beforeAll(async () => {
  chunks = await buildBundle()
  apply = [...withStaticImports(chunks.find(({ isEntry }) => isEntry) as Rolldown.OutputChunk)]
}, 300_000)

/** A chunk and all that it imports at once. */
function withStaticImports(
  chunk: Rolldown.OutputChunk,
  found = new Set<Rolldown.OutputChunk>(),
  among = chunks,
) {
  if (found.has(chunk)) return found
  found.add(chunk)
  for (const name of chunk.imports) {
    const imported = among.find(({ fileName }) => fileName === name)
    if (imported) withStaticImports(imported, found, among)
  }
  return found
}

const modulesOf = (some: readonly Rolldown.OutputChunk[]) =>
  some.flatMap(({ modules }) =>
    Object.entries(modules)
      .filter(([, { renderedLength }]) => renderedLength > 0)
      .map(([id]) => id),
  )

function compressed(some: Iterable<Rolldown.OutputChunk>): number {
  return gzipSync([...some].map(({ code }) => code).join('\n')).length
}

test('applying a patch takes at most 63.5 kB without runtimes, and 94.9 with chat templates', () => {
  const template = chunks.find((chunk) =>
    modulesOf([chunk]).some((id) => id.endsWith('/compile-chat-template.ts')),
  )
  const plain = compressed(apply)
  const chat = compressed(withStaticImports(template as Rolldown.OutputChunk, new Set(apply)))
  console.info(`applying a patch, by gzip: ${plain} bytes, and ${chat} with chat templates`)
  expect(plain).toBeLessThanOrEqual(ceiling)
  expect(chat).toBeGreaterThan(plain)
  expect(chat).toBeLessThanOrEqual(chatCeiling)
})

test.each([
  ['a publisher', './apply-verified.ts', verifiedCeiling],
  ['a trust policy', './apply-by-policy.ts', policyCeiling],
])('with verification by %s it takes no more than it may', async (by, entry, most) => {
  const built = await buildBundle(entry)
  const verifying = withStaticImports(
    built.find(({ isEntry }) => isEntry) as Rolldown.OutputChunk,
    new Set(),
    built,
  )
  // What is loaded when a signed patch is read counts too.
  const later = built.filter((chunk) => modulesOf([chunk]).some((id) => id.includes('/patch/signing/')))
  for (const chunk of later) withStaticImports(chunk, verifying, built)
  const bytes = compressed(verifying)
  console.info(`applying a patch with verification by ${by}, by gzip: ${bytes} bytes`)
  expect(modulesOf([...verifying])).toContainEqual(expect.stringMatching(/\/signing\/verify-signatures\.ts$/))
  expect(bytes).toBeGreaterThan(compressed(apply))
  expect(bytes).toBeLessThanOrEqual(most)
})

test('the trainer is in chunks that are loaded when it is asked for', () => {
  const later = /\/core\/src\/(train|pairs|evaluate)\/|\/node_modules\/(openai|@huggingface\/hub)\//
  expect(modulesOf(apply).filter((id) => later.test(id))).toEqual([])
  expect(modulesOf(chunks)).toContainEqual(expect.stringMatching(/\/core\/src\/train\/train-patch\.ts$/))
})

test('nothing needs Node, and nothing is evaluated from text', () => {
  const imported = chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])
  expect(imported.filter((name) => name.startsWith('node:'))).toEqual([])
  const evaluating = chunks.filter(({ code }) => /\bnew Function\(|[^.\w]eval\(/.test(code))
  expect(evaluating.map(({ fileName }) => fileName)).toEqual([])
})
