import { PatchError } from '../errors.ts'
import { given } from '../given.ts'
import type { GenerateOptions, LanguageModel } from '../model/language-model/language-model.ts'
import { digestOf } from '../sha256.ts'
import { writeJsonLines } from '../storage/json-lines.ts'
import { beside, type Place, type StoredPlace, storedAt } from '../storage/place.ts'
import { drawSides, type ScoredSample, samplesIn } from './draw-sides.ts'
import type { Judge } from './judges/judge.ts'
import { goalSides, type PairRecipe, type SidesByKind, safetySides, sidesOfKind } from './pair-recipe.ts'
import { checkAnswered, type PairsSummary, summaryOf } from './pairs-summary.ts'
import { checkReferenceShare, type ReferenceShare, shareOfJournal, shareOfPairs } from './reference-share.ts'
import { modelReference } from './references/model-reference.ts'
import type { Reference, RespondSettings } from './references/reference.ts'
import {
  collectResponses,
  type StageProgress,
  sampleSeed,
  sampleSource,
} from './responses/collect-responses.ts'
import { openResponseJournal, sourceMark } from './responses/response-journal.ts'
import { scoreResponses } from './responses/score-responses.ts'
import type { PatchPrompt, PreferencePair } from './rows/preference-pair.ts'
import type { PromptFormat } from './rows/prompt-format.ts'
import { readPairs } from './rows/read-rows.ts'

