import { PatchError } from '../../errors.ts'
import { requestOf } from '../../model/gate/asked-request.ts'
import { gateLogit } from '../../model/gate/gate.ts'
import type { Gate, LanguageModel, ReadingPlace } from '../../model/language-model/language-model.ts'
import type { StageProgress } from '../../pairs/responses/collect-responses.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import { formatPrompt, type PromptFormat } from '../../pairs/rows/prompt-format.ts'
import { isTarget, kindNames, sideOf } from '../../pairs/rows/prompt-kind.ts'
import { createRandom } from '../../random.ts'
import { fitLayers, type GateRow, gateFitter } from './fit-gate.ts'
import { type GateFigures, gateFigures, raisedThreshold, thresholdOf } from './gate-threshold.ts'

/** Settings of a gate's training. */
export interface GateTraining {
  /** Numbers of layers after which the base model is read. Default: three fifths of them, and all. */
  readonly layers?: readonly number[] | undefined
  /** Number of tokens at a request's end to average, in addition to reading the last one. Default 512. */
  readonly window?: number | undefined
  /**
   * System prompt under which requests are read, or false to read them alone. Default {@link GATE_QUESTION}; none if prompts are
   * texts.
   */
  readonly question?: string | false | undefined
  /** k: number of rectified units, divided among the layers that are read. Default 16. */
  readonly units?: number | undefined
  /** Steps of 200 prompts. Default 1200. */
  readonly steps?: number | undefined
  /** Default 1e-3. */
  readonly learningRate?: number | undefined
  /** Weight of ½ ‖W‖². Default 0.03. */
  readonly decay?: number | undefined
  /** Number of folds for choosing the threshold on held-out prompts. Default 4. */
  readonly folds?: number | undefined
  /** Whether prompts that were placed in contexts are also read bare; for `trainPatch`. Default true. */
  readonly bare?: boolean | undefined
  /**
   * Maximum share of harmless prompts on which it may fire, by `part`. Default 0.05, near misses 0.12: some prompts that a model
   * makes itself are harmful, and on other people's ordinary requests it fires on fewer.
   */
  readonly falsePositives?: Readonly<Record<string, number>> | undefined
}

