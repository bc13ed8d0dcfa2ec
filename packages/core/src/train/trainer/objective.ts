import { refuseOptions } from '../../errors.ts'
import type { TokenLogits } from '../../model/score/token-logps.ts'
import { describeValue } from '../../text/describe-value.ts'
import * as tf from '../../tf.ts'

/** Maximum likelihood of y⁺, with the distillation term for examples with a teacher. */
export interface SftObjective {
  readonly type: 'sft'
  /** λ: weight of KL(teacher ‖ policy). Default 0. */
  readonly distillationWeight?: number | undefined
}

/** Preference of y⁺ over y⁻. */
export interface DpoObjective extends DpoLossOptions {
  readonly type: 'dpo'
  /**
   * Weight of an additional SFT loss on y⁺: w in TRL's `loss_type=["sigmoid", "sft"]`, `loss_weights=[1, w]` (formerly
   * `rpo_alpha`). Default 0.
   */
  readonly sftWeight?: number | undefined
  /** λ: weight of KL(teacher ‖ policy) on y⁺. Default 0. */
  readonly distillationWeight?: number | undefined
}

export type Objective = SftObjective | DpoObjective

/** Throws `INVALID_ARGUMENT` naming every option out of range. */
export function checkObjective(objective: Objective): void {
  const { distillationWeight = 0 } = objective
  const problems = [!(distillationWeight >= 0) && `distillationWeight ${distillationWeight}`]
  if (objective.type === 'dpo') {
    const { beta = 0.1, lossType = 'sigmoid', labelSmoothing = 0, sftWeight = 0 } = objective
    problems.push(
      !(beta > 0 && Number.isFinite(beta)) && `beta ${beta}`,
      !dpoLossTypes.includes(lossType) && `lossType ${describeValue(lossType)}`,
      !(labelSmoothing >= 0 && labelSmoothing < 0.5) && `labelSmoothing ${labelSmoothing}`,
      !(sftWeight >= 0) && `sftWeight ${sftWeight}`,
    )
  }
  refuseOptions(
    problems,
    `beta above 0, lossType one of ${dpoLossTypes.join(', ')}, labelSmoothing in [0, 0.5), weights of at least 0`,
  )
}

/**
 * Supervised fine-tuning on y⁺ (DESIGN: L = −(1/N) Σ_t log π_P(y⁺_t | x, y⁺_<t)).
 * @param logps log π of each response token, [n]
 * @param weights 1/N for the tokens that count, 0 for padding, [n]
 */
export function sftLoss(logps: tf.Tensor, weights: tf.Tensor): tf.Tensor {
  return tf.neg(tf.sum(tf.mul(logps, weights)))
}

/** Loss types under TRL's names. */
export type DpoLossType = 'sigmoid' | 'ipo' | 'hinge' | 'robust'

export const dpoLossTypes: readonly DpoLossType[] = ['sigmoid', 'ipo', 'hinge', 'robust']

export interface DpoLossOptions {
  /** β: how strongly the policy is tied to the reference; for ipo, τ. Default 0.1. */
  readonly beta?: number | undefined
  /** Default `sigmoid`. */
  readonly lossType?: DpoLossType | undefined
  /** Probability in [0, 0.5) that a preference label is flipped, for `robust` (and for `sigmoid`). Default 0. */
  readonly labelSmoothing?: number | undefined
}

/** Summed log-probabilities of the responses of a batch of pairs, each [pairs]. */
export interface PairLogps {
  readonly chosen: tf.Tensor
  readonly rejected: tf.Tensor
  readonly referenceChosen: tf.Tensor
  readonly referenceRejected: tf.Tensor
  /** Number of response tokens, for `ipo`, which averages where the others sum. */
  readonly chosenTokens: tf.Tensor
  readonly rejectedTokens: tf.Tensor
}

/**
 * The loss of each pair, [pairs], with h = (log π(y⁺) − log r(y⁺)) − (log π(y⁻) − log r(y⁻)):
 * - sigmoid: −log σ(βh) (Rafailov et al. 2023), with conservative label smoothing ε:
 *   −(1 − ε) log σ(βh) − ε log σ(−βh);
 * - robust: (−(1 − ε) log σ(βh) + ε log σ(−βh)) / (1 − 2ε) (Chowdhury et al. 2024);
 * - hinge: max(0, 1 − βh) (Zhao et al. 2023, SLiC);
 * - ipo: (h̄ − 1/(2β))², h̄ from log-probabilities averaged over tokens (Azar et al. 2023).
 */
export function dpoLoss(logps: PairLogps, options: DpoLossOptions = {}): tf.Tensor {
  const { beta = 0.1, lossType = 'sigmoid', labelSmoothing = 0 } = options
  if (lossType === 'ipo') {
    const mean = tf.sub(
      tf.div(tf.sub(logps.chosen, logps.referenceChosen), logps.chosenTokens),
      tf.div(tf.sub(logps.rejected, logps.referenceRejected), logps.rejectedTokens),
    )
    return tf.square(tf.sub(mean, 1 / (2 * beta)))
  }
  const logits = tf.mul(
    tf.sub(tf.sub(logps.chosen, logps.referenceChosen), tf.sub(logps.rejected, logps.referenceRejected)),
    beta,
  )
  // −log σ(z) = softplus(−z).
  const agree = tf.softplus(tf.neg(logits))
  const disagree = tf.softplus(logits)
  switch (lossType) {
    case 'sigmoid':
      return labelSmoothing === 0
        ? agree
        : tf.add(tf.mul(agree, 1 - labelSmoothing), tf.mul(disagree, labelSmoothing))
    case 'robust':
      return tf.div(
        tf.sub(tf.mul(agree, 1 - labelSmoothing), tf.mul(disagree, labelSmoothing)),
        1 - 2 * labelSmoothing,
      )
    case 'hinge':
      return tf.relu(tf.sub(1, logits))
  }
}

/** The reference's distribution at n positions: its k most probable tokens, and one bucket for the rest. */
export interface TeacherTensors {
  /** [n, k] int32. */
  readonly ids: tf.Tensor
  /** log q of these, [n, k]. */
  readonly logps: tf.Tensor
}

/** Keeps logarithms finite if nearly nothing is left for the rest. */
const SMALLEST = 1e-9

/**
 * KL(q ‖ π) at each position, [n], over the teacher's top k tokens and one bucket for all others:
 * Σᵢ qᵢ (log qᵢ − log πᵢ) + q_rest (log q_rest − log π_rest).
 */
export function distillationLoss(logits: TokenLogits, teacher: TeacherTensors): tf.Tensor {
  const student = tf.sub(logits.of(teacher.ids), tf.expandDims(logits.normalizer, -1))
  const q = tf.exp(teacher.logps)
  const rest = (probabilities: tf.Tensor) => tf.maximum(tf.sub(1, tf.sum(probabilities, -1)), SMALLEST)
  const qRest = rest(q)
  const top = tf.sum(tf.mul(q, tf.sub(teacher.logps, student)), -1)
  const remaining = tf.mul(qRest, tf.sub(tf.log(qRest), tf.log(rest(tf.exp(student)))))
  return tf.add(top, remaining)
}
