import type { NamedHostTensors, Signature } from '@policypatch/core/platform'

/** The shape of a Llama-like decoder and of a batch. The prefix has `prefixLength` rows. */
export interface StepShape {
  readonly layers: number
  readonly width: number
  readonly heads: number
  readonly keyValueHeads: number
  readonly hidden: number
  readonly vocabulary: number
  readonly batch: number
  /** Tokens per row, including the response at the end. */
  readonly length: number
  readonly prefixLength: number
  readonly responseLength: number
}

export const smolLm135: StepShape = {
  layers: 30,
  width: 576,
  heads: 9,
  keyValueHeads: 3,
  hidden: 1536,
  vocabulary: 49152,
  batch: 8,
  length: 64,
  prefixLength: 50,
  responseLength: 32,
}

/** How a linear layer's matrix is stored: rows are inputs, or outputs as in PyTorch. */
export type WeightLayout = 'in-out' | 'out-in'

export function stepSignature(shape: StepShape, layout: WeightLayout): Signature {
  const { layers, width, heads, keyValueHeads, hidden, vocabulary } = shape
  const keyValueWidth = (width / heads) * keyValueHeads
  const shapes: Record<string, number[]> = { embeddings: [vocabulary, width], finalNorm: [width] }
  const matrix = (from: number, to: number) => (layout === 'in-out' ? [from, to] : [to, from])
  for (let layer = 0; layer < layers; layer++) {
    Object.assign(shapes, {
      [`${layer}.attentionNorm`]: [width],
      [`${layer}.query`]: matrix(width, width),
      [`${layer}.key`]: matrix(width, keyValueWidth),
      [`${layer}.value`]: matrix(width, keyValueWidth),
      [`${layer}.output`]: matrix(width, width),
      [`${layer}.mlpNorm`]: [width],
      [`${layer}.gate`]: matrix(width, hidden),
      [`${layer}.up`]: matrix(width, hidden),
      [`${layer}.down`]: matrix(hidden, width),
    })
  }
  const random = numbers(1)
  const weights = Object.entries(shapes).map(([name, dimensions]) => {
    const data = Float32Array.from({ length: sizeOf(dimensions) }, () =>
      dimensions.length === 1 ? 1 : 0.08 * (random() - 0.5),
    )
    return [name, { shape: dimensions, data }] as const
  })
  return {
    inputs: {
      prefix: { shape: [shape.prefixLength, width], dtype: 'float32' },
      ids: { shape: [shape.batch, shape.length], dtype: 'int32' },
      labels: { shape: [shape.batch, shape.responseLength], dtype: 'int32' },
    },
    weights: Object.fromEntries(weights),
  }
}

export function stepFeeds({ inputs }: Signature, { vocabulary }: StepShape): NamedHostTensors {
  const random = numbers(2)
  const entries = Object.entries(inputs).map(([name, { shape, dtype }]) => {
    const length = sizeOf(shape)
    const data =
      dtype === 'int32'
        ? Int32Array.from({ length }, () => Math.floor(random() * vocabulary))
        : Float32Array.from({ length }, () => random() - 0.5)
    return [name, { shape, data }] as const
  })
  return Object.fromEntries(entries)
}

/** FLOPs of one step, with a multiply-add as two: 4 per weight and token (forward and dX). */
export function stepFlops(shape: StepShape): number {
  const {
    layers,
    width,
    heads,
    keyValueHeads,
    hidden,
    vocabulary,
    batch,
    length,
    prefixLength,
    responseLength,
  } = shape
  const perLayer = 2 * width * width * (1 + keyValueHeads / heads) + 3 * width * hidden
  return (
    4 * layers * perLayer * (batch * length + prefixLength) + 4 * vocabulary * width * batch * responseLength
  )
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

/** A small linear congruential generator, since the numbers only have to be reproducible. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
