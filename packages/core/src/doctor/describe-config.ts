import type { LayerType, ModelConfig, Rope } from '../model/decoder/config/model-config.ts'

/** A model's choices where families of decoders differ: a description in words for each heading. */
export type ModelUses = Readonly<Record<string, string>>

/** Describes these choices for a model. */
export function describeConfig(config: ModelConfig): ModelUses {
  return {
    attention: attentionOf(config),
    sight: sightOf(config),
    positions: positionsOf(config),
    norms: normsOf(config),
    'feed-forward': feedForwardOf(config),
    ...optional('biases', biasesOf(config)),
    ...optional('soft caps', capsOf(config)),
    ...optional('scales', scalesOf(config)),
    embeddings: config.tiedEmbeddings ? 'tied: they are the output projection too' : 'not tied',
  }
}

const optional = (name: string, parts: readonly string[]): ModelUses =>
  parts.length > 0 ? { [name]: parts.join(', ') } : {}

/** A number for display: at most four significant digits. */
const short = (value: number) =>
  Number(value.toPrecision(4)).toLocaleString('en', { maximumSignificantDigits: 4 })

function attentionOf({ heads, keyValueHeads, headSize, attention }: ModelConfig): string {
  const groups =
    keyValueHeads === heads
      ? ''
      : `, ${keyValueHeads} of keys and values (${heads / keyValueHeads} queries each)`
  const fused = attention.fused ? ', one matrix for queries, keys and values' : ''
  return `${heads} heads of ${headSize}${groups}${fused}`
}

function sightOf({ layerTypes, layers }: ModelConfig): string {
  const windows = layerTypes.flatMap(({ window }) => window ?? [])
  if (windows.length === 0) return 'every layer sees all tokens'
  const sizes = [...new Set(windows)].join(' or ')
  const rest = layers - windows.length
  return `a window of ${sizes} tokens in ${windows.length} of ${layers} layers${rest > 0 ? `, all tokens in ${rest}` : ''}`
}

function positionsOf({ ropes, layerTypes, learnedPositions, headSize, layers }: ModelConfig): string {
  const used = ropes
    .map((rope, index) => ({ rope, count: layerTypes.filter((type) => type.rope === index).length }))
    .filter(({ count }) => count > 0)
  const without = layerTypes.filter((type: LayerType) => type.rope === undefined).length
  const parts = used.map(({ rope, count }) => {
    const where = count < layers ? ` in ${count} of ${layers} layers` : ''
    return `RoPE, ${describeRope(rope, headSize)}${where}`
  })
  if (learnedPositions) parts.push('learned')
  else if (without > 0) parts.push(`none in ${without} of ${layers} layers`)
  return parts.join('; ')
}

function describeRope({ theta, size, interleaved, factors, magnitude }: Rope, headSize: number): string {
  return [
    `θ ${short(theta)}`,
    ...(size < headSize ? [`on ${size} of a head's ${headSize} numbers`] : []),
    ...(interleaved ? ['in pairs side by side'] : []),
    ...scalingOf(factors),
    ...(magnitude !== undefined && magnitude !== 1 ? [`magnitude ${short(magnitude)}`] : []),
  ].join(', ')
}

function scalingOf(factors: readonly number[] | undefined): readonly string[] {
  if (!factors || factors.every((factor) => factor === 1)) return []
  const [least, most] = [Math.min(...factors), Math.max(...factors)]
  return [`scaled by ${least === most ? short(least) : `${short(least)} to ${short(most)}`}`]
}

const places: Readonly<Record<ModelConfig['residual'], string>> = {
  before: 'before each part',
  after: 'after each part',
  around: 'before and after each part',
  parallel: 'two before attention and feed-forward, which are in parallel',
  'parallel of one norm': 'one before attention and feed-forward, which are in parallel',
}

function normsOf({ norm, residual, attention }: ModelConfig): string {
  const { kind, epsilon, plusOne, bias } = norm
  const own = [kind === 'rms' ? 'RMSNorm' : 'LayerNorm', ...(plusOne ? ['of weight + 1'] : [])].join(' ')
  const heads = { head: 'each head', heads: 'each head by weights of its own', all: 'all heads as one' }
  return [
    `${own}${bias ? ' with bias' : ''}, ${places[residual]}`,
    ...(attention.queryKeyNorm ? [`queries and keys too (${heads[attention.queryKeyNorm]})`] : []),
    `ε ${short(epsilon)}`,
  ].join('; ')
}

function feedForwardOf({ feedForward, intermediateSize }: ModelConfig): string {
  const { activation, gated } = feedForward
  const form = gated === 'fused' ? ', gated, one matrix for both' : gated ? ', gated' : ''
  return `${intermediateSize} wide, ${activation}${form}`
}

const biasesOf = ({ attention, feedForward }: ModelConfig): string[] => [
  ...(attention.bias ? ['queries, keys, values'] : []),
  ...(attention.outputBias ? ["attention's output"] : []),
  ...(feedForward.bias ? ['feed-forward'] : []),
]

const capsOf = ({ attention, logitCap }: ModelConfig): string[] => [
  ...(attention.cap === undefined ? [] : [`attention ${short(attention.cap)}`]),
  ...(logitCap === undefined ? [] : [`logits ${short(logitCap)}`]),
]

function scalesOf({ attention, headSize, scales = {} }: ModelConfig): string[] {
  const { scale } = attention
  const usual = scale === undefined || Math.abs(scale * Math.sqrt(headSize) - 1) < 1e-6
  const named = Object.entries({
    attention: usual ? undefined : scale,
    embeddings: scales.embedding,
    'all that enters': scales.stream,
    'what parts add': scales.residual,
    logits: scales.logits,
  })
  return named.flatMap(([name, value]) =>
    value === undefined || value === 1 ? [] : [`${name} × ${short(value)}`],
  )
}
