import type { LanguageModel } from '../model/language-model/language-model.ts'
import { modelIdentity } from '../model/language-model/model-identity.ts'
import type { Reference } from '../pairs/references/reference.ts'
import type { PatchPrompt } from '../pairs/rows/preference-pair.ts'
import { isTarget } from '../pairs/rows/prompt-kind.ts'
import { digestOf } from '../sha256.ts'
import { type StoredPlace, storedAt, within } from '../storage/place.ts'
import { type AbilityChange, abilityChanges } from './ability/ability-changes.ts'
import { evaluateAbility } from './ability/evaluate-ability.ts'
import type { HeldOutText } from './ability/evaluate-perplexity.ts'
import { type PerplexityChange, perplexityChange } from './ability/perplexity-change.ts'
import type { AbilityData } from './ability/read-ability-data.ts'
import type { EvaluationSubject } from './evaluation-subject.ts'
import { askSubject } from './grid/ask-subject.ts'
import { type EvaluateGridOptions, evaluateGrid, type GridEvaluation } from './grid/evaluate-grid.ts'
import { type Divergence, divergence } from './metrics/divergence.ts'

export interface EvaluatePatchOptions extends Omit<EvaluateGridOptions, 'subjects' | 'tokenizer'> {
  /** The base model, without the patch. */
  readonly model: LanguageModel
  /** The same with the patch: `applyPatch(model, patch)`. */
  readonly patched: LanguageModel
  /** Name of the patched model in figures. Default `patched`. */
  readonly name?: string | undefined
  /** The safer M', measured too, as `reference`. */
  readonly reference?: Reference | undefined
  /** Other subjects to measure, such as another patch. */
  readonly others?: readonly EvaluationSubject[] | undefined
  /**
   * Prompts on which the patched model should behave like its base model. Default: the harmless ones of `prompts` in plain
   * context, except those that look harmful (parts named near miss, lookalike or XSTest). Without any, divergence is not
   * measured.
   */
  readonly everyday?: readonly PatchPrompt[] | undefined
  /** Plain texts whose perplexity is measured. */
  readonly texts?: readonly HeldOutText[] | undefined
  /** Data to measure ability on. */
  readonly ability?: AbilityData | undefined
}

export interface PatchEvaluation extends GridEvaluation {
  /** Name of the patched model in figures; the base model is `base`. */
  readonly patched: string
  /** From the base, on everyday prompts. */
  readonly divergence?: Divergence
  /** Of plain texts. */
  readonly perplexity?: PerplexityChange
  /** Each figure of the base model and of the patched model. */
  readonly ability?: readonly AbilityChange[]
}

/**
 * Measures the effects and the costs of a patch: refusal of harmful and harmless prompts by origin and context, for the base
 * model, the patched model and a reference ({@link evaluateGrid}); divergence from the base model on everyday prompts;
 * perplexity of plain texts; and ability. With a `directory`, everything is saved there. The base model's and the
 * reference's results are stored separately, so that a second patch can reuse them.
 *
 * @throws `EMPTY_DATA` without prompts; `INVALID_ARGUMENT`; `RESUME_MISMATCH`; `ABORTED`; `STORAGE_FAILED`; and the errors of
 *   the models, the reference and the judges.
 */
export async function evaluatePatch(asked: EvaluatePatchOptions): Promise<PatchEvaluation> {
  const options: Resolved = { ...asked, directory: storedAt(asked.directory) }
  const { model, patched, name = 'patched', reference, others = [], ...grid } = options
  const subjects: EvaluationSubject[] = [
    { name: 'base', model },
    { name, model: patched },
    ...(reference ? [{ name: 'reference', reference }] : []),
    ...others,
  ]
  const evaluation = await evaluateGrid({ ...grid, subjects, tokenizer: model.tokenizer })
  const everyday = options.everyday ?? everydayOf(options.prompts)
  const found = everyday.length > 0 ? await divergenceOn(everyday, options, evaluation) : undefined
  const perplexity = options.texts && (await perplexityOf(options.texts, options))
  const ability = options.ability && (await abilityOf(options.ability, options))
  return {
    ...evaluation,
    patched: name,
    ...(found && { divergence: found }),
    ...(perplexity && { perplexity }),
    ...(ability && { ability }),
  }
}

type Resolved = Omit<EvaluatePatchOptions, 'directory'> & { readonly directory: StoredPlace | undefined }

const looksHarmful = /near.?miss|look.?alike|look.?unsafe|xstest/iu

const everydayOf = (prompts: readonly PatchPrompt[]) =>
  prompts.filter(
    ({ kind, part = '', context = 'plain' }) =>
      !isTarget(kind) && context === 'plain' && !looksHarmful.test(part),
  )

async function divergenceOn(
  everyday: readonly PatchPrompt[],
  options: Resolved,
  { responses }: GridEvaluation,
): Promise<Divergence> {
  const { model, patched, name = 'patched', generation = {}, directory, onProgress, signal } = options
  const { maxTokens = 64, format = 'chat' } = generation
  const key = ({ prompt }: PatchPrompt) => JSON.stringify(prompt)
  const known = new Set(options.prompts.map(key))
  const others = everyday.filter((prompt) => !known.has(key(prompt)))
  const answersOf = async (subject: EvaluationSubject): Promise<string[]> => {
    const held = new Map(
      responses[subject.name]?.flatMap((said) => (said ? [[key(said), said.response] as const] : [])),
    )
    if (others.length === 0) return everyday.map((prompt) => held.get(key(prompt)) as string)
    const asked = await askSubject(subject, others, {
      ...{ generation, directory, onProgress, signal, tokenizer: model.tokenizer },
      judges: [],
    })
    for (const [index, prompt] of others.entries()) {
      held.set(key(prompt), asked.responses.get(index) as string)
    }
    return everyday.map((prompt) => held.get(key(prompt)) as string)
  }
  const answers = {
    base: await answersOf({ name: 'base', model }),
    patched: await answersOf({ name, model: patched }),
  }
  const digest = await digestOf([await modelIdentity(model), maxTokens, format, everyday.map(key)])
  return divergence({
    ...{ base: model, patched, prompts: everyday, answers, maxTokens, format },
    ...keptIn(options, `divergence-${digest.slice(0, 12)}.jsonl`),
  })
}

async function perplexityOf(texts: readonly HeldOutText[], options: Resolved): Promise<PerplexityChange> {
  const { model, patched } = options
  const { path: base, ...kept } = keptIn(options, await pathOf('base.perplexity', model, texts))
  const { path: other } = keptIn(options, await pathOf('patched.perplexity', patched, texts))
  return perplexityChange({ ...kept, base: model, patched, texts, paths: { base, patched: other } })
}

async function abilityOf(data: AbilityData, options: Resolved): Promise<readonly AbilityChange[]> {
  const figures = async (subject: 'base' | 'patched', model: LanguageModel) =>
    evaluateAbility({
      ...{ model, subject, data },
      ...keptIn(options, await pathOf(subject, model, data)),
    })
  return abilityChanges(await figures('base', options.model), await figures('patched', options.patched))
}

/** The file for one model's results on some data. Another prefix or other data gets another file. */
async function pathOf(name: string, model: LanguageModel, data: unknown): Promise<string> {
  return `${name}-${(await digestOf([model.id, await modelIdentity(model), data])).slice(0, 12)}`
}

const keptIn = ({ directory, onProgress, signal }: Resolved, file: string) => ({
  path: directory && within(directory, file),
  onProgress,
  signal,
})
