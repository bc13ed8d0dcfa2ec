import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { modelReference } from '../../pairs/references/model-reference.ts'
import type { Reference } from '../../pairs/references/reference.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import type { PromptFormat } from '../../pairs/rows/prompt-format.ts'

/** A prompt, and the response at whose positions the teacher is imitated; without one the teacher is asked. */
export interface DistillationRow extends PatchPrompt {
  readonly response?: string
}

/** Something that a prefix is to do as its teacher does it. */
export interface DistillationTask {
  /** For files and messages. */
  readonly name: string
  /** Responds, and gives distributions over the tokens of the model that is trained. */
  readonly teacher: Reference
  readonly rows: readonly DistillationRow[]
  /** Default `chat`. */
  readonly format?: PromptFormat | undefined
  /** Its part of a batch, to those of other tasks. Default 1. */
  readonly share?: number | undefined
  /** Responses are cut to this many tokens. Default 32. */
  readonly maxResponseTokens?: number | undefined
}

/** Prompts on which one patch is to do what others do. */
export interface ImitationTask extends Omit<DistillationTask, 'teacher' | 'rows'> {
  /** With a response, that is read; else the teacher is asked. */
  readonly prompts: readonly DistillationRow[]
  /** Temperature at which the teacher responds. Default 0. */
  readonly temperature?: number | undefined
  /** Of the responses that are sampled: tasks of the same prompts and other seeds have other responses. Default 0. */
  readonly responseSeed?: number | undefined
}

/** Tasks whose teacher is a patched model, and whose responses are its own or another's. */
export function imitate(
  tasks: readonly ImitationTask[],
  model: LanguageModel,
  name: string,
  responder = model,
): DistillationTask[] {
  return tasks.map(({ prompts, temperature = 0, responseSeed = 0, ...task }) => {
    const settings = {
      format: task.format ?? 'chat',
      temperature,
      seed: responseSeed,
      maxTokens: task.maxResponseTokens ?? 32,
      batchSize: 32,
    }
    const teacher = modelReference({ model, name, ...settings })
    if (responder === model) return { ...task, rows: prompts, teacher }
    const responding = modelReference({ model: responder, ...settings })
    return {
      ...task,
      rows: prompts,
      teacher: {
        ...teacher,
        settings: { ...teacher.settings, responder: responding.settings },
        identity: async () => ({
          ...(await teacher.identity()),
          responderIdentity: await responding.identity(),
        }),
        respond: responding.respond,
      },
    }
  })
}
