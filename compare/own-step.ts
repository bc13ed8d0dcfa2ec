/** Our side of step.ts: takes a task on the first line of its input, then a training step at every further line. */
import { readFileSync } from 'node:fs'
import { onnxruntimeBackend } from '@policypatch/backend-node'
import {
  architectures,
  createLanguageModel,
  type HostTensor,
  type LanguageModel,
  PrefixTrainer,
  type Tokenizer,
  type TrainingExample,
} from '@policypatch/core'
import { serveSteps } from './serve-steps.ts'
import type { StepReport, StepTask } from './step-case.ts'
import { matrix } from './synthetic.ts'

await serveSteps<StepTask>(async (task) => {
  const trainer = prepareTrainer(task, await syntheticModel(task.threads))
  return async () => {
    const start = performance.now()
    const { loss } = await trainer.step()
    const seconds = (performance.now() - start) / 1000
    return { seconds, loss, peakMemory: 1024 * process.resourceUsage().maxRSS } satisfies StepReport
  }
})

async function syntheticModel(threads: number): Promise<LanguageModel> {
  const architecture = architectures.find(({ name }) => name === 'llama')
  if (!architecture) throw new Error('the llama architecture is gone')
  const json = JSON.parse(readFileSync(new URL('./smollm2-135m.json', import.meta.url), 'utf8'))
  const config = architecture.parseConfig(json)
  const specs = [...architecture.weightSpecs(config)].sort((a, b) => (a.name < b.name ? -1 : 1))
  const weights: Record<string, HostTensor> = {}
  for (const [index, { name, shape, kind }] of specs.entries()) {
    const size = shape.reduce((product, n) => product * n, 1)
    const data = kind === 'norm' ? new Float32Array(size).fill(1) : matrix(index, size)
    weights[name] = { shape, data }
  }
  const backend = onnxruntimeBackend({ threads })
  return createLanguageModel({
    id: 'synthetic',
    architecture,
    config,
    weights,
    backend,
    tokenizer: noTokenizer(config.vocabSize),
  })
}

/** The trainer is given ids. */
function noTokenizer(vocabSize: number): Tokenizer {
  const absent = (): never => {
    throw new Error('a step takes ids')
  }
  return {
    vocabSize,
    bosTokenId: undefined,
    eosTokenIds: [2],
    fingerprint: 'none',
    encode: absent,
    decode: absent,
    renderChat: absent,
    encodePrompt: absent,
  }
}

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
