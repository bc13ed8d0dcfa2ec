import { PatchError } from '../errors.ts'
import { describeValue } from '../text/describe-value.ts'
import { type DpoLossOptions, dpoLossTypes } from './dpo-loss.ts'

/** Maximum likelihood of y⁺, with the distillation term where examples carry a teacher. */
export interface SftObjective {
  readonly type: 'sft'
  /** λ: weight of KL(teacher ‖ policy). Default 0. */
  readonly distillationWeight?: number
}

/** Preference of y⁺ over y⁻. */
export interface DpoObjective extends DpoLossOptions {
  readonly type: 'dpo'
  /**
   * Weight of the SFT loss on y⁺ that is added: w in what TRL calls `loss_type=["sigmoid", "sft"]`, `loss_weights=[1, w]`
   * (once `rpo_alpha`). Default 0.
   */
  readonly sftWeight?: number
  /** λ: weight of KL(teacher ‖ policy) on y⁺. Default 0. */
  readonly distillationWeight?: number
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
  const found = problems.filter((problem) => problem !== false)
  if (found.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `beta above 0, lossType one of ${dpoLossTypes.join(', ')}, labelSmoothing in [0, 0.5), weights of at least 0`,
    found: found.join(', '),
    remedy: 'Correct these options',
  })
}
