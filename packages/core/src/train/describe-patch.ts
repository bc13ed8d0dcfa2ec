import type { MarkedSource } from '../pairs/responses/response-journal.ts'
import { describeBase } from '../patch/apply/check-fit.ts'
import { printable } from '../text/printable.ts'
import { summaryOf } from './gate/patch-gate.ts'
import type { TrainedGate } from './gate/train-gate.ts'
import { outcomeEffects } from './outcome/check-patch.ts'
import type { TrainOutcome } from './outcome/train-outcome.ts'
import type { PreparedData } from './prepare-data.ts'
import type { TrainRun } from './resolve-run.ts'
import { isGoal } from './run-settings.ts'
import { DEFAULT_POLICY } from './trainer/prefix-init.ts'

/** The manifest of a run's patch: what it was made from, and how. */
export function describePatch(
  { options, settings, judge, reference, seed }: TrainRun,
  digests: PreparedData['digests'],
  { gate, outcome }: { readonly gate?: TrainedGate | undefined; readonly outcome?: TrainOutcome | undefined },
) {
  const { model, manifest = {} } = options
  const { length = 50, init = 'text', text = DEFAULT_POLICY } = settings.prefix
  return {
    format: 'policypatch/v1' as const,
    name: 'patch',
    version: '0.1.0',
    domain: isGoal(options) ? 'goal' : 'harmfulness',
    license: 'Apache-2.0',
    requires: [],
    conflicts: [],
    ...manifest,
    base: describeBase(model),
    prefix: {
      length,
      init,
      ...(init === 'text' && { initText: printable(text) }),
      ...(gate && { gate: summaryOf(gate) }),
    },
    recipe: {
      reference: reference?.name ?? 'pairs',
      data: digests,
      seed,
      options: {
        ...settings,
        judge: sourceOf(judge),
        reference: reference ? sourceOf(reference) : null,
        filter: settings.filter ?? {},
        distillation: settings.distillation ?? null,
      },
    },
    effects: outcome ? outcomeEffects(outcome) : [],
    created: new Date().toISOString(),
  }
}

/** The name of a judge or reference, and the settings that its answers depend on, as JSON values. */
function sourceOf({ name, settings = {} }: MarkedSource): Readonly<Record<string, unknown>> {
  return { name, ...(JSON.parse(JSON.stringify(settings)) as typeof settings) }
}
