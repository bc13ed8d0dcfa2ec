import type { NamedTensors } from '../../backend/backend.ts'
import type { ModelShape } from '../../model/decoder/forward.ts'
import type { InputsOf } from '../../model/language-model/program-cache.ts'
import { type ResponseFeeds, responseLogits } from '../../model/score/response-logits.ts'
import type { LayoutShape } from '../../model/score/row-layout.ts'
import { labelLogps, type TokenLogits } from '../../model/score/token-logps.ts'
import * as tf from '../../tf.ts'
import { distillationLoss, dpoLoss, type Objective, sftLoss } from './objective.ts'
import type { StepFeeds } from './step-feeds.ts'

/** The feeds of `stepFeeds` as tensors within a program. */
export type StepInputs = InputsOf<StepFeeds>

/**
 * One training step as a tensor program: the loss and its gradient with respect to the prefix [m, d], and for
 * DPO the log-probability of each response, [pairs].
 */
export const trainingProgram =
  (model: ModelShape, objective: Objective, { batch }: LayoutShape) =>
  (inputs: StepInputs, weights: NamedTensors): NamedTensors =>
    withGradient(inputs.prefix as tf.Tensor, (prefix) =>
      objectiveOf(objective, inputs, responseLogits(model, weights, inputs, batch, prefix)),
    )

/** The inputs of an objective, which determines the ones that are present. */
type ObjectiveInputs = Omit<StepInputs, keyof ResponseFeeds> & Pick<StepInputs, 'labels'>

/** The result of an objective for given logits: the loss, a scalar, and metrics. */
export type ObjectiveValues = { readonly loss: tf.Tensor } & NamedTensors

/** The objective for the logits of a batch with inputs from `stepFeeds`. */
export function objectiveOf(
  objective: Objective,
  inputs: ObjectiveInputs,
  logits: TokenLogits,
): ObjectiveValues {
  const all = inputs as Required<ObjectiveInputs>
  return objectiveLoss(objective, logits, labelLogps(logits, all.labels), all)
}

/** The objective as a function of `x`, its gradient with respect to it, and metrics. */
export function withGradient(x: tf.Tensor, objectiveAt: (x: tf.Tensor) => ObjectiveValues): NamedTensors {
  let reported: NamedTensors = {}
  const lossOf = (at: tf.Tensor): tf.Scalar => {
    const { loss, ...rest } = objectiveAt(at)
    reported = rest
    for (const tensor of Object.values(rest)) tf.keep(tensor as tf.Tensor)
    return loss as tf.Scalar
  }
  const { value, grad } = tf.valueAndGrad(lossOf as (x: tf.Tensor) => tf.Scalar)(x)
  return { loss: value, gradient: grad, ...released(reported) }
}

/** Copies tensors that outlived the gradient's scope into the current scope. */
function released(kept: NamedTensors): NamedTensors {
  const copies: Record<string, tf.Tensor> = {}
  for (const [name, tensor] of Object.entries(kept)) {
    copies[name] = tensor.clone()
    tensor.dispose()
  }
  return copies
}

function objectiveLoss(
  objective: Objective,
  logits: TokenLogits,
  logps: tf.Tensor,
  inputs: Required<ObjectiveInputs>,
): ObjectiveValues {
  const { distillationWeight = 0 } = objective
  const terms: tf.Tensor[] = []
  const reported: Record<string, tf.Tensor> = {}
  const sft = sftLoss(logps, inputs.sftWeights)
  if (objective.type === 'sft') terms.push(sft)
  else {
    const chosen = sumsOf(inputs.chosenSum, logps)
    const rejected = sumsOf(inputs.rejectedSum, logps)
    const pairs = dpoLoss({ ...inputs, chosen, rejected }, objective)
    terms.push(tf.sum(tf.mul(pairs, inputs.pairWeights)))
    if (objective.sftWeight) terms.push(tf.mul(sft, objective.sftWeight))
    reported.chosen = chosen
    reported.rejected = rejected
  }
  if (distillationWeight > 0) {
    const divergence = distillationLoss(logits, { ids: inputs.teacherIds, logps: inputs.teacherLogps })
    const mean = tf.sum(tf.mul(divergence, inputs.teacherWeights))
    terms.push(tf.mul(mean, distillationWeight))
    reported.divergence = mean
  }
  return { ...reported, loss: terms.reduce((sum, term) => tf.add(sum, term)) }
}

/** [pairs, n] × [n] → [pairs]. */
const sumsOf = (membership: tf.Tensor, logps: tf.Tensor): tf.Tensor =>
  tf.squeeze(tf.matMul(membership as tf.Tensor2D, tf.expandDims(logps, 1) as tf.Tensor2D), [1])
