import type { HostTensor, NamedHostTensors, NamedTensors, NamedWeights } from '../../backend/backend.ts'
import { embedded, forwardLayer, ownRows } from '../../model/decoder/forward.ts'
import { type PlaceFeeds, withoutPlaces } from '../../model/decoder/places.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { type InputsOf, type ProgramCache, programFor } from '../../model/language-model/program-cache.ts'
import { logitsAt } from '../../model/score/response-logits.ts'
import type { LayoutShape } from '../../model/score/row-layout.ts'
import * as tf from '../../tf.ts'
import type { Objective } from './objective.ts'
import type { StepFeeds } from './step-feeds.ts'
import { objectiveOf, withGradient } from './training-program.ts'

export interface BlockStep {
  readonly model: LanguageModel
  readonly objective: Objective
  readonly shape: LayoutShape
  readonly feeds: StepFeeds
  readonly programs: ProgramCache
  /** Distinguishes programs of different shapes. */
  readonly key: string
  /** For each layer, the first of its kind, whose programs serve it. */
  readonly firsts: readonly number[]
  /** The weights of one layer, named as in the first of its kind; valid until another layer's are requested. */
  readonly weightsOf: (layer: number) => NamedWeights
}

/**
 * Computes the outputs of `trainingProgram` layer by layer: one program for a layer's forward pass and one for its gradient serve
 * all layers of a kind, fed with each layer's weights. Only the input of each layer is kept between the passes; the gradient
 * recomputes the layer (Chen et al. 2016), which takes a third more arithmetic for a fraction of the memory.
 */
export async function blockStep(step: BlockStep): Promise<NamedHostTensors> {
  const { model, feeds } = step
  const compiled = blockPrograms(step)
  const [places, { prefix, sharedIds, ids, ...rest }] = withoutPlaces(feeds)
  const { layers } = model.config

  const { positions, sharedPositions } = places
  const first: EmbedFeeds = {
    ...{ ids, ...(prefix && { prefix }), ...(sharedIds && { sharedIds }) },
    ...(positions && { positions }),
    ...(sharedPositions && { sharedPositions }),
  }
  const entering = [(await compiled.embed(first)).x as HostTensor]
  for (let layer = 0; layer < layers; layer++) {
    const { x } = await compiled.forward(layer, { ...places, x: entering[layer] as HostTensor })
    entering.push(x as HostTensor)
  }
  const { gradient, ...outputs } = await compiled.objective({
    ...rest,
    x: entering.pop() as HostTensor,
  })
  let dx = gradient as HostTensor
  for (let layer = layers - 1; layer >= 0; layer--) {
    const x = entering.pop() as HostTensor
    dx = (await compiled.backward(layer, { ...places, x, dy: dx })).dx as HostTensor
  }
  return { ...outputs, ...(await compiled.start({ ...first, dy: dx })) }
}

type EmbedFeeds = Pick<StepFeeds, 'ids' | 'prefix' | 'sharedIds' | 'positions' | 'sharedPositions'>
type LayerFeeds = PlaceFeeds & { readonly x: HostTensor }
type ObjectiveFeeds = Omit<StepFeeds, keyof EmbedFeeds | keyof PlaceFeeds> & { readonly x: HostTensor }

type Run<Feeds> = (feeds: Feeds) => Promise<NamedHostTensors>
type RunLayer<Feeds> = (layer: number, feeds: Feeds) => Promise<NamedHostTensors>
type Program<Feeds> = (inputs: InputsOf<Feeds>, weights: NamedTensors) => NamedTensors

/** The programs of a step, each compiled when first run. */
function blockPrograms({ model, objective, shape, programs, key, firsts, weightsOf }: BlockStep): {
  readonly embed: Run<EmbedFeeds>
  readonly forward: RunLayer<LayerFeeds>
  readonly objective: Run<ObjectiveFeeds>
  readonly backward: RunLayer<LayerFeeds & { readonly dy: HostTensor }>
  readonly start: Run<EmbedFeeds & { readonly dy: HostTensor }>
} {
  const { architecture, config, precision } = model
  const { batch, length } = shape
  const compiledOf = <Feeds extends NamedHostTensors>(
    name: string,
    feeds: Feeds,
    weights: NamedWeights,
    program: Program<Feeds>,
  ) => programs.get(`${name} ${key}`, () => programFor(feeds, { weights, precision }, program))
  const whole =
    <Feeds extends NamedHostTensors>(name: string, program: Program<Feeds>): Run<Feeds> =>
    async (feeds) =>
      (await compiledOf(name, feeds, model.weights, program)).run(feeds)
  const ofLayer =
    <Feeds extends NamedHostTensors>(
      name: string,
      programOf: (first: number) => Program<Feeds>,
    ): RunLayer<Feeds> =>
    async (layer, feeds) => {
      const first = firsts[layer] as number
      const weights = weightsOf(layer)
      const compiled = await compiledOf(`${name} as layer ${first}`, feeds, weights, programOf(first))
      return compiled.run(feeds, weights)
    }
  const layerOf = (layer: number, places: InputsOf<PlaceFeeds>, weights: NamedTensors) =>
    forwardLayer({ architecture, config, weights, batch, places }, layer)
  const enter = (inputs: InputsOf<EmbedFeeds>, weights: NamedTensors, prefix: tf.Tensor | undefined) =>
    embedded(model, weights, { tokens: inputs.ids, prefix, sharedIds: inputs.sharedIds }, inputs)
  return {
    embed: whole('embed', (inputs, weights) => ({ x: enter(inputs, weights, inputs.prefix) })),
    forward: ofLayer('forward', (first) => (inputs, weights) => ({
      x: layerOf(first, inputs, weights)(inputs.x),
    })),
    objective: whole('objective', (inputs, weights) =>
      withGradient(inputs.x, (x) =>
        objectiveOf(objective, inputs, logitsAt(model, weights, ownRows(x, batch * length), inputs.rows)),
      ),
    ),
    backward: ofLayer('backward', (first) => (inputs, weights) => ({
      dx: tf.grad(layerOf(first, inputs, weights))(inputs.x, inputs.dy),
    })),
    start: whole('start', (inputs, weights) => ({
      gradient: tf.grad((prefix) => enter(inputs, weights, prefix))(inputs.prefix as tf.Tensor, inputs.dy),
    })),
  }
}
