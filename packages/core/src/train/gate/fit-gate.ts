import type { Backend, NamedTensors } from '../../backend/backend.ts'
import { throwIfAborted } from '../../errors.ts'
import { LEAK, standardized } from '../../model/gate/gate.ts'
import type { Gate } from '../../model/language-model/prefix.ts'
import { createRandom, type Random } from '../../random.ts'
import * as tf from '../../tf.ts'
import { initAdamW, updateAdamW } from '../trainer/adamw.ts'

/** A reading of a prompt with its label. */
export interface GateRow {
  /** [2dn] */
  readonly reading: Float32Array
  /** 1 if the prefix should take effect, else 0. */
  readonly label: 0 | 1
}

export interface FitGateOptions {
  readonly backend: Backend
  /** k: number of units. */
  readonly units: number
  readonly steps: number
  readonly batchSize: number
  readonly learningRate: number
  /** Weight of ½ ‖W‖² in the loss, excluding biases. */
  readonly decay: number
  readonly seed: number
  readonly signal?: AbortSignal | undefined
}

/** The learned part of a gate. */
export type FittedGate = Omit<Gate, 'layers' | 'window' | 'question'>

/** Fits gates of one size with one compiled program. */
export interface GateFitter {
  fit(rows: readonly GateRow[]): Promise<FittedGate>
  dispose(): Promise<void>
}

/**
 * Logistic regression on leaky rectified units: the mean of log(1 + exp(−z)) over rows, with z the logit of the row's label, plus
 * decay · ½ ‖W‖², by Adam over shuffled batches. Inputs are standardized by the rows used for fitting.
 */
export async function gateFitter(width: number, options: FitGateOptions): Promise<GateFitter> {
  const { backend, units, batchSize } = options
  const sizes = [units * width, units, units, 1]
  const compiled = await backend.compile((inputs) => gateStep(inputs, options.decay, units, width), {
    inputs: {
      theta: { shape: [sizes.reduce((sum, size) => sum + size)], dtype: 'float32' },
      x: { shape: [batchSize, width], dtype: 'float32' },
      labels: { shape: [batchSize], dtype: 'float32' },
      share: { shape: [batchSize], dtype: 'float32' },
    },
    weights: {},
  })
  return {
    async fit(rows) {
      const random = createRandom(options.seed)
      const scaling = scalingOf(rows)
      const inputs = rows.map(({ reading }) => standardized(scaling, reading))
      let parameters = initial(width, units, random)
      let state = initAdamW(parameters.length)
      let waiting: number[] = []
      for (let step = 0; step < options.steps; step++) {
        throwIfAborted(options.signal, 'training the gate')
        if (waiting.length === 0) waiting = random.shuffle([...rows.keys()])
        const chosen = waiting.splice(0, batchSize)
        const feeds = feedsOf(chosen, rows, inputs, { theta: parameters, width, batchSize })
        const { gradient } = await compiled.run(feeds, undefined, ['gradient'])
        const updated = updateAdamW(parameters, gradient?.data as Float32Array, state, options.learningRate)
        parameters = updated.parameters
        state = updated.state
      }
      const [hidden, hiddenBias, output, bias] = cut(parameters, sizes) as Four
      return { ...scaling, hidden, hiddenBias, output, bias: bias[0] as number }
    },
    dispose: () => compiled.dispose(),
  }
}

/**
 * A gate over several layers: fits one per layer and adds their logits. Errors of single layers average out, so that the sum
 * separates unseen prompts better than a single fit to all layers.
 *
 * @param width 2d: the width of one layer's reading
 */
export async function fitLayers(
  fitter: GateFitter,
  rows: readonly GateRow[],
  layers: number,
  width: number,
): Promise<FittedGate> {
  const fits: FittedGate[] = []
  for (let at = 0; at < layers; at++) {
    const own = ({ reading }: GateRow) => reading.subarray(at * width, (at + 1) * width)
    fits.push(await fitter.fit(rows.map((row) => ({ ...row, reading: own(row) }))))
  }
  const joined = (of: (fit: FittedGate) => Float32Array) =>
    Float32Array.from(fits.flatMap((fit) => [...of(fit)]))
  const units = fits.flatMap(({ output }) => [...output]).length
  const hidden = new Float32Array(units * width * layers)
  let unit = 0
  for (const [at, fit] of fits.entries()) {
    for (let own = 0; own < fit.output.length; own++, unit++) {
      hidden.set(fit.hidden.subarray(own * width, (own + 1) * width), (unit * layers + at) * width)
    }
  }
  return {
    mean: joined(({ mean }) => mean),
    scale: joined(({ scale }) => scale),
    hidden,
    hiddenBias: joined(({ hiddenBias }) => hiddenBias),
    output: joined(({ output }) => output),
    bias: fits.reduce((sum, { bias }) => sum + bias, 0),
  }
}

