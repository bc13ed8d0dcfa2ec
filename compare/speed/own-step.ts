/** Our side of step.ts: the first line of input is a task, every further line requests a training step. */

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
