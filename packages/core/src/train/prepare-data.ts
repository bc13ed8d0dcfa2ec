import { PatchError } from '../errors.ts'
import { type FilteredPairs, filterPairs, formatFilterSummary } from '../pairs/filter-pairs.ts'
import { generatePairs } from '../pairs/generate-pairs.ts'
import type { Judge } from '../pairs/judge.ts'
import { formatPairsSummary } from '../pairs/pairs-summary.ts'
import type { PatchPrompt, PreferencePair, PromptKind } from '../pairs/preference-pair.ts'
import { scorePairs } from '../pairs/score-pairs.ts'
import { selectivePrompts } from '../pairs/selective-prompts.ts'
import { createRandom } from '../random.ts'
import { digestOf } from '../sha256.ts'
import type { ResolvedOptions } from './resolve-options.ts'
import type { TrainPatchOptions } from './train-options.ts'

/** What training starts from. */
export interface PreparedData {
  /** Rows with y⁺ and y⁻, for both stages. */
  readonly pairs: readonly PreferencePair[]
  /** Rows with y⁺ alone, for SFT. */
  readonly unpaired: readonly PreferencePair[]
  /** All prompts but those set apart, also where nothing is left of a pair. */
  readonly prompts: readonly PatchPrompt[]
  /** Prompts that training never sees. */
  readonly validation: readonly PatchPrompt[]
  /** SHA-256 of what was used, by role. */
  readonly digests: Readonly<Record<string, string>>
}

/** Makes or takes the pairs, sets validation prompts apart and filters the rest. */
export async function prepareData(
  options: TrainPatchOptions,
  resolved: ResolvedOptions,
  judge: Judge,
  directory: string,
): Promise<PreparedData> {
  const { seed = 0, onProgress } = options
  const given = options.validation === false ? undefined : options.validation?.prompts
  const setApart = resolved.validation && !given ? resolved.validation : undefined
  const rows = options.pairs ?? (await selective(options, resolved, directory))
  if (rows.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'prompts, or ready-made pairs, to train on',
      found: 'none',
      remedy: 'Give trainPatch prompts with a reference, or pairs',
    })
  }
  const apart = setApart ? chooseApart(rows, setApart, seed) : new Set<number>()
  const validation = given ?? [...apart].map((index) => toPrompt(rows[index] as PatchPrompt))
  const kept = <T>(all: readonly T[]) => all.filter((_, index) => !apart.has(index))
  const made = options.pairs
    ? await scoreUnscored(kept(options.pairs), judge)
    : await makePairs(options, resolved, judge, drawn(kept(rows), resolved, seed), directory)
  const { pairs, unpaired, summary } = filter(made, resolved.filter)
  if (summary) onProgress?.({ stage: 'filter', summary: formatFilterSummary(summary) })
  return {
    pairs,
    unpaired,
    prompts: kept(rows),
    validation,
    digests: { pairs: await digestOf([pairs, unpaired]), validation: await digestOf(validation) },
  }
}

/** The prompts given, and what the model makes to them, in their contexts. */
async function selective(
  { prompts = [], contexts, model, reference, storage, seed = 0, onProgress, signal }: TrainPatchOptions,
  { everyday, contexts: places, generation }: ResolvedOptions,
  directory: string,
): Promise<readonly PatchPrompt[]> {
  if (prompts.length === 0 || (everyday === 0 && places === 'none')) return prompts
  return selectivePrompts({
    ...{ model, prompts, everyday, seed, batchSize: generation.batchSize },
    ...(places !== 'none' && { contexts: contexts ?? 'default' }),
    ...(reference && { reference }),
    ...(storage && { storage, path: `${directory}/prompts` }),
    onProgress: ({ stage, done, total }) => onProgress?.({ stage: 'pairs', part: stage, done, total }),
    ...(signal && { signal }),
  })
}

const toPrompt = ({ prompt, kind, part, context, bare }: PatchPrompt): PatchPrompt => ({
  prompt,
  kind,
  ...(part !== undefined && { part }),
  ...(context !== undefined && { context }),
  ...(bare !== undefined && { bare }),
})

