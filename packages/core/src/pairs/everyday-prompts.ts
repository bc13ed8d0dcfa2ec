import { PatchError, throwIfAborted } from '../errors.ts'
import type { LanguageModel } from '../model/language-model.ts'
import type { StageProgress } from './collect-responses.ts'
import { distinctTexts } from './distinct-texts.ts'
import { isRequest } from './is-request.ts'
import { promptSeed } from './prompt-seed.ts'
import { openUserTurn, type UserTurn } from './user-turn.ts'

export interface EverydayPromptsOptions {
  /** Prompts wanted, at least 1. */
  readonly count: number
  /** Default 0. */
  readonly seed?: number
  /** Above 0. Default 0.8. */
  readonly temperature?: number
  /** Most tokens of a prompt; one that has not ended by then does not count. Default 48. */
  readonly maxTokens?: number
  /** Prompts drawn together. Default 32. */
  readonly batchSize?: number
  /** Words with which the user's turn begins, taken in turn; the model goes on from there. They are part of the prompt. */
  readonly openings?: readonly string[]
  /** Prompts that these must not repeat, also nearly. */
  readonly exclude?: readonly string[]
  /** Says of some of the prompts, in their order, which to keep. By default all are. */
  readonly keep?: (prompts: readonly string[]) => Promise<readonly boolean[]>
  /** After every round: stage `everyday`, and how many prompts there are. The last call has fewer than `total` where no more were found. */
  readonly onProgress?: (progress: StageProgress) => void
  readonly signal?: AbortSignal
}

/** Rounds are of at most so many batches, so that there is progress to report. */
const batchesInRound = 4

/**
 * Requests of the kind that a chat model was made for, from the model itself: it continues its own chat template's empty
 * user turn (Magpie: Xu et al. 2024, arXiv 2406.08464). What counts ended by itself and is one request ({@link isRequest})
 * that was not made before. The same seed gives the same prompts, and a larger `count` those of a smaller one and more.
 *
 * @returns at most `count` prompts, in the order in which they were drawn: fewer where 4 · count + 64 draws do not hold
 *   as many.
 * @throws `EMPTY_DATA` where no draw counts; `INVALID_ARGUMENT`; `NO_CHAT_TEMPLATE`; `UNSUPPORTED` for a chat template
 *   that alters what the user says; `ABORTED`; else as the model and `keep`.
 */
export async function everydayPrompts(
  model: LanguageModel,
  options: EverydayPromptsOptions,
): Promise<string[]> {
  const { count, batchSize = 32, exclude, keep, onProgress, signal } = options
  checkOptions(options)
  const turn = openUserTurn(model.tokenizer)
  const distinct = distinctTexts(exclude)
  const most = 4 * count + 64
  const prompts: string[] = []
  const report = () =>
    onProgress?.({ stage: 'everyday', done: Math.min(prompts.length, count), total: count })
  report()
  for (let drawn = 0; prompts.length < count && drawn < most; ) {
    throwIfAborted(signal, 'making everyday prompts')
    // Some draws do not count, so a few more are made than are missing.
    const wanted = Math.max(batchSize, Math.ceil(1.4 * (count - prompts.length)))
    const size = Math.min(wanted, batchesInRound * batchSize, most - drawn)
    const texts = await drawTurns(model, turn, { ...options, batchSize, first: drawn, size })
    drawn += size
    const fresh = texts.filter((text) => isRequest(text) && distinct.add(text))
    const kept = keep && fresh.length > 0 ? await keep(fresh) : fresh.map(() => true)
    prompts.push(...fresh.filter((_, index) => kept[index]))
    report()
  }
  if (prompts.length > 0) return prompts.slice(0, count)
  throw new PatchError('EMPTY_DATA', {
    expected: `user requests in the text that ${model.id} generates`,
    found: `none in ${most} samples`,
    remedy: 'Use a model that was trained on chats, raise maxTokens, or pass your own prompts',
  })
}

interface Draws extends EverydayPromptsOptions {
  readonly batchSize: number
  /** Number of the first draw, which its opening and its seed follow from. */
  readonly first: number
  readonly size: number
}

/** What the model says in the user's place, draw by draw, where it comes to an end. */
async function drawTurns(
  model: LanguageModel,
  { head, end, stopTokens }: UserTurn,
  { openings = [], seed = 0, temperature = 0.8, maxTokens = 48, batchSize, first, size, signal }: Draws,
): Promise<string[]> {
  const draws = Array.from({ length: size }, (_, index) => first + index)
  const openingOf = (draw: number) => (openings.length > 0 ? (openings[draw % openings.length] ?? '') : '')
  const requests = draws.map((draw) => ({
    prompt: `${head}${openingOf(draw)}`,
    seed: promptSeed(seed, `everyday ${draw}`),
  }))
  const { tokenizer } = model
  const settings = { temperature, maxTokens, batchSize, stopTokens, ...(signal && { signal }) }
  const said = new Map<number, string>()
  for await (const { index, tokens, finishReason } of model.generateBatch(requests, settings)) {
    const opening = tokenizer.encode(openingOf(first + index), { addSpecialTokens: false })
    // Decoded together, for the space between the two belongs to neither.
    const text = tokenizer.decode([...opening, ...tokens])
    const [turn = ''] = end === '' ? [text] : text.split(end)
    if (finishReason === 'stop' || turn.length < text.length) said.set(index, turn.trim())
  }
  return draws.flatMap((_, index) => said.get(index) ?? [])
}

function checkOptions({
  count,
  temperature = 0.8,
  batchSize = 32,
  openings = [],
}: EverydayPromptsOptions): void {
  const problems = [
    !(Number.isInteger(count) && count > 0) && `count ${count}`,
    !(temperature > 0) && `temperature ${temperature}`,
    !(Number.isInteger(batchSize) && batchSize > 0) && `batchSize ${batchSize}`,
    openings.some((opening) => opening.trim() === '') && 'an empty opening',
  ].filter((problem) => problem !== false)
  if (problems.length === 0) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'count and batchSize of at least 1, a temperature above 0, openings of at least one word',
    found: problems.join(', '),
    remedy: 'Correct these options',
  })
}
