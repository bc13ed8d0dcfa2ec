import type { NamedHostTensors, NamedWeights } from '../../backend/backend.ts'
import { expandedLayers, firstsOfKinds, layerWeights } from '../../model/decoder/layer-weights.ts'
import { programScope } from '../../model/decoder/program-scope.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { createProgramCache, programFor } from '../../model/language-model/program-cache.ts'
import type { LayoutShape } from '../../model/score/row-layout.ts'
import { blockStep } from './block-step.ts'
import { defaultMemoryBudget, planMemory } from './memory-plan.ts'
import type { Objective } from './objective.ts'
import type { StepFeeds } from './step-feeds.ts'
import { trainingPrecision } from './training-precision.ts'
import { trainingProgram } from './training-program.ts'
import type { TrainingSettings } from './training-settings.ts'

export interface StepRunnerOptions extends Pick<TrainingSettings, 'memoryBudget' | 'recompute'> {
  readonly model: LanguageModel
  readonly objective: Objective
}

/** Runs steps of an objective, each in the way that fits into memory. */
export interface StepRunner {
  /** The outputs of `trainingProgram` for feeds from `stepFeeds`. */
  run(shape: LayoutShape, feeds: StepFeeds): Promise<NamedHostTensors>
  /** Frees the compiled programs. */
  dispose(): Promise<void>
}

export function stepRunner({ model, objective, recompute, memoryBudget }: StepRunnerOptions): StepRunner {
  const { backend, weights } = model
  const budget = memoryBudget ?? defaultMemoryBudget(backend.availableMemory?.())
  const firsts = firstsOfKinds(model)
  // Room for two batch shapes, each with two programs per kind of layer, and two more.
  const capacity = Math.max(8, 4 * (new Set(firsts).size + 1))
  const programs = createProgramCache(backend, { capacity, scope: scopeOf(model, objective) })
  const asFirst = (of: (layer: number, as: number) => NamedWeights) => (layer: number) =>
    of(layer, firsts[layer] as number)
  const held = asFirst((layer, as) => layerWeights(model.architecture, weights, layer, as))
  let expanded: typeof held | undefined
  return {
    async run(shape, feeds) {
      const key = `${JSON.stringify(shape)} ${shapesOf(feeds)}`
      const shared = (feeds.sharedCos ?? feeds.sharedPositions)?.shape[0] ?? 0
      const limits = { budget, recompute, shared }
      const fastest = { ...model, precision: await trainingPrecision(model, budget) }
      const whole = planMemory(fastest, shape, limits)
      const fits = whole.recompute === 'none'
      const chosen = fits ? fastest : model
      const plan = fits ? whole : planMemory(model, shape, limits)
      if (plan.recompute === 'block') {
        const holds = plan.weights === 'held'
        expanded ??= asFirst(expandedLayers(model.architecture, weights))
        // Rounding is not worthwhile for weights that are expanded anew for each layer.
        const runs = holds ? model : { ...model, precision: 'float32' as const }
        const weightsOf = holds ? held : expanded
        return blockStep({ model: runs, objective, shape, feeds, programs, key, firsts, weightsOf })
      }
      const compiled = await programs.get(key, () =>
        programFor(feeds, chosen, trainingProgram(chosen, objective, shape)),
      )
      return compiled.run(feeds)
    },
    dispose: () => programs.dispose(),
  }
}

/** The objective's settings are constants in its programs. */
function scopeOf(model: LanguageModel, objective: Objective): string | undefined {
  const scope = programScope(model)
  return scope && `${scope} ${JSON.stringify(objective)}`
}

/** Distinguishes programs by the shapes of all feeds. */
const shapesOf = (feeds: NamedHostTensors) =>
  Object.entries(feeds)
    .map(([name, { shape }]) => `${name} [${shape}]`)
    .join(' ')
