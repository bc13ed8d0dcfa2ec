/** Our side of step.ts: takes a task on the first line of its input, then a training step at every further line. */

import { syntheticModel } from '../../timing/synthetic-model.ts'
import { prepareTrainer, type StepReport, type StepTask } from '../../timing/training-step.ts'
import { serveSteps } from '../sides/serve-steps.ts'

await serveSteps<StepTask>(async (task) => {
  const trainer = prepareTrainer(task, await syntheticModel(task))
  return async () => {
    const start = performance.now()
    const { loss } = await trainer.step()
    const seconds = (performance.now() - start) / 1000
    return { seconds, loss, peakMemory: 1024 * process.resourceUsage().maxRSS } satisfies StepReport
  }
})
