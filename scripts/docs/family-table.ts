import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Architecture } from '../../packages/core/src/model/decoder/architectures/architecture.ts'
import { architectures } from '../../packages/core/src/model/decoder/architectures/find-architecture.ts'
import type { ModelConfig } from '../../packages/core/src/model/decoder/config/model-config.ts'
import { table } from './write-page.ts'

const core = fileURLToPath(new URL('../../packages/core/', import.meta.url))
const folder = `${core}src/model/decoder/architectures/`

interface ConfigCase {
  readonly family: string
  readonly config: Readonly<Record<string, unknown>>
}

interface GgufCase {
  readonly family: string
  readonly metadata: readonly (readonly [key: string, type: number, value: unknown])[]
  readonly refused?: string
}

function casesOf<Case>(golden: string): readonly Case[] {
  return JSON.parse(readFileSync(`${core}test/goldens/${golden}.json`, 'utf8')).cases
}

/** Ways in which models differ from a plain Llama, in the order of a forward pass. */
const ideas: readonly (readonly [words: string, has: (config: ModelConfig) => boolean])[] = [
  ['learned positions', ({ learnedPositions }) => learnedPositions === true],
  ['scaled embeddings', ({ scales }) => differs(scales?.embedding) || differs(scales?.stream)],
  ['LayerNorm', ({ norm }) => norm.kind === 'layer'],
  ['norm weights less 1', ({ norm }) => norm.plusOne === true],
  ['norms after each part', ({ residual }) => residual === 'after'],
  ['norms around each part', ({ residual }) => residual === 'around'],
  ['both parts side by side', ({ residual }) => residual.startsWith('parallel')],
  ['biases', ({ attention, feedForward }) => attention.bias || attention.outputBias || feedForward.bias],
  ['queries, keys and values in one matrix', ({ attention }) => attention.fused !== undefined],
  ['normalized queries and keys', ({ attention }) => attention.queryKeyNorm !== undefined],
  ['RoPE on a part of each head', ({ ropes, headSize }) => ropes.some(({ size }) => size < headSize)],
  ['interleaved RoPE', ({ ropes }) => ropes.some(({ interleaved }) => interleaved === true)],
  ['layers without RoPE', ({ ropes, layerTypes }) => ropes.length > 0 && !layerTypes.every(hasRope)],
  ['a RoPE of their own for layers with a window', ({ ropes }) => ropes.length > 1],
  ['windows', ({ layerTypes }) => layerTypes.some(({ window }) => window !== undefined)],
  [
    'scaled attention',
    ({ attention, headSize }) => differs((attention.scale ?? headSize ** -0.5) * headSize ** 0.5),
  ],
  ['capped attention', ({ attention }) => attention.cap !== undefined],
  ['scaled residual', ({ scales }) => differs(scales?.residual)],
  ['GELU', ({ feedForward }) => feedForward.activation.startsWith('gelu')],
  ['ReLU', ({ feedForward }) => feedForward.activation === 'relu'],
  ['no gate', ({ feedForward }) => feedForward.gated === false],
  ['scaled logits', ({ scales }) => differs(scales?.logits)],
  ['capped logits', ({ logitCap }) => logitCap !== undefined],
]

const hasRope = ({ rope }: ModelConfig['layerTypes'][number]) => rope !== undefined
const differs = (scale: number | undefined) => scale !== undefined && Math.abs(scale - 1) > 1e-6

/** The table of families in docs/models.md, from the architectures and the goldens that compare them with transformers. */
export function familyTable(): string {
  const configs = casesOf<ConfigCase>('families')
  const ggufs = casesOf<GgufCase>('family-ggufs').filter(({ refused }) => refused === undefined)
  const rows = architectures.map((architecture) => {
    const own = configs.filter(({ family }) => architecture.modelTypes.includes(family))
    const files = ggufs.filter(({ family }) => architecture.modelTypes.includes(family))
    if (own.length === 0 || files.length === 0) throw new Error(`no golden of ${architecture.name}`)
    const names = files.map(({ metadata }) => metadata.find(([key]) => key === 'general.architecture')?.[2])
    return [
      modelsOf(architecture),
      codes(architecture.modelTypes),
      codes([...new Set([...names.map(String), ...architecture.ggufArchitectures])]),
      takenBy(own.map(({ config }) => architecture.parseConfig(config))),
      `${own.length} + ${files.length}`,
    ]
  })
  return table(
    ['models', '`model_type`', 'in GGUF', 'otherwise than Llama', 'cases: config.json + GGUF'],
    rows,
  )
}

const codes = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

/** The ideas that all models of a family use, followed by those that some use. */
function takenBy(configs: readonly ModelConfig[]): string {
  const counted = ideas.map(([words, has]) => [words, configs.filter(has).length] as const)
  const wordsOf = (fits: (count: number) => boolean) =>
    counted.flatMap(([words, count]) => (count > 0 && fits(count) ? [words] : [])).join(', ')
  const [all, some] = [
    wordsOf((count) => count === configs.length),
    wordsOf((count) => count < configs.length),
  ]
  return [all, some && `*some:* ${some}`].filter(Boolean).join('; ')
}

/** The description in the comment of the family's file, up to the colon. */
function modelsOf({ name }: Architecture): string {
  for (const file of readdirSync(folder)) {
    const source = readFileSync(folder + file, 'utf8')
    const [, comment] =
      new RegExp(
        `/\\*\\*((?:(?!\\*/)[^])*)\\*/\\nexport const \\w+ = decoder\\(\\{\\n  name: '${name}'`,
      ).exec(source) ?? []
    const [models] = comment?.replace(/\n \*/g, '').trim().split(': ') ?? []
    if (models) return `[${models}](../packages/core/src/model/decoder/architectures/${file})`
  }
  throw new Error(`no file of ${folder} says what ${name} is`)
}

const [begin, end] = ['<!-- families: npm run docs:families -->', '<!-- /families -->']

/** Replaces the table of families in a page. */
export function withFamilyTable(page: string): string {
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`the page has no place for the table: ${begin} … ${end}`)
  return `${page.slice(0, from + begin.length)}\n\n${familyTable()}\n\n${page.slice(to)}`
}
