import { PatchError, throwIfAborted } from '../../errors.ts'
import { embeddingRows, embeddingTable } from '../../model/language-model/embedding-matrix.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { klAtPositions } from '../../model/score/kl-at-positions.ts'
import type { StageProgress } from '../../pairs/responses/collect-responses.ts'
import { formatPrompt } from '../../pairs/rows/prompt-format.ts'
import { applyPatch } from '../../patch/apply/apply-patch.ts'
import type { PatchContents } from '../../patch/patch.ts'
import { createRandom } from '../../random.ts'
import { keptAt } from '../../storage/memory-storage.ts'
import { excerpt } from '../../text/printable.ts'
import type { Prompt } from '../../tokenize/tokenizer.ts'
import { type ImitationTask, imitate } from '../distill/distillation-task.ts'
import { type PreparedTask, prepareTasks } from '../distill/prepare-tasks.ts'
import type { SftExample, Teacher } from '../examples/example.ts'
import { PrefixTrainer } from '../trainer/prefix-trainer.ts'
import { type PromptPlace, promptPlace } from './prompt-place.ts'
import { promisingTokens, readableTokens } from './token-choices.ts'

export interface OptimizeTextPromptOptions {
  readonly model: LanguageModel
  /** The patch that the text should imitate. */
  readonly patch: PatchContents
  /** Prompts to imitate the patch on, all of the same format. */
  readonly task: ImitationTask
  /** Where the search starts; the text keeps its number of tokens. */
  readonly start: string
  /** Number of rounds. Each tries candidates with one token exchanged and keeps the best. Default 60. */
  readonly rounds?: number | undefined
  /** Number of candidates per round. Default 12. */
  readonly candidates?: number | undefined
  /** Number of tokens per position that candidates are drawn from. Default 64. */
  readonly choices?: number | undefined
  /** Number of responses whose divergence is measured per round. Default 8. */
  readonly batchSize?: number | undefined
  /** Default 0. */
  readonly seed?: number | undefined
  /** Called after each round with its progress, and the text so far. */
  readonly onProgress?:
    | ((progress: StageProgress & { readonly divergence: number; readonly text: string }) => void)
    | undefined
  readonly signal?: AbortSignal | undefined
}

/** A text for hosts that accept only text. */
export interface TextPrompt {
  /** In chats a system message; with the format `text`, it precedes the prompt. */
  readonly text: string
  /** Mean KL(patched model ‖ model) per token in nats on the task: without the text, at the start, and with it. */
  readonly divergence: { readonly none: number; readonly start: number; readonly text: number }
  /** 1 − with / without: the fraction of the patch's effect on the distributions that the text achieves. */
  readonly share: number
}

/** Number of tokens kept of the patched model's distributions. */
const K = 32

/**
 * Searches for a text that does what a patch does, as far as a text can: a search over the vocabulary for the tokens under which
 * the model's distributions are closest to the patched model's (greedy coordinate gradient, arXiv 2307.15043, with KL(patched ‖
 * π) as the loss). It is far coarser than the patch: check `share`, and evaluate the text in the patch's domain.
 *
 * @throws `INVALID_ARGUMENT` for invalid options; `UNSUPPORTED` for chat templates without system messages; and the errors of
 *   `applyPatch` and the model.
 */
