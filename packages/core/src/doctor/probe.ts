import { PatchError } from '../errors.ts'
import { generateTokens } from '../model/generate/generate.ts'
import type { LanguageModel } from '../model/language-model/language-model.ts'
import { coreOf } from '../model/language-model/model-core.ts'
import { createRandom } from '../random.ts'
import { excerpt } from '../text/printable.ts'
import type { Prompt } from '../tokenize/tokenizer.ts'
import { PrefixTrainer } from '../train/trainer/prefix-trainer.ts'
import type { TrainingSettings } from '../train/trainer/training-settings.ts'
import { partsOf, type StepShape, stepExamples, stepOperations } from './step-shape.ts'

/** Timed runs of each batch that is measured. */
const runs = 2

/** Seconds that one run of a probe should take at most; large models may take longer. */
const enough = 4

/** Whether a model reads plain English, by a measure that no tuning changes much. */
export interface ReadingProbe {
  /** exp of the mean negative log-probability of a token of a plain text. */
  readonly perplexity: number
}

/** How a model generates. */
export interface GenerationProbe {
  /** The start of its answer to a plain prompt. */
  readonly text: string
  /** Seconds to the first token of the answer to a prompt of about ten tokens. */
  readonly firstToken: number
  /** Seconds for each further token. */
  readonly token: number
}

/** How a training step runs. */
export interface StepProbe {
  /** Seconds for a step. */
  readonly seconds: number
  /** Number of its examples that were run; the rest is extrapolated. */
  readonly examples: number
  readonly loss: number
}

const plainText =
  'The sun rises in the east and sets in the west. In the morning people go to work, and in the evening they come home to ' +
  'their families.'

/** Reads a plain text. Throws `NOT_FINITE` if its log-probabilities are not finite. */
export async function probeReading(model: LanguageModel): Promise<ReadingProbe> {
  const [prompt, response] = [plainText.slice(0, 7), plainText.slice(7)]
  const most = Math.floor(model.config.maxPositions / 2)
  const ids = model.tokenizer.encode(response, { addSpecialTokens: false }).slice(0, most)
  const [score] = await model.score([{ prompt, response: ids }])
  const logps = score?.logProbabilities ?? new Float32Array()
  const mean = logps.reduce((sum, logp) => sum + logp, 0) / logps.length
  if (Number.isFinite(mean)) return { perplexity: Math.exp(-mean) }
  throw new PatchError('NOT_FINITE', {
    expected: 'finite log-probabilities for a plain text',
    found: `${mean}`,
    remedy: 'The weights are damaged, or too large for the precision; try float32, or download them again',
  })
}

/** Number of requested tokens: enough that weights are arranged for single-token steps, as for an answer of usual length. */
const asked = 64

/** Generates a few tokens twice, and times the second run. */
export async function probeGeneration(model: LanguageModel, prompt: Prompt): Promise<GenerationProbe> {
  const core = coreOf(model)
  const { tokenizer } = core
  const tokens = tokenizer.encodePrompt(prompt)
  const request = { index: 0, prompt, tokens, prefix: model.prefix, seed: undefined }
  // The answer must not end before there are enough tokens.
  const endless = { ...core, tokenizer: { ...tokenizer, eosTokenIds: [-1] } }
  const timed = async (most: number) => {
    const made: number[] = []
    const times: number[] = [performance.now()]
    for await (const event of generateTokens(endless, [request], { maxTokens: asked })) {
      if (event.type !== 'token') break
      made.push(event.token)
      times.push(performance.now())
      if (made.length >= most || (made.length > 4 && between(times, 0, -1) > enough)) break
    }
    return { made, times }
  }
  await timed(4)
  const { made, times } = await timed(asked / 2)
  const ends = made.findIndex((token) => tokenizer.eosTokenIds.includes(token))
  return {
    text: excerpt(tokenizer.decode(ends < 0 ? made : made.slice(0, ends)).trim()),
    firstToken: between(times, 0, 1),
    token: between(times, 1, -1) / Math.max(1, made.length - 1),
  }
}

/** Seconds between two timestamps in milliseconds, given by index. */
const between = (times: readonly number[], from: number, to: number): number =>
  ((times.at(to) as number) - (times.at(from) as number)) / 1000

/**
 * Computes gradients for as much of a step as takes a few seconds, and extrapolates the rest: beyond the time of a single
 * example, time is assumed to grow in proportion to the arithmetic.
 */
export async function probeStep(
  model: LanguageModel,
  step: StepShape,
  settings: Pick<TrainingSettings, 'recompute'> = {},
): Promise<StepProbe> {
  const { config } = model
  const { sizes } = partsOf(step)
  const most = Math.max(...sizes)
  const examples = stepExamples({ ...step, batchSize: most }, config.vocabSize)
  const random = createRandom(0)
  const embeddings = Float32Array.from(
    { length: step.prefixLength * config.hiddenSize },
    () => 0.02 * random.normal(),
  )
  const trainer = new PrefixTrainer({
    ...{ model, examples, batchSize: most, steps: 1, learningRate: 1e-2, ...settings },
    objective: { type: 'sft' },
    prefix: { length: step.prefixLength, embeddings },
  })
  const timed = async (count: number) => {
    const batch = examples.slice(0, count)
    const { loss } = await trainer.gradient(batch)
    let seconds = Number.POSITIVE_INFINITY
    // The minimum of several runs: other load on the machine makes a run longer, never shorter.
    for (let run = 0; run < runs; run++) {
      const start = performance.now()
      await trainer.gradient(batch)
      seconds = Math.min(seconds, (performance.now() - start) / 1000)
    }
    return { count, loss, seconds }
  }
  try {
    const one = await timed(1)
    const count = Math.max(1, Math.min(most, Math.floor(enough / one.seconds)))
    const many = count > 1 ? await timed(count) : one
    if (!Number.isFinite(many.loss)) throw notFinite(many.loss)
    const work = (size: number) => stepOperations(config, { ...step, batchSize: size })
    const rate =
      many.count > 1 ? (many.seconds - one.seconds) / (work(many.count) - work(1)) : one.seconds / work(1)
    const secondsOf = (size: number) => many.seconds + Math.max(0, rate) * (work(size) - work(many.count))
    return {
      seconds: sizes.reduce((sum, size) => sum + secondsOf(size), 0),
      examples: many.count,
      loss: many.loss,
    }
  } finally {
    await trainer.dispose()
  }
}

function notFinite(loss: number): PatchError {
  return new PatchError('NOT_FINITE', {
    expected: 'a finite loss',
    found: `${loss}`,
    remedy: 'The weights are damaged, or too large for the precision; try float32, or download them again',
  })
}
