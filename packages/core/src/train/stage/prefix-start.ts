import * as z from 'zod/mini'
import { throwIfAborted } from '../../errors.ts'
import { mean } from '../../evaluate/statistics/sample.ts'
import { modelIdentity } from '../../model/language-model/model-identity.ts'
import { responseTokens } from '../../model/score/row-layout.ts'
import type { PreferencePair } from '../../pairs/rows/preference-pair.ts'
import { formatPrompt } from '../../pairs/rows/prompt-format.ts'
import { isTarget } from '../../pairs/rows/prompt-kind.ts'
import { createRandom } from '../../random.ts'
import { digestOf } from '../../sha256.ts'
import { within } from '../../storage/place.ts'
import { printable, shortened } from '../../text/printable.ts'
import type { PreparedData } from '../prepare-data.ts'
import type { TrainRun } from '../resolve-run.ts'
import { responseLimit } from '../run-settings.ts'
import type { StageTraining } from '../train-options.ts'
import { DEFAULT_POLICY, initPrefix, type PrefixInitOptions } from '../trainer/prefix-init.ts'
import { createSampler } from '../trainer/sampler.ts'
import { readRunFile, writeRunFile } from './run-file.ts'

/** Numbers of answers to try, and of examples to compare them by. */
const ANSWERS = 4
const EXAMPLES = 16
/** Characters of an answer, more than a prefix can start from. */
const LONGEST = 2000

const keptSchema = z.object({ settings: z.string(), text: z.string() })

/**
 * Where a run's prefix starts, for `initPrefix`. For `likeliest`, a text is chosen: of the given sentence (by default the policy
 * sentence) and 4 answers to targets, the one under which 16 training examples, with their bare prompts, have the lowest loss, in
 * nats per token of y⁺. The first half of the examples rules out half of the texts (successive halving, Jamieson and Talwalkar
 * 2016). The choice is saved in the run's folder.
 *
 * @throws PatchError `RESUME_MISMATCH` if the folder has the choice of another run; `ABORTED`; the errors of the model.
 */
export async function prefixStart(
  run: TrainRun,
  data: PreparedData,
): Promise<Omit<PrefixInitOptions, 'seed'>> {
  const { settings, seed, directory, options } = run
  const { init, ...others } = settings.prefix
  if (init !== 'likeliest') return { ...others, init }
  const place = within(directory, 'start.json')
  const sft: StageTraining = settings.sft || {}
  const digest = await digestOf({
    ...{ seed, format: settings.format, prefix: settings.prefix, data: data.digests },
    ...{ maxResponseTokens: responseLimit(settings, sft), harmlessShare: sft.harmlessShare },
    model: await modelIdentity(options.model),
  })
  const kept = await readRunFile(place, keptSchema, digest)
  const text = kept?.text ?? (await likeliestText(run, [...data.pairs, ...data.unpaired]))
  if (!kept) await writeRunFile(place, { settings: digest, text })
  return { ...others, init: 'text', text }
}

async function likeliestText(run: TrainRun, pairs: readonly PreferencePair[]): Promise<string> {
  const { settings, seed, options } = run
  const { model, onProgress, signal } = options
  const random = createRandom(seed)
  const targets = pairs.filter(({ kind }) => isTarget(kind))
  const answers = new Set(targets.map(({ chosen }) => shortened(printable(chosen.trim()), LONGEST)))
  const tried = random.shuffle([...answers].filter(Boolean)).slice(0, ANSWERS)
  const { text: sentence = DEFAULT_POLICY } = settings.prefix
  if (tried.length === 0) return sentence
  const requests = drawExamples(run, pairs)
  const half = requests.length >> 1
  let left = [sentence, ...tried].map((text) => ({ text, logps: [] as number[] }))
  const kept = Math.max(1, left.length >> 1)
  const total = left.length + kept
  let done = 0
  for (const some of [requests.slice(0, half), requests.slice(half)]) {
    for (const { text, logps } of left) {
      throwIfAborted(signal, 'training')
      onProgress?.({ stage: 'start', done, total })
      const prefix = initPrefix(model, { ...settings.prefix, init: 'text', text })
      const scores = await model.withPrefix(prefix).score(some, { signal })
      for (const { logProbabilities } of scores) logps.push(...logProbabilities)
      done++
    }
    left = left.sort((a, b) => mean(b.logps) - mean(a.logps)).slice(0, kept)
  }
  onProgress?.({ stage: 'start', done, total })
  return (left[0] as { text: string }).text
}

/** Examples of both kinds in the shares that SFT draws them in. */
function drawExamples({ options, settings, seed }: TrainRun, pairs: readonly PreferencePair[]) {
  const sft: StageTraining = settings.sft || {}
  const limit = responseLimit(settings, sft)
  const sampler = createSampler(
    pairs.map(({ kind }) => kind),
    { harmlessShare: sft.harmlessShare, seed },
  )
  return sampler.next(EXAMPLES).map((index) => {
    const { prompt, bare, chosen } = pairs[index] as PreferencePair
    return {
      // Contexts are long, and tell nothing about the text to start from.
      prompt: formatPrompt(bare ?? prompt, settings.format),
      response: responseTokens(options.model.tokenizer, chosen).slice(0, limit),
    }
  })
}
