import type { LanguageModel } from '@policypatch/core'
import { PrefixTrainer, type TrainingExample, type TrainingSettings } from '@policypatch/core/train'
import type { StepTask } from './step-case.ts'
import { matrix } from './synthetic.ts'

/** A trainer at the start of a task, its batch the whole of the task's examples. */
export function prepareTrainer(
  task: StepTask,
  model: LanguageModel,
  more: Pick<TrainingSettings, 'recompute'> = {},
): PrefixTrainer {
  const { prompts, chosen, rejected, referenceLogp, prefixLength, learningRate, beta } = task
  const examples = prompts.map((prompt, row): TrainingExample => {
    const example = { prompt, chosen: chosen[row] as number[], kind: 'harmful' as const }
    if (task.objective === 'sft') return example
    return {
      ...example,
      rejected: rejected[row] as number[],
      referenceChosen: referenceLogp,
      referenceRejected: referenceLogp,
    }
  })
  return new PrefixTrainer({
    model,
    prefix: { length: prefixLength, embeddings: matrix(5000, prefixLength * model.config.hiddenSize) },
    objective: task.objective === 'sft' ? { type: 'sft' } : { type: 'dpo', beta },
    examples,
    batchSize: examples.length,
    steps: 1000,
    learningRate,
    schedule: 'constant',
    ...more,
  })
}
