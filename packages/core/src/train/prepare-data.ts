import { PatchError } from '../errors.ts'
import { type FilteredPairs, filterPairs, formatFilterSummary } from '../pairs/filter-pairs.ts'
import { generatePairs } from '../pairs/generate-pairs.ts'
import { selectivePrompts } from '../pairs/generate-prompts/selective-prompts.ts'
import type { Judge } from '../pairs/judges/judge.ts'
import { formatPairsSummary } from '../pairs/pairs-summary.ts'
import { checkReferenceShare, type ReferenceShare, shareOfPairs } from '../pairs/reference-share.ts'
import { scorePairs } from '../pairs/responses/score-responses.ts'
import type { PatchPrompt, PreferencePair } from '../pairs/rows/preference-pair.ts'
import { isTarget, type PromptKind } from '../pairs/rows/prompt-kind.ts'
import { createRandom } from '../random.ts'
import { digestOf } from '../sha256.ts'
import { within } from '../storage/place.ts'
import type { TrainRun } from './resolve-run.ts'
import type { RunSettings } from './run-settings.ts'
import type { TrainPatchOptions } from './train-options.ts'
import { heldOutForCheck, trainingDefaults } from './training-defaults.ts'
import { warnOfFewPairs, warnOfNoCheck } from './warnings.ts'

/** The data that training starts from. */
export interface PreparedData {
  /** Rows with y⁺ and y⁻, for both stages. */
  readonly pairs: readonly PreferencePair[]
  /** Rows with only y⁺, for SFT. */
  readonly unpaired: readonly PreferencePair[]
  /** All prompts that are not held out, even those whose pairs were dropped. */
  readonly prompts: readonly PatchPrompt[]
  /** Prompts that training never sees. */
  readonly validation: readonly PatchPrompt[]
  /** SHA-256 of the data used, by role. */
  readonly digests: Readonly<Record<string, string>>
}

/** Makes or takes the pairs, holds out validation prompts and filters the rest. */
export async function prepareData(run: TrainRun): Promise<PreparedData> {
  const { options, settings, judge, seed } = run
  const { onProgress } = options
  const given =
    (options.validation === false ? undefined : options.validation?.prompts) ??
    (options.check === false ? undefined : options.check?.prompts)
  const rows = options.pairs ?? (await selective(run))
  if (rows.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'prompts or existing pairs to train on',
      found: 'none',
      remedy: 'Pass prompts with a reference, or pairs, to trainPatch',
    })
  }
  const apart = given ? new Set<number>() : chooseApart(rows, apartOf(settings), seed)
  const validation = given ?? [...apart].map((index) => toPrompt(rows[index] as PatchPrompt))
  const kept = <T>(all: readonly T[]) => all.filter((_, index) => !apart.has(index))
  const made = options.pairs
    ? await scoreUnscored(kept(options.pairs), judge)
    : await makePairs(run, drawn(kept(rows), settings, seed))
  if (options.pairs) tellReference(run, shareOfPairs(made, winnerThreshold(settings)))
  if (settings.check && !isEnough(options, validation)) warnOfNoCheck(onProgress)
  const { pairs, unpaired, summary } = filter(made, settings.filter)
  if (summary) {
    onProgress?.({ stage: 'filter', summary: formatFilterSummary(summary), counts: summary })
    warnOfFewPairs(summary, settings, onProgress)
  }
  return {
    pairs,
    unpaired,
    prompts: kept(rows),
    validation,
    digests: { pairs: await digestOf([pairs, unpaired]), validation: await digestOf(validation) },
  }
}

/** The given prompts and those that the model adds, in their contexts. */
async function selective({
  options,
  settings,
  reference,
  seed,
  directory,
}: TrainRun): Promise<readonly PatchPrompt[]> {
  const { prompts = [], contexts = 'default', model, onProgress, signal } = options
  const { everyday, contexts: places, generation } = settings
  if (prompts.length === 0 || (everyday === 0 && places === 'none')) return prompts
  return selectivePrompts({
    ...{ model, prompts, everyday, reference, seed, batchSize: generation.batchSize, signal },
    contexts: places === 'none' ? undefined : contexts,
    path: within(directory, 'prompts'),
    onProgress: ({ stage, done, total }) => onProgress?.({ stage: 'pairs', part: stage, done, total }),
  })
}

const toPrompt = ({ prompt, kind, part, context, bare }: PatchPrompt): PatchPrompt => ({
  prompt,
  kind,
  ...(part !== undefined && { part }),
  ...(context !== undefined && { context }),
  ...(bare !== undefined && { bare }),
})

/** Pairs that already have scores keep them. */
async function scoreUnscored(pairs: readonly PreferencePair[], judge: Judge): Promise<PreferencePair[]> {
  const lacks = ({ chosenScore, rejected, rejectedScore }: PreferencePair) =>
    chosenScore === undefined || (rejected !== undefined && rejectedScore === undefined)
  const scored = await scorePairs(pairs.filter(lacks), judge)
  return pairs.map((pair) => (lacks(pair) ? (scored.shift() as PreferencePair) : pair))
}