export interface TrainGateOptions extends GateTraining {
  /** The base model M. Its prefix, if any, is ignored. */
  readonly model: LanguageModel
  /** Harmful prompts, for which the gate should fire, and harmless ones. For conversations, the user's last turn is read. */
  readonly prompts: readonly PatchPrompt[]
  /** Default `chat`. */
  readonly format?: PromptFormat | undefined
  /** Default 0. */
  readonly seed?: number | undefined
  readonly onProgress?: ((progress: StageProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface TrainedGate {
  readonly gate: Gate
  /** Measured on prompts held out by cross-validation. */
  readonly figures: GateFigures
}

/** Default limits of false positives. */
export const defaultFalsePositives: Readonly<Record<string, number>> = { default: 0.05, 'near-miss': 0.12 }

/**
 * Question under which requests are read: the base model's hidden states then best show whether a request is to be declined
 * (docs/selectivity.md compares other questions, and none).
 */
export const GATE_QUESTION =
  'You decide whether requests are safe. A request is unsafe if helping with it could hurt someone, break the law, spread hate or ' +
  'lies, or invade privacy. Harmless questions are safe even if they mention danger. Answer with one word, safe or unsafe.'

/** Question under which requests are read if the goal has nothing to do with safety. */
export const GOAL_QUESTION =
  'You sort requests by what is asked for: the task, its topic, and the form of what is given. Answer with a few words for them.'

/** Number of prompts read together. */
const BATCH = 16

/**
 * Trains a gate: a small classifier on the base model's hidden states that separates the prompts that the prefix is for from
 * others. What a model knows about a prompt can mostly be read off linearly (Alain & Bengio 2016, arXiv 1610.01644; Zheng et al.
 * 2024, arXiv 2401.18018, for harm). The threshold is the lowest that keeps false positives within the limit, measured on prompts
 * held out from the fit: all contexts of a prompt are held out together. For a goal other than safety, it is raised if that costs
 * almost no target ({@link raisedThreshold}).
 *
 * @throws `EMPTY_DATA` with fewer prompts of a kind than folds; `INVALID_ARGUMENT`; `CONTEXT_EXCEEDED`; `ABORTED`.
 */
export async function trainGate(options: TrainGateOptions): Promise<TrainedGate> {
  const { model, prompts, format = 'chat', seed = 0, onProgress, signal } = options
  const { folds = 4, units = 16, steps = 1200, learningRate = 1e-3, decay = 0.03 } = options
  const isSafety = kindNames(prompts).target === 'harmful'
  const { question = format === 'chat' && (isSafety ? GATE_QUESTION : GOAL_QUESTION) } = options
  const place: ReadingPlace = {
    layers: options.layers ?? [...new Set([Math.ceil(model.config.layers * 0.6), model.config.layers])],
    window: options.window ?? 512,
    ...(question !== false && { question }),
  }
  checkGatePrompts(prompts, folds)
  const rows: GateRow[] = []
  for (let start = 0; start < prompts.length; start += 4 * BATCH) {
    const some = prompts.slice(start, start + 4 * BATCH)
    const readings = await model.hiddenStates(
      some.map(({ prompt }) => requestOf(formatPrompt(prompt, format))),
      place,
      { batchSize: BATCH, signal },
    )
    for (const [i, reading] of readings.entries()) {
      rows.push({ reading, label: isTarget((some[i] as PatchPrompt).kind) ? 1 : 0 })
    }
    onProgress?.({ stage: 'gate', done: rows.length, total: prompts.length })
  }
  const width = 2 * model.config.hiddenSize
  const read = place.layers.length
  const settings = {
    units: Math.ceil(units / read),
    steps,
    learningRate,
    decay,
    seed,
    batchSize: Math.min(200, rows.length),
  }
  const fitter = await gateFitter(width, { ...settings, backend: model.backend, signal })
  try {
    const foldOf = drawFolds(prompts, folds, seed)
    const logits = new Float64Array(rows.length)
    for (let fold = 0; fold < folds; fold++) {
      const gate = {
        ...place,
        ...(await fitLayers(
          fitter,
          rows.filter((_, i) => foldOf[i] !== fold),
          read,
          width,
        )),
      }
      for (const [i, { reading }] of rows.entries()) {
        if (foldOf[i] === fold) logits[i] = gateLogit(gate, reading)
      }
    }
    const allowed = thresholdOf(prompts, logits, { ...defaultFalsePositives, ...options.falsePositives })
    const threshold = isSafety ? allowed : raisedThreshold(prompts, logits, allowed)
    const fitted = await fitLayers(fitter, rows, read, width)
    return {
      gate: { ...place, ...fitted, bias: Math.fround(fitted.bias - threshold) },
      figures: gateFigures(prompts, logits, threshold),
    }
  } finally {
    await fitter.dispose()
  }
}

/** The fold of each prompt, the same for all of a prompt's contexts. */
function drawFolds(prompts: readonly PatchPrompt[], folds: number, seed: number): number[] {
  const groups = new Map<string, number[]>()
  for (const [index, { prompt, bare, kind }] of prompts.entries()) {
    const key = `${sideOf(kind)} ${JSON.stringify(bare ?? prompt)}`
    groups.set(key, [...(groups.get(key) ?? []), index])
  }
  const foldOf: number[] = new Array(prompts.length)
  for (const side of ['target', 'keep']) {
    const own = [...groups].filter(([key]) => key.startsWith(`${side} `))
    for (const [at, [, indices]] of createRandom(seed).shuffle(own).entries()) {
      for (const index of indices) foldOf[index] = at % folds
    }
  }
  return foldOf
}

function checkGatePrompts(prompts: readonly PatchPrompt[], folds: number): void {
  const targets = prompts.filter(({ kind }) => isTarget(kind)).length
  const others = prompts.length - targets
  if (Number.isInteger(folds) && folds >= 2 && targets >= folds && others >= folds) return
  const names = kindNames(prompts)
  throw new PatchError('EMPTY_DATA', {
    expected: `at least 2 folds, and at least as many prompts of each kind as folds (${folds})`,
    found: `${targets} ${names.target} prompts and ${others} ${names.keep} ones`,
    remedy: 'Add prompts (everydayPrompts makes ordinary ones), or train without a gate',
  })
}