export interface GeneratePairsOptions {
  /** The target M. */
  readonly model: LanguageModel
  /** The safer M'; a function receives the settings to answer with, for recipes that draw several answers. */
  readonly reference: Reference | ((settings: RespondSettings) => Reference)
  readonly prompts: readonly PatchPrompt[]
  readonly judge: Judge
  /**
   * The pairs file; the run's journal is `<path>.journal.jsonl`. Without it, the pairs are only returned, and an interrupted run
   * starts over.
   */
  readonly path?: Place | undefined
  /** How M generates. Seed 0 by default, also for drawing refusals. */
  readonly generation?:
    | (Omit<GenerateOptions, 'signal'> & { readonly format?: PromptFormat | undefined })
    | undefined
  /** Where the sides of pairs come from. Default: as below, for safety and for any other goal. */
  readonly recipe?: Pick<PairRecipe, 'sides' | 'samples' | 'unpicked'> | undefined
  /** y⁺ of harmless prompts: the reference's answer if the judge accepts it, or always M's. */
  readonly harmlessChosen?: 'reference' | 'model' | undefined
  /** y⁻ of harmless prompts: the reference's refusals, or stock ones; also stock if it has none. */
  readonly harmlessRejected?: 'reference' | 'stock' | undefined
  /** `false` makes rows with only y⁺ and does not run M on harmful prompts. Default true. */
  readonly rejected?: boolean | undefined
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  /** Minimum share of the targets that the reference must answer as wanted, in [0, 1]; otherwise the run stops. Default 0. */
  readonly minimumReferenceShare?: number | undefined
  /** Minimum score of an answer as wanted. Default 0.5. */
  readonly winnerThreshold?: number | undefined
  /** Receives the reference's results on the targets; before the model runs, unless a recipe picks from several answers. */
  readonly onReference?: ((share: ReferenceShare) => void) | undefined
  /** Receives, at the end, the prompts without a pair and the reasons. */
  readonly onSummary?: ((summary: PairsSummary) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Makes preference pairs. Targets: y⁺ from M', y⁻ from M. `keep` prompts: y⁺ the answer of M' or M; y⁻ of a `harmless` one a
 * refusal, y⁻ of one of kind `keep` the answer of M', if the judge finds that only targets should get it. If a prompt was
 * placed in a context, M' gets the bare prompt, where it is reliable, and y⁺ of a harmless one is M's answer in that context.
 * The judge scores both; nothing is filtered yet. Every response and score is saved as it comes. A stopped run resumes and
 * gives the same file; a finished run returns the pairs of its file, even if you have edited them.
 *
 * @returns the pairs in the order of the prompts; prompts without y⁺ are left out.
 * @throws `EMPTY_DATA` without prompts, and where the reference has no y⁺ for any harmful one, with the reasons;
 *   `INVALID_ARGUMENT` if `path` holds a file that no run made; `TRAINING_FAILED` below `minimumReferenceShare`;
 *   `RESUME_MISMATCH` if the journal is of another run; `ABORTED`; `STORAGE_FAILED`; and the errors of the model, the
 *   reference and the judge.
 */
export async function generatePairs(options: GeneratePairsOptions): Promise<PreferencePair[]> {
  const { prompts, judge, path, recipe, onProgress, onSummary, signal } = options
  const { harmlessChosen = 'reference', harmlessRejected = 'reference', rejected = true } = options
  const { minimumReferenceShare = 0, winnerThreshold = 0.5, onReference } = options
  const told = (share: ReferenceShare) => {
    onReference?.(share)
    checkReferenceShare(share, minimumReferenceShare, judge.name)
  }
  if (prompts.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'at least one prompt',
      found: 'none',
      remedy: 'Pass both harmful and harmless prompts',
    })
  }
  const file = storedAt(path)
  const journalFile = file && beside(file, '.journal.jsonl')
  const finished = file && journalFile && (await finishedFile(file, journalFile))
  const { seed = 0 } = options.generation ?? {}
  const { samples = 1 } = recipe ?? {}
  const sources = sourcesOf(options, samples)
  const reference = sources.reference(0)
  const journal = await openResponseJournal(journalFile, {
    run: 'pairs',
    model: await sourceMark(sources.model(0)),
    reference: await sourceMark(reference),
    judge: await sourceMark(judge),
    prompts: await digestOf(prompts.map(identity)),
    harmlessChosen,
    harmlessRejected,
    rejected: rejected ? undefined : rejected,
    recipe: recipe && { sides: recipe.sides, samples, unpicked: recipe.unpicked },
  })
  if (finished) {
    const pairs = await readPairs(finished)
    // The file may have been edited since.
    told(shareOfPairs(pickedOf(pairs, recipe), winnerThreshold))
    onSummary?.(summaryOf(prompts, journal, pairs.length))
    return pairs
  }
  const stage = { journal, onProgress, signal }
  const sides = recipe?.sides ?? sidesOf(harmlessChosen, rejected)
  // If targets only learn what the reference says, this is known before the model runs.
  const isPlain = samples === 1 && sidesOfKind(sides, 'target')?.chosen.from === 'reference'
  const asked = { reference: prompts.map(bareOf), model: prompts }
  const draw = async (source: 'reference' | 'model', indices: readonly number[]) => {
    const names = Array.from({ length: samples }, (_, sample) => nameOf(source, sample))
    for (const [sample, name] of names.entries()) {
      await collectResponses(name, sources[source](sample), asked[source], indices, stage)
    }
    if (source === 'reference' && isPlain) checkAnswered(prompts, journal, reference)
    for (const name of names) await scoreResponses(name, judge, prompts, journal.responses(name), stage)
    if (source === 'reference' && isPlain) told(shareOfJournal(prompts, journal, winnerThreshold))
    return samplesIn(
      journal,
      names.map((name) => ({ responses: name, scores: name })),
    )
  }
  const judgeRefusals = async (refusals: ReadonlyMap<number, string>) => {
    await scoreResponses('refusal', judge, prompts, refusals, stage)
    return journal.scores('refusal')
  }
  const drawn = await drawSides(prompts, {
    ...{ draw, judgeRefusals, seed, sides },
    refusals: harmlessRejected,
  })
  const pairs = prompts.flatMap((prompt, index) => {
    const { chosen, rejected, unpicked } = drawn(index)
    const others = chosen && recipe?.unpicked === 'sft' ? unpicked : []
    return [
      ...(chosen ? [rowOf(prompt, chosen, rejected)] : []),
      ...others.map((other) => rowOf(prompt, other)),
    ]
  })
  if (!isPlain) told(shareOfPairs(pickedOf(pairs, recipe), winnerThreshold))
  onSummary?.(summaryOf(prompts, journal, pairs.length))
  if (file) await writeJsonLines(file.storage, file.path, pairs)
  return pairs
}

