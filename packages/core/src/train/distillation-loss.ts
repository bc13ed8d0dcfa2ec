import type { TokenLogits } from '../model/score/token-logps.ts'
import * as tf from '../tf.ts'

/** The reference's distribution at n positions: its k most probable tokens; the rest is one bucket. */
export interface TeacherTensors {
  /** [n, k] int32. */
  readonly ids: tf.Tensor
  /** log q of these, [n, k]. */
  readonly logps: tf.Tensor
}

/** Keeps logarithms finite where nearly nothing is left for the rest bucket. */
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
