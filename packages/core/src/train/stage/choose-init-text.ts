import * as z from 'zod/mini'
import { throwIfAborted } from '../../errors.ts'
import { modelIdentity } from '../../model/language-model/model-identity.ts'
import type { PreferencePair } from '../../pairs/rows/preference-pair.ts'
import { formatPrompt } from '../../pairs/rows/prompt-format.ts'
import { isTarget } from '../../pairs/rows/prompt-kind.ts'
import { createRandom } from '../../random.ts'
import { digestOf } from '../../sha256.ts'
import { within } from '../../storage/place.ts'
import { printable, shortened } from '../../text/printable.ts'
import { tokenizePairs } from '../examples/tokenize-pairs.ts'
import type { PreparedData } from '../prepare-data.ts'
import type { TrainRun } from '../resolve-run.ts'
import type { StageTraining } from '../train-options.ts'
import { DEFAULT_POLICY, initPrefix } from '../trainer/prefix-init.ts'
import { createSampler } from '../trainer/sampler.ts'
import { readRunFile, writeRunFile } from './run-file.ts'

/** Numbers of answers to try, and of examples to compare them by. */
const ANSWERS = 4
const EXAMPLES = 16
/** Characters of an answer, more than a prefix can start from. */
const LONGEST = 2000

const keptSchema = z.object({ settings: z.string(), text: z.string() })

/**
 * The text that a run's prefix starts from: the given one. Otherwise that of the policy sentence and 4 answers to targets under
 * which 16 training examples, with their bare prompts, have the lowest loss, in nats per token of y⁺. Training then begins where
 * it would otherwise take many steps to arrive. The choice is saved in the run's folder. Undefined if the prefix does not start from a text.
 *
 * @throws PatchError `RESUME_MISMATCH` if the folder has the choice of another run; `ABORTED`; the errors of the model.
 */
export async function chooseInitText(run: TrainRun, data: PreparedData): Promise<string | undefined> {
  const { settings, seed, directory, options } = run
  const { init, text } = settings.prefix
  if (init !== 'text' || text !== undefined) return text
  if (!settings.sft) return DEFAULT_POLICY
  const place = within(directory, 'start.json')
  const digest = await digestOf({
    ...{ seed, prefix: settings.prefix, maxResponseTokens: settings.maxResponseTokens },
    ...{ format: settings.format, harmlessShare: settings.sft.harmlessShare, data: data.digests },
    model: await modelIdentity(options.model),
  })
  const kept = await readRunFile(place, keptSchema, digest)
  if (kept) return kept.text
  const chosen = await likeliestText(run, [...data.pairs, ...data.unpaired])
  await writeRunFile(place, { settings: digest, text: chosen })
  return chosen
}

async function likeliestText(run: TrainRun, pairs: readonly PreferencePair[]): Promise<string> {
  const { settings, seed, options } = run
  const { model, onProgress, signal } = options
  const random = createRandom(seed)
  const targets = pairs.filter(({ kind }) => isTarget(kind))
  const answers = new Set(targets.map(({ chosen }) => shortened(printable(chosen.trim()), LONGEST)))
  const tried = random.shuffle([...answers].filter(Boolean)).slice(0, ANSWERS)
  const texts = [DEFAULT_POLICY, ...tried]
  const requests = drawExamples(run, pairs)
  const report = (done: number) => onProgress?.({ stage: 'start', done, total: texts.length })
  let best = { text: DEFAULT_POLICY, loss: Number.POSITIVE_INFINITY }
  for (const [done, text] of texts.entries()) {
    throwIfAborted(signal, 'training')
    report(done)
    const prefix = initPrefix(model, { ...settings.prefix, text, seed })
    const scores = await model.withPrefix(prefix).score(requests, { signal })
    const losses = scores.flatMap(({ logProbabilities }) => [...logProbabilities])
    const loss = -losses.reduce((sum, logProbability) => sum + logProbability, 0) / losses.length
    if (loss < best.loss) best = { text, loss }
  }
  report(texts.length)
  return best.text
}

/** Examples of both kinds in the shares that SFT draws them in. */
function drawExamples({ options, settings, seed }: TrainRun, pairs: readonly PreferencePair[]) {
  const { format, prefix, maxResponseTokens: limit } = settings
  const sft: StageTraining = settings.sft || {}
  const sampler = createSampler(
    pairs.map(({ kind }) => kind),
    { harmlessShare: sft.harmlessShare, seed },
  )
  const drawn = sampler.next(EXAMPLES).map((index) => {
    const pair = pairs[index] as PreferencePair
    // Contexts are long, and tell nothing about the text to start from.
    return { ...pair, prompt: pair.bare ?? pair.prompt }
  })
  const { length: prefixLength = 50 } = prefix
  const maxResponseTokens = sft.maxResponseTokens ?? limit
  const examples = tokenizePairs(options.model, drawn, { format, prefixLength, maxResponseTokens })
  return examples.map(({ chosen }, i) => ({
    prompt: formatPrompt(drawn[i]?.prompt ?? '', format),
    response: chosen,
  }))
}
