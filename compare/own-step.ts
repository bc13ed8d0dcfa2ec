/** Our side of step.ts: takes a task on the first line of its input, then a training step at every further line. */
import { type LanguageModel, PrefixTrainer, type TrainingExample } from '@policypatch/core'
import { serveSteps } from './serve-steps.ts'
import type { StepReport, StepTask } from './step-case.ts'
import { matrix } from './synthetic.ts'
import { syntheticModel } from './synthetic-model.ts'

await serveSteps<StepTask>(async (task) => {
  const trainer = prepareTrainer(task, await syntheticModel(task))
  return async () => {
    const start = performance.now()
    const { loss } = await trainer.step()
    const seconds = (performance.now() - start) / 1000
    return { seconds, loss, peakMemory: 1024 * process.resourceUsage().maxRSS } satisfies StepReport
  }
})

function prepareTrainer(task: StepTask, model: LanguageModel): PrefixTrainer {
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
  })
}