/** Whether there are enough targets among the prompts to judge a patch by; prompts given for the check are always enough. */
export function isEnough({ check }: TrainPatchOptions, prompts: readonly PatchPrompt[]): boolean {
  const targets = prompts.filter(({ kind }) => isTarget(kind)).length
  return targets >= ((check || undefined)?.prompts ? 1 : trainingDefaults.check.fewest)
}

/** The number of rows of a kind to hold out. */
type Apart = (rows: number, targets: number) => number

/** The held-out rows are those for validation, or without it those for the check after training. */
function apartOf({ validation, check }: RunSettings): Apart {
  if (validation) return (rows) => Math.min(validation.limit, Math.floor(rows * validation.share))
  if (!check) return () => 0
  const { from } = trainingDefaults.check
  return (rows, targets) => (targets < from || check.share === 0 ? 0 : heldOutForCheck(rows, check))
}

/** Indices of rows to hold out: a share of each kind, drawn by the seed. */
function chooseApart(
  rows: readonly { readonly kind: PromptKind }[],
  countOf: Apart,
  seed: number,
): Set<number> {
  const random = createRandom(seed)
  const chosen: number[] = []
  const sides = bySide(rows)
  for (const own of sides) {
    chosen.push(...random.shuffle(own).slice(0, countOf(own.length, sides[0].length)))
  }
  return new Set(chosen.sort((a, b) => a - b))
}

/** Indices of the targets, and of the others. */
function bySide(rows: readonly { readonly kind: PromptKind }[]): readonly [number[], number[]] {
  const of = (target: boolean) =>
    [...rows.keys()].filter((index) => isTarget((rows[index] as (typeof rows)[number]).kind) === target)
  return [of(true), of(false)]
}

/** Rows per row that a stage draws, because the filter drops some. */
const SPARE = 1.25

/** Minimum number of prompts of a kind to answer, which is never too many. */
const LEAST = 64

/** As many prompts of a kind as the stages draw, chosen by the seed: the models need not answer the others. */
function drawn<Row extends PatchPrompt>(
  rows: readonly Row[],
  { sft, dpo }: RunSettings,
  seed: number,
): Row[] {
  const sides = bySide(rows)
  const harmlessIn = sides[1].length / Math.max(1, rows.length)
  const wanted = (target: boolean) =>
    Math.max(
      LEAST,
      ...[sft, dpo].map((stage) => {
        if (!stage) return 0
        const { steps, batchSize = 8, harmlessShare = harmlessIn } = stage
        return Math.ceil(SPARE * steps * batchSize * (target ? 1 - harmlessShare : harmlessShare))
      }),
    )
  const chosen = sides.flatMap((own, side) =>
    createRandom(seed)
      .shuffle(own)
      .slice(0, wanted(side === 0)),
  )
  const kept = new Set(chosen)
  return rows.filter((_, index) => kept.has(index))
}

function makePairs(run: TrainRun, prompts: readonly PatchPrompt[]): Promise<PreferencePair[]> {
  const { options, settings, judge, seed, directory } = run
  const { generation, format, dpo } = settings
  const { model, domain, reference, onProgress, signal } = options
  if (!reference) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'a reference that provides y⁺',
      found: 'prompts without a reference',
      remedy:
        'Pass a reference to trainPatch, such as systemPromptReference({ model }), or pass existing pairs',
    })
  }
  return generatePairs({
    ...{ model, reference, prompts, judge, signal },
    recipe: domain?.pairs,
    generation: { ...generation, format, seed },
    // Without DPO, y⁻ is not needed.
    rejected: dpo !== false,
    path: within(directory, 'pairs.jsonl'),
    onProgress: ({ stage, done, total }) => onProgress?.({ stage: 'pairs', part: stage, done, total }),
    winnerThreshold: winnerThreshold(settings),
    onReference: (share) => tellReference(run, share),
    onSummary: (made) => {
      if (made.pairs < made.prompts) {
        onProgress?.({ stage: 'unanswered', summary: formatPairsSummary(made), counts: made })
      }
    },
  })
}

const winnerThreshold = ({ filter: thresholds }: RunSettings): number =>
  (thresholds || undefined)?.winnerThreshold ?? 0.5

/** Reports how often the reference does what the patch should learn, and refuses to train if that is too rare. */
function tellReference({ options, settings, judge }: TrainRun, share: ReferenceShare): void {
  options.onProgress?.({ stage: 'reference', ...share })
  checkReferenceShare(share, settings.minimumReferenceShare, judge.name)
}

function filter(
  pairs: readonly PreferencePair[],
  options: RunSettings['filter'],
): Pick<FilteredPairs, 'pairs' | 'unpaired'> & Partial<FilteredPairs> {
  if (options !== false) return filterPairs(pairs, options)
  return {
    pairs: pairs.filter(({ rejected }) => rejected !== undefined),
    unpaired: pairs.filter(({ rejected }) => rejected === undefined),
  }
}
