import { type FilterOptions, filterPairs } from '../../pairs/filter-pairs.ts'
import { modelReference } from '../../pairs/references/model-reference.ts'
import type { Reference } from '../../pairs/references/reference.ts'
import type { PreferencePair } from '../../pairs/rows/preference-pair.ts'
import { isTarget, promptKinds } from '../../pairs/rows/prompt-kind.ts'
import type { Patch } from '../../patch/patch.ts'
import { type DistillPatchOptions, distillPatch } from './distill-patch.ts'
import type { DistillationTask } from './distillation-task.ts'

/** A domain of a joint patch. */
export interface JointDomain extends Omit<DistillationTask, 'teacher' | 'rows'> {
  /** The safer M' of this domain; must give distributions. */
  readonly reference: Reference
  /** Its pairs, whose y⁺ is learned; see `domainPairs` and `generatePairs`. */
  readonly pairs: readonly PreferencePair[]
  /** Default: every pair. */
  readonly filter?: FilterOptions | false | undefined
  /** The source of distributions for harmless prompts. Default `base`. */
  readonly harmless?: 'reference' | 'base' | undefined
}

export interface TrainJointPatchOptions extends Omit<DistillPatchOptions, 'tasks' | 'composition'> {
  readonly domains: readonly JointDomain[]
}

/**
 * Trains one prefix for several domains at once: each batch contains a share of each domain, and every response is trained
 * towards the distributions of its own reference (harmless ones towards the base's). There is no DPO stage.
 *
 * @throws as `distillPatch` and `filterPairs`.
 */
export async function trainJointPatch({ domains, ...options }: TrainJointPatchOptions): Promise<Patch> {
  const tasks = domains.flatMap(({ reference, pairs, filter = false, harmless = 'base', ...domain }) => {
    const kept = filter === false ? pairs : both(filterPairs(pairs, filter))
    const base = modelReference({
      model: options.model.withPrefix(undefined),
      format: domain.format ?? 'chat',
    })
    const rows = kept.map(({ prompt, kind, chosen }) => ({ prompt, kind, response: chosen }))
    const kinds = promptKinds.filter((kind) => rows.some((row) => row.kind === kind))
    return kinds.map(
      (kind): DistillationTask => ({
        ...domain,
        name: kinds.length === 1 ? domain.name : `${domain.name}, ${kind}`,
        share: (domain.share ?? 1) / kinds.length,
        teacher: !isTarget(kind) && harmless === 'base' ? base : reference,
        rows: rows.filter((row) => row.kind === kind),
      }),
    )
  })
  return distillPatch({ ...options, tasks })
}

const both = ({ pairs, unpaired }: ReturnType<typeof filterPairs>) => [...pairs, ...unpaired]
