import type { HostTensor, NamedHostTensors, NamedWeights, TensorProgram } from '../backend.ts'
import { decodeLayer, ownRows, streamOf } from '../model/decoder.ts'
import type { LanguageModel } from '../model/language-model.ts'
import type { ProgramCache } from '../model/program-cache.ts'
import {
  logitsAt,
  type ModelShape,
  responseEmbedding,
  responseInputs,
  responsePlaces,
} from '../model/response-logits.ts'
import type { LayoutShape } from '../model/row-layout.ts'
import { signatureOf } from '../model/signature-of.ts'
import * as tf from '../tf.ts'
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
  /** The weights of one layer, to be used before those of another are asked for. */
  readonly weightsOf: (layer: number) => NamedWeights
}

/**
 * The same outputs as the program of `stepProgram`, layer by layer: one program for a layer's forward pass and one for
 * its gradient serve all layers, with the weights of each fed in. Nothing is kept between the passes but what went into
 * each layer; the gradient works the layer out again (Chen et al. 2016), a third more arithmetic for a fraction of the
 * memory.
 */
export async function blockStep(step: BlockStep): Promise<NamedHostTensors> {
  const { model, feeds, weightsOf } = step
  const compiled = blockPrograms(step)
  const places = pick(feeds, ['cos', 'sin', 'bias', 'sharedCos', 'sharedSin'])
  const { layers } = model.config

  const embedded = await compiled.embed(pick(feeds, ['prefix', 'headIds', 'ids']))
  const entering: HostTensor[] = [embedded.x as HostTensor]
  for (let layer = 0; layer < layers; layer++) {
    const { x } = await compiled.forward({ ...places, x: entering[layer] as HostTensor }, weightsOf(layer))
    entering.push(x as HostTensor)
  }
  const { gradient, ...outputs } = await compiled.objective({
    ...without(feeds, [...Object.keys(places), 'prefix', 'headIds', 'ids']),
    x: entering.pop() as HostTensor,
  })
  let dx = gradient as HostTensor
  for (let layer = layers - 1; layer >= 0; layer--) {
    const x = entering.pop() as HostTensor
    dx = (await compiled.backward({ ...places, x, dy: dx }, weightsOf(layer))).dx as HostTensor
  }
  const { shape, data } = feeds.prefix as HostTensor
  return { ...outputs, gradient: { shape, data: (dx.data as Float32Array).slice(0, data.length) } }
}

type Run = (feeds: NamedHostTensors, weights?: NamedWeights) => Promise<NamedHostTensors>

/** The four programs of a step, each compiled when it is first run. */
function blockPrograms({ model, objective, shape, programs, key, weightsOf }: BlockStep): {
  readonly embed: Run
  readonly forward: Run
  readonly objective: Run
  readonly backward: Run
} {
  const runOf = (name: string, program: TensorProgram, weights: NamedWeights): Run => {
    const { precision } = model
    return async (feeds, own) => {
      const build = () => ({ program, signature: signatureOf(feeds, { weights, precision }) })
      const compiled = await programs.get(`${name} ${key}`, build)
      return compiled.run(feeds, own)
    }
  }
  const first = weightsOf(0)
  return {
    embed: runOf('embed', embedProgram(model, shape), model.weights),
    forward: runOf('forward', forwardProgram(model, shape), first),
    objective: runOf('objective', objectiveProgram(model, objective, shape), model.weights),
    backward: runOf('backward', backwardProgram(model, shape), first),
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
  inputs: Parameters<TensorProgram>[0],
  weights: Parameters<TensorProgram>[1],
): (x: tf.Tensor) => tf.Tensor {
  const places = responsePlaces(responseInputs(inputs, shape))
  return (x) => {
    const stream = streamOf({ config, ...places })
    return decodeLayer({ architecture, config, weights, ...places }, stream, 0, x).x
  }
}

const forwardProgram =
  (model: ModelShape, shape: LayoutShape): TensorProgram =>
  (inputs, weights) => ({ x: layerOf(model, shape, inputs, weights)(inputs.x as tf.Tensor) })

const backwardProgram =
  (model: ModelShape, shape: LayoutShape): TensorProgram =>
  (inputs, weights) => ({
    dx: tf.grad(layerOf(model, shape, inputs, weights))(inputs.x as tf.Tensor, inputs.dy as tf.Tensor),
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