export async function optimizeTextPrompt(options: OptimizeTextPromptOptions): Promise<TextPrompt> {
  const { model, task, start, signal, seed = 0 } = options
  const { rounds = 60, candidates = 12, choices = 64, batchSize = 8 } = options
  checkCounts({ rounds, candidates, choices, batchSize })
  const { tokenizer, config } = model
  const place = promptPlace(tokenizer, task.format ?? 'chat')
  const startIds = tokenizer.encode(start, { addSpecialTokens: false })
  checkStart(start, startIds, task)
  const taught = await teach(options)
  const format = task.format ?? 'chat'
  const rows = taught.examples.map((example, i) => ({
    ...example,
    prompt: place.after(formatPrompt(taught.prompts[i] as string, format)),
  }))
  // The text's end and the prompt's beginning may be tokenized as one token.
  const shown = taught.prompts.slice(0, 32).map((prompt) => formatPrompt(prompt, format))
  const table = embeddingTable(model)
  const prefixOf = (ids: readonly number[]) => {
    const all = [...place.before, ...ids]
    return { length: all.length, embeddings: embeddingRows(model, all) }
  }
  const allowed = readableTokens(tokenizer, config.vocabSize)
  const random = createRandom(seed)
  const trainer = new PrefixTrainer({
    ...{ model, seed, steps: rounds, learningRate: 1, batchSize },
    prefix: prefixOf(startIds),
    // At this weight, the likelihood of the responses is negligible.
    objective: { type: 'sft', distillationWeight: 1000 },
    examples: rows,
  })
  let best = startIds
  try {
    for (let round = 0; round < rounds; round++) {
      throwIfAborted(signal, 'searching for a text')
      const batch = random
        .shuffle([...rows.keys()])
        .slice(0, batchSize)
        .map((i) => rows[i] as SftExample)
      const { loss, gradient } = await trainer.gradient(batch, prefixOf(best))
      let least = loss
      for (let tried = 0; tried < candidates; tried++) {
        const at = random.integer(best.length)
        const row = place.before.length + at
        const own = gradient.subarray(row * config.hiddenSize, (row + 1) * config.hiddenSize)
        const promising = promisingTokens(own, table, allowed, choices)
        const ids = best.with(at, promising[random.integer(promising.length)] as number)
        if (!shown.every((prompt) => isRead(tokenizer, place, ids, prompt))) continue
        const { loss: other } = await trainer.gradient(batch, prefixOf(ids))
        if (other < least) [least, best] = [other, ids]
      }
      options.onProgress?.({
        ...{ stage: 'round', done: round + 1, total: rounds },
        divergence: least / 1000,
        text: tokenizer.decode(best),
      })
    }
  } finally {
    await trainer.dispose()
  }
  const text = tokenizer.decode(best)
  const under = (own: string | undefined) =>
    divergenceOf(model, taught, (prompt) => {
      const formatted = formatPrompt(prompt, format)
      return own === undefined ? formatted : place.withText(formatted, own)
    })
  const divergence = { none: await under(undefined), start: await under(start), text: await under(text) }
  return { text, divergence, share: 1 - divergence.text / divergence.none }
}

/** Responses of the patched model, with its distributions. */
async function teach({ model, patch, task, signal }: OptimizeTextPromptOptions): Promise<PreparedTask> {
  const [taught] = await prepareTasks(imitate([task], applyPatch(model, patch), patch.manifest.name), {
    ...{ model, prefixLength: 0, k: Math.min(K, model.config.vocabSize), signal },
    directory: keptAt(undefined),
    onProgress: () => undefined,
  })
  return taught as PreparedTask
}

/** Whether encoding the text gives exactly the tokens that were tried. */
function isRead(
  tokenizer: LanguageModel['tokenizer'],
  { before, after, withText }: PromptPlace,
  ids: readonly number[],
  prompt: Prompt,
): boolean {
  const wanted = [...before, ...ids, ...after(prompt)]
  const found = tokenizer.encodePrompt(withText(prompt, tokenizer.decode(ids)))
  return found.length === wanted.length && found.every((id, i) => id === wanted[i])
}

/** Mean KL(patched ‖ model) over the tokens of a response, averaged over responses, with the given prompts. */
async function divergenceOf(
  model: LanguageModel,
  { examples, prompts }: PreparedTask,
  promptOf: (prompt: PreparedTask['prompts'][number]) => Prompt,
): Promise<number> {
  const requests = examples.map(({ chosen, teacher }, i) => ({
    prompt: promptOf(prompts[i] as PreparedTask['prompts'][number]),
    prefix: null,
    response: chosen,
    candidates: (teacher as Teacher).ids,
  }))
  const students = await model.scoreCandidates(requests)
  const means = examples.map(({ teacher }, i) => {
    const { k, logps } = teacher as Teacher
    const values = klAtPositions({ k, logProbabilities: logps }, students[i] as Float32Array)
    return values.reduce((sum, value) => sum + value, 0) / values.length
  })
  return means.reduce((sum, value) => sum + value, 0) / means.length
}

function checkStart(start: string, ids: readonly number[], { prompts }: ImitationTask): void {
  if (ids.length > 0 && prompts.length > 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'an initial text of at least one token, and prompts',
    found: `${excerpt(start, 200)} and ${prompts.length} prompts`,
    remedy: 'Start from a sentence that describes what the patch does',
  })
}

function checkCounts(counts: Readonly<Record<string, number>>): void {
  const bad = Object.entries(counts).filter(([, value]) => !(Number.isInteger(value) && value > 0))
  if (bad.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'rounds, candidates, choices and batchSize of at least 1',
    found: bad.map(([name, value]) => `${name} ${value}`).join(', '),
    remedy: 'Correct these options',
  })
}