/** Pairs that come with their scores keep them. */
async function scoreUnscored(pairs: readonly PreferencePair[], judge: Judge): Promise<PreferencePair[]> {
  const lacks = ({ chosenScore, rejected, rejectedScore }: PreferencePair) =>
    chosenScore === undefined || (rejected !== undefined && rejectedScore === undefined)
  const scored = await scorePairs(pairs.filter(lacks), judge)
  return pairs.map((pair) => (lacks(pair) ? (scored.shift() as PreferencePair) : pair))
}

/** Indices of rows to set apart: a share of each kind, drawn by the seed. */
function chooseApart(
  rows: readonly { readonly kind: PromptKind }[],
  { share, limit }: { readonly share: number; readonly limit: number },
  seed: number,
): Set<number> {
  const random = createRandom(seed)
  const chosen: number[] = []
  for (const kind of ['harmful', 'harmless'] as const) {
    const own = [...rows.keys()].filter((index) => rows[index]?.kind === kind)
    chosen.push(...random.shuffle(own).slice(0, Math.min(limit, Math.floor(own.length * share))))
  }
  return new Set(chosen.sort((a, b) => a - b))
}

/** Rows of a kind for each that a stage draws: the filter drops some. */
const SPARE = 1.25

/** So many prompts of a kind are never too many to answer. */
const LEAST = 64

/** No more prompts of a kind than the stages draw, chosen by the seed: the models need not answer the others. */
function drawn<Row extends PatchPrompt>(
  rows: readonly Row[],
  { sft, dpo }: ResolvedOptions,
  seed: number,
): Row[] {
  const harmlessIn = rows.filter(({ kind }) => kind === 'harmless').length / Math.max(1, rows.length)
  const wanted = (kind: PromptKind) =>
    Math.max(
      LEAST,
      ...[sft, dpo].map((stage) => {
        if (!stage) return 0
        const { steps, batchSize = 8, harmlessShare = harmlessIn } = stage
        return Math.ceil(
          SPARE * steps * batchSize * (kind === 'harmless' ? harmlessShare : 1 - harmlessShare),
        )
      }),
    )
  const chosen = (kind: PromptKind) => {
    const own = [...rows.keys()].filter((index) => rows[index]?.kind === kind)
    return createRandom(seed).shuffle(own).slice(0, wanted(kind))
  }
  const kept = new Set([...chosen('harmful'), ...chosen('harmless')])
  return rows.filter((_, index) => kept.has(index))
}

function makePairs(
  options: TrainPatchOptions,
  { generation, format, dpo }: ResolvedOptions,
  judge: Judge,
  prompts: readonly PatchPrompt[],
  directory: string,
): Promise<PreferencePair[]> {
  const { model, reference, storage, seed = 0, onProgress, signal } = options
  if (!reference) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'a reference to take y⁺ from',
      found: 'prompts without one',
      remedy: 'Give trainPatch a reference, such as systemPromptReference({ model }), or ready-made pairs',
    })
  }
  return generatePairs({
    model,
    reference,
    prompts,
    judge,
    options: { ...generation, format, seed },
    // Without DPO there is nothing to prefer y⁺ to.
    rejected: dpo !== false,
    ...(storage && { storage, path: `${directory}/pairs.jsonl` }),
    onProgress: ({ stage, done, total }) => onProgress?.({ stage: 'pairs', part: stage, done, total }),
    onSummary: (made) => {
      if (made.pairs < made.prompts) onProgress?.({ stage: 'filter', summary: formatPairsSummary(made) })
    },
    ...(signal && { signal }),
  })
}

function filter(
  pairs: readonly PreferencePair[],
  options: ResolvedOptions['filter'],
): Pick<FilteredPairs, 'pairs' | 'unpaired'> & Partial<FilteredPairs> {
  if (options !== false) return filterPairs(pairs, options)
  return {
    pairs: pairs.filter(({ rejected }) => rejected !== undefined),
    unpaired: pairs.filter(({ rejected }) => rejected === undefined),
  }
}
