import type { TopLogProbabilities } from '../language-model/language-model.ts'

/** Keeps logarithms finite if nearly nothing is left for the rest. The same as in the distillation term. */
const SMALLEST = 1e-9

/**
 * KL(q ‖ π) in nats at each position over the teacher's top k tokens and one bucket for all others:
 * Σᵢ qᵢ (log qᵢ − log πᵢ) + q_rest (log q_rest − log π_rest). The distillation term, in double precision.
 * @param student log π of the teacher's tokens, [positions, k]
 */
export function klAtPositions(
  { k, logProbabilities }: Pick<TopLogProbabilities, 'k' | 'logProbabilities'>,
  student: Float32Array,
): number[] {
  return Array.from({ length: logProbabilities.length / k }, (_, position) => {
    let divergence = 0
    let teacherSum = 0
    let studentSum = 0
    for (let i = position * k; i < (position + 1) * k; i++) {
      const logQ = logProbabilities[i] as number
      const logPi = student[i] as number
      divergence += Math.exp(logQ) * (logQ - logPi)
      teacherSum += Math.exp(logQ)
      studentSum += Math.exp(logPi)
    }
    const rest = Math.max(1 - teacherSum, SMALLEST)
    return divergence + rest * Math.log(rest / Math.max(1 - studentSum, SMALLEST))
  })
}
