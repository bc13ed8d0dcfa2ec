import { describeBase } from '../patch/describe-base.ts'
import { summaryOf } from './gate/patch-gate.ts'
import type { TrainedGate } from './gate/train-gate.ts'
import { DEFAULT_POLICY } from './prefix-init.ts'
import type { PreparedData } from './prepare-data.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import type { TrainPatchOptions } from './train-options.ts'

/** What is told of a run. */
export interface DescribedRun {
  readonly options: TrainPatchOptions
  readonly resolved: ResolvedOptions
  readonly seed: number
}

/** The manifest of a run's patch: what it was made from, and how. */
export function describePatch(
  { options, resolved, seed }: DescribedRun,
  digests: PreparedData['digests'],
  trained?: TrainedGate,
) {
  const { model, reference, manifest = {} } = options
  const { length = 50, init = 'text', text = DEFAULT_POLICY } = resolved.prefix
  return {
    format: 'policypatch/v1' as const,
    name: 'patch',
    version: '0.1.0',
    domain: 'harmfulness',
    license: 'Apache-2.0',
    requires: [],
    conflicts: [],
    ...manifest,
    base: describeBase(model),
    prefix: {
      length,
      init,
      ...(init === 'text' && { initText: text }),
      ...(trained && { gate: summaryOf(trained) }),
    },
    recipe: {
      reference: reference?.name ?? 'pairs',
      data: digests,
      seed,
      options: {
        ...resolved,
        filter: resolved.filter ?? {},
        distillation: resolved.distillation ?? null,
      },
    },
    effects: [],
    created: new Date().toISOString(),
  }
}
