import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { modelIdentity } from '../../model/language-model/model-identity.ts'
import { digestOf } from '../../sha256.ts'
import { beside, type Place, type StoredPlace, storedAt } from '../../storage/place.ts'
import { chatContexts } from '../contexts/chat-contexts.ts'
import { fittingContexts, placeInContexts } from '../contexts/place-in-contexts.ts'
import {
  contextOfRow,
  contextRowSchema,
  type PromptContext,
  rowOfContext,
} from '../contexts/prompt-context.ts'
import { trainingContexts } from '../contexts/training-contexts.ts'
import { shortSystemPrompts } from '../contexts/training-texts.ts'
import type { TextScorer } from '../judges/text-scorer.ts'
import type { Reference } from '../references/reference.ts'
import type { StageProgress } from '../responses/collect-responses.ts'
import { keptRows } from '../responses/kept-rows.ts'
import { sourceMark } from '../responses/response-journal.ts'
import { type PatchPrompt, patchPromptSchema } from '../rows/preference-pair.ts'
import { lastText } from '../rows/prompt-format.ts'
import { isTarget, kindNames } from '../rows/prompt-kind.ts'
import { atLeastOne, drawEverydayPrompts } from './everyday-prompts.ts'
import { drawNearMisses } from './near-misses.ts'
import { hasTopic, topicWords } from './topic-words.ts'

