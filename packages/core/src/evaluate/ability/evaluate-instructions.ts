import { PatchError } from '../../errors.ts'
import { modelReference } from '../../pairs/references/model-reference.ts'
import { collectResponses } from '../../pairs/responses/collect-responses.ts'
import { openResponseJournal, sourceMark } from '../../pairs/responses/response-journal.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import { digestOf } from '../../sha256.ts'
import type { Measurement } from '../statistics/measurement.ts'
import { type AbilityOptions, accuracyMeasurement, subjectOf } from './ability-measure.ts'
import { followsInstruction, type InstructionCheck } from './follows-instruction.ts'

export interface EvaluateInstructionsOptions extends AbilityOptions {
  readonly instructions: readonly InstructionCheck[]
  /** Maximum number of tokens per response. Default 128. */
  readonly maxTokens?: number | undefined
}

/** The name of the rules of {@link followsInstruction}; give it a new one when what they accept changes. */
const judge = 'instruction-checks-v1'

/**
 * The share of instructions that are followed exactly. Each is sent as a chat, answered greedily, and checked by a program
 * (IFEval's strict prompt-level accuracy). A spot check: it shows that a patch broke something, not how good a model is.
 *
 * @throws `EMPTY_DATA` without instructions; `NO_CHAT_TEMPLATE`; `RESUME_MISMATCH` if `path` is of another run; `ABORTED`;
 *   `STORAGE_FAILED`; and the errors of `LanguageModel.generateBatch`.
 */
export async function evaluateInstructions(options: EvaluateInstructionsOptions): Promise<Measurement[]> {
  const { model, instructions, maxTokens = 128, batchSize = 32, data = 'instructions' } = options
  const { path, onProgress, signal } = options
  if (instructions.length === 0) {
    throw new PatchError('EMPTY_DATA', {
      expected: 'instructions to follow',
      found: 'none',
      remedy: 'Pass at least one',
    })
  }
  const prompts = instructions.map(({ prompt }): PatchPrompt => ({ prompt, kind: 'harmless' }))
  const subject = modelReference({ model, maxTokens, batchSize })
  const journal = await openResponseJournal(path, {
    run: 'instructions',
    subject: { ...subjectOf(options), ...(await sourceMark(subject)) },
    prompts: await digestOf(prompts),
  })
  await collectResponses('model', subject, prompts, [...prompts.keys()], {
    journal,
    onProgress: onProgress && ((progress) => onProgress({ ...progress, stage: 'instructions' })),
    signal,
  })
  const responses = journal.responses('model')
  const followed = instructions.map((check, index) => followsInstruction(check, responses.get(index) ?? ''))
  return [accuracyMeasurement({ metric: 'instructions followed', judge, data }, followed, options)]
}
