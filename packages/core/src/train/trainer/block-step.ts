import type { HostTensor, NamedHostTensors, NamedWeights, TensorProgram } from '../../backend/backend.ts'
import { decodeLayer, ownRows, streamOf } from '../../model/decoder/decoder.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { type ProgramCache, signatureOf } from '../../model/language-model/program-cache.ts'
import {
  logitsAt,
  type ModelShape,
  responseEmbedding,
  responseInputs,
  responsePlaces,
} from '../../model/score/response-logits.ts'
import type { LayoutShape } from '../../model/score/row-layout.ts'
import * as tf from '../../tf.ts'
import type { Objective } from './objective.ts'
import { objectiveOf, withGradient } from './step-program.ts'

export interface BlockStep {
  readonly model: LanguageModel
  readonly objective: Objective
  readonly shape: LayoutShape
  readonly feeds: NamedHostTensors
  readonly programs: ProgramCache
  /** Tells apart the programs of other shapes. */
  readonly key: string
  /** For each layer the first of its kind, whose programs serve it. */
  readonly firsts: readonly number[]
  /** The weights of one layer, named as in the first of its kind; to be used before those of another are asked for. */
  readonly weightsOf: (layer: number) => NamedWeights
}

/**
 * The same outputs as the program of `stepProgram`, layer by layer: one program for a layer's forward pass and one for
 * its gradient serve all layers of a kind, with the weights of each fed in. Nothing is kept between the passes but what went into
 * each layer; the gradient works the layer out again (Chen et al. 2016), a third more arithmetic for a fraction of the
 * memory.
 */
export async function blockStep(step: BlockStep): Promise<NamedHostTensors> {
  const { model, feeds } = step
  const compiled = blockPrograms(step)
  const places = pick(feeds, ['cos', 'sin', 'bias', 'sharedCos', 'sharedSin', 'sharedBias', 'sharedSeen'])
  const { layers } = model.config

  const embedded = await compiled.embed(pick(feeds, ['prefix', 'headIds', 'ids']))
  const entering: HostTensor[] = [embedded.x as HostTensor]
  for (let layer = 0; layer < layers; layer++) {
    const { x } = await compiled.forward(layer, { ...places, x: entering[layer] as HostTensor })
    entering.push(x as HostTensor)
  }
  const { gradient, ...outputs } = await compiled.objective({
    ...without(feeds, [...Object.keys(places), 'prefix', 'headIds', 'ids']),
    x: entering.pop() as HostTensor,
  })
  let dx = gradient as HostTensor
  for (let layer = layers - 1; layer >= 0; layer--) {
    const x = entering.pop() as HostTensor
    dx = (await compiled.backward(layer, { ...places, x, dy: dx })).dx as HostTensor
  }
  const { shape, data } = feeds.prefix as HostTensor
  return { ...outputs, gradient: { shape, data: (dx.data as Float32Array).slice(0, data.length) } }
}

type Run = (feeds: NamedHostTensors) => Promise<NamedHostTensors>
type RunLayer = (layer: number, feeds: NamedHostTensors) => Promise<NamedHostTensors>

/** The programs of a step, each compiled when it is first run. */
function blockPrograms({ model, objective, shape, programs, key, firsts, weightsOf }: BlockStep): {
  readonly embed: Run
  readonly forward: RunLayer
  readonly objective: Run
  readonly backward: RunLayer
} {
  const compiledOf = (name: string, program: TensorProgram, weights: NamedWeights, feeds: NamedHostTensors) =>
    programs.get(`${name} ${key}`, () => ({
      program,
      signature: signatureOf(feeds, { weights, precision: model.precision }),
    }))
  const whole =
    (name: string, program: TensorProgram): Run =>
    async (feeds) =>
      (await compiledOf(name, program, model.weights, feeds)).run(feeds)
  const ofLayer =
    (name: string, programOf: typeof forwardProgram): RunLayer =>
    async (layer, feeds) => {
      const first = firsts[layer] as number
      const weights = weightsOf(layer)
      const program = programOf(model, shape, first)
      const compiled = await compiledOf(`${name} as layer ${first}`, program, weights, feeds)
      return compiled.run(feeds, weights)
    }
  return {
    embed: whole('embed', embedProgram(model, shape)),
    forward: ofLayer('forward', forwardProgram),
    objective: whole('objective', objectiveProgram(model, objective, shape)),
    backward: ofLayer('backward', backwardProgram),
  }
}

const embedProgram =
  (model: ModelShape, shape: LayoutShape): TensorProgram =>
  (inputs, weights) => ({
    x: responseEmbedding(model, weights, responseInputs(inputs, shape), inputs.prefix),
  })

/** One layer as a function of the residual stream [rows, d]. */
function layerOf(
  { architecture, config }: ModelShape,
  shape: LayoutShape,
  layer: number,
  inputs: Parameters<TensorProgram>[0],
  weights: Parameters<TensorProgram>[1],
): (x: tf.Tensor) => tf.Tensor {
  const places = responsePlaces(responseInputs(inputs, shape))
  return (x) => {
    const stream = streamOf({ config, ...places })
    return decodeLayer({ architecture, config, weights, ...places }, stream, layer, x).x
  }
}

const forwardProgram =
  (model: ModelShape, shape: LayoutShape, layer: number): TensorProgram =>
  (inputs, weights) => ({ x: layerOf(model, shape, layer, inputs, weights)(inputs.x as tf.Tensor) })

const backwardProgram =
  (model: ModelShape, shape: LayoutShape, layer: number): TensorProgram =>
  (inputs, weights) => ({
    dx: tf.grad(layerOf(model, shape, layer, inputs, weights))(inputs.x as tf.Tensor, inputs.dy as tf.Tensor),
  })

const objectiveProgram =
  (model: ModelShape, objective: Objective, shape: LayoutShape): TensorProgram =>
  (inputs, weights) =>
    withGradient(inputs.x as tf.Tensor, (x) =>
      objectiveOf(
        objective,
        inputs,
        logitsAt(model, weights, ownRows(x, shape), responseInputs(inputs, shape).rows),
      ),
    )

function pick(feeds: NamedHostTensors, names: readonly string[]): NamedHostTensors {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => names.includes(name)))
}

function without(feeds: NamedHostTensors, names: readonly string[]): NamedHostTensors {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => !names.includes(name)))
}