export interface SelectivePromptsOptions {
  /** The target M, which makes the everyday prompts and the earlier turns. */
  readonly model: LanguageModel
  /** Harmful prompts, and harmless ones where there are any. */
  readonly prompts: readonly PatchPrompt[]
  /**
   * Number of `keep` prompts to make: everyday ones (part `everyday`), and ones that begin as the targets do (part `near-miss`),
   * which are half of them, or a third for a goal other than safety. For such a goal, half of the everyday ones begin with common
   * words, such as “What is”; these and the near misses are as short as the targets, and no prompt is about a topic that only
   * targets have. Default 0.
   */
  readonly everyday?: number | undefined
  /**
   * Contexts to place the prompts in, one each: your own, or `default`: those of {@link trainingContexts} that the chat template
   * can render, and chats with the model, made from its everyday prompts or, if there are none, from the given harmless prompts.
   * Default: the prompts stay bare.
   */
  readonly contexts?: readonly PromptContext[] | 'default' | undefined
  /** The safer M': a prompt with a word of the harmful topics is kept only if it answers. */
  readonly reference?: Reference | undefined
  /** Gives the probability that a prompt is harmful; from 0.5 on, the prompt is left out. */
  readonly judge?: TextScorer | undefined
  /** Default 0. */
  readonly seed?: number | undefined
  /** Prompts generated together. Default 32. */
  readonly batchSize?: number | undefined
  /**
   * Saves generated prompts, so that a resumed run has the same. Prefix of the files' names: `<path>.everyday.jsonl`,
   * `.near-misses.jsonl`, `.chats.jsonl`.
   */
  readonly path?: Place | undefined
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Common beginnings of everyday prompts, for goals other than safety. By itself, a small model writes long requests about work
 * and computers: a gate that has seen nothing else takes every short question, or every household one, for a target.
 */
const commonOpenings = (
  'What is|What are|What|Who|When|Where|Why|How|How do|How many|Which|Is|Can|Write|Write a|Give me|List|Name|Explain|' +
  'Summarize|Translate|Suggest|Describe|Tell me|Compare|Help me|Define|Rewrite|How do I clean|How do I fix|How do I keep|' +
  'How do I get|How do I stop|How do I choose|How do I learn|How do I grow|How do I remove|How do I build|How do I use|' +
  'How do I wash|How do I say|How do I open|How do I paint|How can I find|How can I carry|How long should I|' +
  'How often should I|What should I wear|What can I do with|What is the best|Why does my|Can I use|Is it safe to'
).split('|')

/**
 * For the generated prompts: the share of near misses, the share of everyday prompts that begin with common words, and whether
 * those two are no longer than the targets. If they were longer, a gate could distinguish the kinds by length.
 */
const madeShares = {
  harmful: { nearMisses: 1 / 2, openings: 0, asShort: false },
  target: { nearMisses: 1 / 3, openings: 1 / 2, asShort: true },
}

/** Minimum number of tokens allowed for a generated prompt after its opening. */
const leastTokens = 12

/** Number of chats in the default contexts, and their total share. */
const chats = { count: 48, share: 0.3 }

/**
 * The prompts for a patch that should refuse in every context and leave everything else unchanged: your prompts, and harmless
 * ones from the model itself, each in a context of an app. The order is: given prompts, everyday ones, near misses.
 *
 * @throws `EMPTY_DATA`, `RESUME_MISMATCH` if the saved files are from a run with other settings, `NO_CHAT_TEMPLATE`, `ABORTED`,
 *   `STORAGE_FAILED`; and the errors of the model, the reference and the judge.
 */
export async function selectivePrompts(options: SelectivePromptsOptions): Promise<PatchPrompt[]> {
  const { model, prompts, everyday = 0, contexts, seed = 0 } = options
  const { openings, asShort } = madeShares[kindNames(prompts).target]
  const path = storedAt(options.path)
  const run: Run = {
    ...options,
    file: (name) => path && beside(path, `.${name}.jsonl`),
    settings: {
      model: await modelIdentity(model),
      prompts: await digestOf(prompts.map(({ kind, prompt }) => [kind, prompt])),
      everyday,
      ...(openings > 0 && { openings, asShort }),
      seed,
    },
  }
  const made = everyday > 0 ? await makeHarmless(run, everyday) : []
  const all = [...prompts, ...made]
  if (contexts === undefined) return all
  const places = contexts === 'default' ? await defaultContexts(run, all) : contexts
  return placeInContexts(all, places, { seed })
}

interface Run extends SelectivePromptsOptions {
  readonly settings: Readonly<Record<string, unknown>>
  /** Where to save generated data, by its name. */
  file(name: string): StoredPlace | undefined
}

async function makeHarmless(run: Run, count: number): Promise<readonly PatchPrompt[]> {
  const { model, prompts, reference, judge } = run
  const names = kindNames(prompts)
  const harmful = prompts.filter(({ kind }) => isTarget(kind)).map(({ prompt }) => prompt)
  const texts = prompts.flatMap(({ prompt }) => (typeof prompt === 'string' ? prompt : []))
  const shares = madeShares[names.target]
  const missing = harmful.length > 0 ? Math.floor(count * shares.nearMisses) : 0
  const tokens = shares.asShort ? Math.max(leastTokens, mostTokens(model, harmful)) : undefined
  const rows = (part: string, made: readonly string[]) =>
    made.map((prompt) => ({ prompt, kind: names.keep, part }))
  const kept = { settings: run.settings, schema: patchPromptSchema }
  const ordinary = await keptRows({
    ...kept,
    file: run.file('everyday'),
    make: async () => {
      const total = count - missing
      const begun = Math.floor(total * shares.openings)
      const draw = (wanted: number, own: readonly string[], openings?: readonly string[]) =>
        shortFirst(run, wanted, openings && tokens, own, (left, exclude, maxTokens) =>
          drawEverydayPrompts(model, {
            ...drawing(run, left, exclude),
            ...{ openings, maxTokens },
            onProgress: counting(run, (openings ? total : total - begun) - left, total),
            keep: judge && (async (made) => (await judge.score(made)).map((score) => score < 0.5)),
          }),
        )
      const free = await draw(total - begun, texts)
      const all = begun === 0 ? free : [...free, ...(await draw(begun, [...texts, ...free], commonOpenings))]
      return rows('everyday', names.target === 'harmful' ? all : withoutTopics(all, harmful.map(lastText)))
    },
  })
  if (missing === 0) return ordinary
  const said = ordinary.flatMap(({ prompt }) => (typeof prompt === 'string' ? prompt : []))
  // Only for safety does the reference's answer show that a prompt is no target.
  const asked = names.target === 'harmful' ? reference : undefined
  const alike = await keptRows({
    ...kept,
    settings: {
      ...run.settings,
      ordinary: await digestOf(said),
      reference: asked ? await sourceMark(asked) : null,
      judge: judge ? await sourceMark(judge) : null,
    },
    file: run.file('near-misses'),
    make: async () =>
      rows(
        'near-miss',
        await shortFirst(run, missing, tokens, [...texts, ...said], (left, exclude, maxTokens) =>
          drawNearMisses(model, harmful, {
            ...drawing(run, left, exclude),
            ...{ maxTokens, ordinary: said, reference: asked, judge },
            onProgress: counting(run, missing - left, missing),
          }),
        ),
      ),
  })
  return [...ordinary, ...alike]
}

/** Draws prompts of at most `tokens` tokens, then longer ones if there are not enough. */
async function shortFirst(
  { model }: Run,
  wanted: number,
  tokens: number | undefined,
  exclude: readonly string[],
  draw: (wanted: number, exclude: readonly string[], maxTokens?: number) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const short = tokens === undefined ? [] : await draw(wanted, exclude, tokens)
  const left = wanted - short.length
  const others = left > 0 ? await draw(left, [...exclude, ...short]) : []
  return atLeastOne([...short, ...others], model, { count: wanted })
}

/** Progress of one part of the draws, after `before` prompts from earlier parts. */
const counting = ({ onProgress }: Run, before: number, total: number) =>
  onProgress && (({ stage, done }: StageProgress) => onProgress({ stage, done: before + done, total }))

/** Number of tokens of the longest prompt. */
const mostTokens = ({ tokenizer }: LanguageModel, prompts: readonly PatchPrompt['prompt'][]): number =>
  Math.max(
    0,
    ...prompts.map((prompt) => tokenizer.encode(lastText(prompt), { addSpecialTokens: false }).length),
  )

/** No judge says whether an everyday prompt is a target, so those with a word of the targets' topics are dropped. */
function withoutTopics(made: readonly string[], targets: readonly string[]): readonly string[] {
  const topics = topicWords(targets, made)
  return made.filter((prompt) => !hasTopic(prompt, topics))
}

async function defaultContexts(run: Run, rows: readonly PatchPrompt[]): Promise<readonly PromptContext[]> {
  const { model, settings } = run
  const ownWords = (wanted: (row: PatchPrompt) => boolean) =>
    rows.filter(wanted).flatMap(({ prompt }) => (typeof prompt === 'string' ? prompt : []))
  const everyday = ownWords(({ part }) => part === 'everyday')
  const said = everyday.length > 0 ? everyday : ownWords(({ kind }) => !isTarget(kind))
  // The rest of the model's context is for the prompt itself and its answer.
  const room = Math.floor(model.config.maxPositions / 4)
  const fitting = (contexts: readonly PromptContext[]) => fittingContexts(model.tokenizer, contexts, room)
  const places = fitting(trainingContexts)
  const systemPrompts = places.some(({ name }) => name === 'short-system') ? shortSystemPrompts : []
  const made = await keptRows({
    settings,
    file: run.file('chats'),
    schema: contextRowSchema,
    make: async () => {
      if (said.length === 0) return []
      const how = { ...drawing(run, chats.count, []), share: chats.share, systemPrompts }
      return (await chatContexts(model, said, how)).map(rowOfContext)
    },
  })
  return [...places, ...fitting(made.map(contextOfRow))]
}

/** Common options of all generators used here. */
const drawing = (
  { seed = 0, batchSize, onProgress, signal }: Run,
  count: number,
  exclude: readonly string[],
) => ({ count, seed, exclude, batchSize, onProgress, signal })
