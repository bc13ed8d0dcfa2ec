import type { Backend, HostTensor, NamedTensors } from '../backend/backend.ts'
import { gated } from '../model/decoder/layers/activation.ts'
import { rmsNorm } from '../model/decoder/layers/norm.ts'
import { rotate } from '../model/decoder/rotary.ts'
import { createRandom } from '../random.ts'
import * as tf from '../tf.ts'
import { expectClose } from './expect-close.ts'
import { pick } from './operation-programs.ts'

type Step = (x: tf.Tensor, inputs: NamedTensors) => tf.Tensor

const [rows, heads, size] = [5, 3, 8]
const width = heads * size
const epsilon = 1e-5

const byHeads = (x: tf.Tensor) => tf.reshape(x, [rows, heads, size])
const swapped = (x: tf.Tensor) =>
  tf.concat([tf.slice(x, [0, 0, size / 2]), tf.slice(x, [0, 0, 0], [-1, -1, size / 2])], 2)
const table = (inputs: NamedTensors, name: string) => tf.expandDims(pick(inputs, name), 1)

/** Each step in core's form, which a backend may fuse, and in plain operations. */
const steps: Readonly<Record<string, readonly [own: Step, plain: Step]>> = {
  normalized: [
    (x, inputs) => rmsNorm(x, pick(inputs, 'w'), epsilon),
    (x, inputs) =>
      tf.mul(tf.div(x, tf.sqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon))), pick(inputs, 'w')),
  ],
  gated: [
    (x, inputs) => gated('silu', x, pick(inputs, 'up')),
    (x, inputs) => tf.mul(tf.div(x, tf.add(1, tf.exp(tf.neg(x)))), pick(inputs, 'up')),
  ],
  rotated: [
    (x, inputs) => tf.reshape(rotate(byHeads(x), pick(inputs, 'cos'), pick(inputs, 'sin')), [rows, width]),
    (x, inputs) => {
      const turned = tf.add(
        tf.mul(byHeads(x), table(inputs, 'cos')),
        tf.mul(swapped(byHeads(x)), table(inputs, 'sin')),
      )
      return tf.reshape(turned, [rows, width])
    },
  ],
}

/** Throws unless a decoder's steps, and their gradients, equal those of the plain operations. */
export async function decoderSteps(backend: Backend, tolerance: number): Promise<void> {
  const feeds = {
    x: random(1, rows, width),
    up: random(2, rows, width),
    dy: random(3, rows, width),
    ...angles(),
  }
  const compiled = await backend.compile(
    (inputs, { w }) => {
      const all = { ...inputs, w } as NamedTensors
      const outputs = Object.entries(steps).flatMap(([name, [own, plain]]) => [
        ...valueAndGradient(`own.${name}`, own, all),
        ...valueAndGradient(`plain.${name}`, plain, all),
      ])
      return Object.fromEntries(outputs)
    },
    {
      inputs: Object.fromEntries(
        Object.entries(feeds).map(([name, { shape }]) => [name, { shape, dtype: 'float32' as const }]),
      ),
      weights: { w: random(4, width) },
    },
  )
  const found = Object.entries(await compiled.run(feeds))
  const half = (kind: string) =>
    Object.fromEntries(
      found.flatMap(([name, tensor]) => (name.startsWith(kind) ? [[name.slice(kind.length), tensor]] : [])),
    )
  expectClose(half('own.'), half('plain.'), tolerance)
}

function valueAndGradient(name: string, step: Step, inputs: NamedTensors): [string, tf.Tensor][] {
  const x = pick(inputs, 'x')
  const at = (from: tf.Tensor) => step(from, inputs)
  return [
    [name, at(x)],
    [`${name}.gradient`, tf.grad(at)(x, pick(inputs, 'dy'))],
  ]
}

function random(seed: number, ...shape: number[]): HostTensor {
  const { uniform } = createRandom(seed)
  return {
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => 3 * uniform() - 1),
  }
}

/** Tables as from `rotaryTables`: both halves of the cosine equal, those of the sine opposite. */
function angles(): { readonly cos: HostTensor; readonly sin: HostTensor } {
  const of = (value: (angle: number, first: boolean) => number): HostTensor => ({
    shape: [rows, size],
    data: Float32Array.from({ length: rows * size }, (_, i) => {
      const [row, column] = [Math.floor(i / size), i % size]
      return value((row + 1) / ((column % (size / 2)) + 1), column < size / 2)
    }),
  })
  return {
    cos: of((angle) => Math.cos(angle)),
    sin: of((angle, first) => (first ? -1 : 1) * Math.sin(angle)),
  }
}
