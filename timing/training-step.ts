import type { Device } from '@policypatch/backend-node'
import type { LanguageModel } from '@policypatch/core'
import { PrefixTrainer, type TrainingExample, type TrainingSettings } from '@policypatch/core/train'
import { matrix, uniform } from './synthetic-model.ts'

/** A training step that both sides run: rows of `prompt` and `response` tokens, where a pair has two responses. */
export interface StepCase {
  readonly name: string
  readonly objective: 'sft' | 'dpo'
  readonly batch: number
  readonly prompt: number
  readonly response: number
  /** The model's shape: a configuration in compare/speed/. Default `smollm2-135m`. */
  readonly shape?: string
}

export const stepCases: readonly StepCase[] = [
  { name: 'sft-b8', objective: 'sft', batch: 8, prompt: 32, response: 32 },
  { name: 'sft-b16', objective: 'sft', batch: 16, prompt: 64, response: 64 },
  { name: 'dpo', objective: 'dpo', batch: 8, prompt: 64, response: 32 },
  { name: 'sft-gemma', objective: 'sft', batch: 8, prompt: 32, response: 32, shape: 'gemma3-270m' },
]

/** The task that a side receives before its first step. */
export interface StepTask {
  readonly shape?: string | undefined
  readonly objective: StepCase['objective']
  readonly prefixLength: number
  readonly learningRate: number
  readonly beta: number
  /** log r(y | x) of every response, for DPO. */
  readonly referenceLogp: number
  readonly threads: number
  /** Where our side runs. Default `cpu`. */
  readonly device?: Device
  /** Where PyTorch runs. Default `cpu`. */
  readonly torchDevice?: 'cuda'
  /** Precision of PEFT's weights and activations. */
  readonly precision: 'fp32' | 'bf16'
  /** Precision of our side's products with the weights. */
  readonly products: 'float32' | 'int8'
  readonly prompts: readonly (readonly number[])[]
  readonly chosen: readonly (readonly number[])[]
  /** Empty for SFT. */
  readonly rejected: readonly (readonly number[])[]
}

/** The task for a case. Prompts differ from the first token, so that neither side can share a common prefix of them. */
export function stepTask(
  { objective, batch, prompt, response, shape }: StepCase,
  vocabSize: number,
  options: Pick<StepTask, 'threads' | 'precision' | 'products' | 'device' | 'torchDevice'>,
): StepTask {
  const rows = (seed: number, length: number) =>
    Array.from({ length: batch }, (_, row) =>
      Array.from(uniform(1000 * seed + row, length), (value) => Math.floor(value * vocabSize)),
    )
  const prompts = rows(1, prompt).map((ids, row) => [row, ...ids.slice(1)])
  return {
    ...{ objective, shape },
    prefixLength: 50,
    learningRate: 1e-2,
    beta: 0.1,
    // The value for tokens of nearly uniform probability.
    referenceLogp: -response * Math.log(vocabSize),
    ...options,
    prompts,
    chosen: rows(2, response),
    rejected: objective === 'dpo' ? rows(3, response) : [],
  }
}

/** A side's report for each step: wall time in seconds, the loss before the update, peak resident bytes so far. */
export interface StepReport {
  readonly seconds: number
  readonly loss: number
  readonly peakMemory: number
}

/**
 * Minimum FLOPs of a step of a Llama-like model, with a multiply-add as two: every weight and token forward, and backward to the
 * token (weights are frozen); logits at response positions only; and six attention products with the visible tokens. The prefix,
 * and a prompt shared by two responses, count once.
 */
export function neededFlops({ objective, batch, prompt, response }: StepCase, model: FlopsShape): number {
  const { layers, hiddenSize: d, intermediateSize, heads, keyValueHeads, headSize, vocabSize } = model
  const responses = objective === 'dpo' ? 2 : 1
  const m = model.prefixLength
  // A response's last token predicts nothing.
  const tokens = batch * (prompt + responses * (response - 1)) + m
  const weights = d * headSize * (2 * heads + 2 * keyValueHeads) + 3 * d * intermediateSize
  const within = (length: number) => (length * (length + 1)) / 2
  const seen =
    within(m) +
    batch * (prompt * m + within(prompt)) +
    batch * responses * ((response - 1) * (m + prompt) + within(response - 1))
  const attention = 12 * layers * seen * heads * headSize
  return 4 * layers * weights * tokens + attention + 4 * vocabSize * d * batch * responses * response
}

export interface FlopsShape {
  readonly layers: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly heads: number
  readonly keyValueHeads: number
  readonly headSize: number
  readonly vocabSize: number
  readonly prefixLength: number
}

/** A trainer at the start of a task, with all of the task's examples in one batch. */
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