/** The loss and its gradient with respect to all parameters, which form one vector. */
function gateStep(inputs: NamedTensors, decay: number, units: number, width: number): NamedTensors {
  const { x, labels, share } = inputs as Record<'x' | 'labels' | 'share', tf.Tensor2D>
  const lossAt = (theta: tf.Tensor): tf.Scalar => {
    const slice = (from: number, size: number) => tf.slice(theta as tf.Tensor1D, [from], [size])
    const matrix = tf.reshape(slice(0, units * width), [units, width]) as tf.Tensor2D
    const hiddenBias = slice(units * width, units)
    const output = slice(units * width + units, units)
    const bias = slice(units * width + 2 * units, 1)
    const sums = tf.add(tf.matMul(x, matrix, false, true), hiddenBias)
    const hidden = tf.maximum(sums, tf.mul(sums, LEAK))
    const logits = tf.add(
      tf.squeeze(tf.matMul(hidden as tf.Tensor2D, tf.expandDims(output, 1) as tf.Tensor2D), [1]),
      bias,
    )
    // z for label 1, −z for label 0.
    const towards = tf.mul(logits, tf.sub(tf.mul(labels, 2), 1))
    const losses = tf.softplus(tf.neg(towards))
    const size = tf.add(tf.sum(tf.square(matrix)), tf.sum(tf.square(output)))
    return tf.add(tf.sum(tf.mul(losses, share)), tf.mul(size, decay / 2)) as tf.Scalar
  }
  const { value, grad } = tf.valueAndGrad(lossAt as (x: tf.Tensor) => tf.Scalar)(inputs.theta as tf.Tensor)
  return { loss: value, gradient: grad }
}

interface BatchPlace {
  readonly theta: Float32Array
  readonly width: number
  readonly batchSize: number
}

function feedsOf(
  chosen: readonly number[],
  rows: readonly GateRow[],
  inputs: readonly Float32Array[],
  { theta, width, batchSize }: BatchPlace,
) {
  const x = new Float32Array(batchSize * width)
  const labels = new Float32Array(batchSize)
  const share = new Float32Array(batchSize)
  for (const [i, index] of chosen.entries()) {
    x.set(inputs[index] as Float32Array, i * width)
    labels[i] = rows[index]?.label ?? 0
    share[i] = 1 / chosen.length
  }
  return {
    theta: { shape: [theta.length], data: theta },
    x: { shape: [batchSize, width], data: x },
    labels: { shape: [batchSize], data: labels },
    share: { shape: [batchSize], data: share },
  }
}

/** Glorot's uniform initialization; biases are 0, and output signs alternate, so that neither side lacks units. */
function initial(width: number, units: number, random: Random): Float32Array {
  const parameters = new Float32Array(units * width + 2 * units + 1)
  const draw = (from: number, size: number, bound: number) => {
    for (let i = from; i < from + size; i++) parameters[i] = bound * (2 * random.uniform() - 1)
  }
  draw(0, units * width, Math.sqrt(6 / (width + units)))
  const outputs = units * width + units
  draw(outputs, units, Math.sqrt(6 / (units + 1)))
  for (let unit = 0; unit < units; unit++) {
    const size = Math.abs(parameters[outputs + unit] as number)
    parameters[outputs + unit] = unit % 2 === 0 ? size : -size
  }
  return parameters
}

function scalingOf(rows: readonly GateRow[]): Pick<Gate, 'mean' | 'scale'> {
  const width = rows[0]?.reading.length ?? 0
  const sums = new Float64Array(width)
  const squares = new Float64Array(width)
  for (const { reading } of rows) {
    for (let i = 0; i < width; i++) {
      const value = reading[i] as number
      sums[i] = (sums[i] as number) + value
      squares[i] = (squares[i] as number) + value * value
    }
  }
  const mean = Float32Array.from(sums, (sum) => sum / rows.length)
  const scale = Float32Array.from(squares, (square, i) => {
    const variance = square / rows.length - ((sums[i] as number) / rows.length) ** 2
    return 1 / (Math.sqrt(Math.max(0, variance)) + 1e-6)
  })
  return { mean, scale }
}

type Four = [Float32Array, Float32Array, Float32Array, Float32Array]

function cut(values: Float32Array, sizes: readonly number[]): Float32Array[] {
  let at = 0
  return sizes.map((size) => {
    at += size
    return values.slice(at - size, at)
  })
}