function sidesOf(harmlessChosen: 'reference' | 'model', rejected: boolean): SidesByKind {
  const chosen = {
    reference: safetySides.harmless.chosen,
    model: { from: 'model', orElse: 'reference' },
  } as const
  const { harmful, harmless } = safetySides
  const target = { ...harmful, rejected: rejected ? harmful.rejected : undefined }
  return {
    ...{ target, harmful: target },
    harmless: { chosen: chosen[harmlessChosen], rejected: rejected ? harmless.rejected : undefined },
    keep: { ...goalSides.keep, chosen: chosen[harmlessChosen] },
  }
}

/** Rows without the unpicked answers, which follow their prompt's pair. */
const pickedOf = (pairs: readonly PreferencePair[], recipe: GeneratePairsOptions['recipe']) =>
  recipe?.unpicked === undefined
    ? pairs
    : pairs.filter(({ prompt }, i) => JSON.stringify(prompt) !== JSON.stringify(pairs[i - 1]?.prompt))

/** The journal's name for a sample; the first one has the source's name. */
const nameOf = (source: string, sample: number) => (sample === 0 ? source : sampleSource(source, sample))

/** The sources of answers, by sample. */
function sourcesOf({ model, reference, generation = {} }: GeneratePairsOptions, samples: number) {
  const { seed = 0, format = 'chat', maxTokens = 128, temperature = 0, topP = 1, topK = 0 } = generation
  if (samples > 1 && !(temperature > 0 && typeof reference === 'function')) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected:
        'a temperature above 0 and a reference that is a function of its settings, for several samples',
      found: `${samples} samples, temperature ${temperature}, ${typeof reference === 'function' ? 'a function' : 'a reference'}`,
      remedy: 'Pass `(settings) => modelReference({ model, ...settings })`, or change the recipe',
    })
  }
  const seedOf = (sample: number) => (samples === 1 ? seed : sampleSeed(seed, sample))
  const settings = { format, maxTokens, temperature, topP, topK, batchSize: generation.batchSize }
  return {
    reference: (sample: number) =>
      typeof reference === 'function' ? reference({ ...settings, seed: seedOf(sample) }) : reference,
    model: (sample: number) => modelReference({ model, ...generation, seed: seedOf(sample) }),
  }
}

function rowOf(
  { prompt, kind, part, context, bare }: PatchPrompt,
  chosen: ScoredSample,
  rejected?: ScoredSample,
): PreferencePair {
  return {
    ...{ prompt, kind },
    ...given({ part, context, bare }),
    chosen: chosen.response,
    ...given({ rejected: rejected?.response }),
    chosenScore: chosen.score,
    ...given({ rejectedScore: rejected?.score }),
  }
}

/** What distinguishes a prompt from others of the run. */
const identity = ({ kind, prompt, bare }: PatchPrompt) => [
  kind,
  prompt,
  ...(bare === undefined ? [] : [bare]),
]

const bareOf = (row: PatchPrompt): PatchPrompt => ({ ...row, prompt: row.bare ?? row.prompt })

/** The file of a finished run. */
async function finishedFile(file: StoredPlace, journal: StoredPlace): Promise<StoredPlace | undefined> {
  const { storage, path } = file
  if (!(await storage.exists(path))) return undefined
  if (await storage.exists(journal.path)) return file
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `no file at ${path}, or one written by a run, with its ${journal.path}`,
    found: 'a file without a journal',
    remedy: 'Use another path, or move that file away',
  })
}
