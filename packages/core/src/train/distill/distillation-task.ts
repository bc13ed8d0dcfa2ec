import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { modelReference } from '../../pairs/references/model-reference.ts'
import type { Reference } from '../../pairs/references/reference.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import type { PromptFormat } from '../../pairs/rows/prompt-format.ts'

/** A prompt, and the response on which to imitate the teacher; without one, the teacher is asked. */
export interface DistillationRow extends PatchPrompt {
  readonly response?: string
}

/** Something that a prefix should do like its teacher. */
export interface DistillationTask {
  /** Name in files and messages. */
  readonly name: string
  /** Responds, and gives distributions over the tokens of the trained model. */
  readonly teacher: Reference
  readonly rows: readonly DistillationRow[]
  /** Default `chat`. */
  readonly format?: PromptFormat | undefined
  /** Its weight in a batch, relative to other tasks. Default 1. */
  readonly share?: number | undefined
  /** Responses are cut to this many tokens. Default 32. */
  readonly maxResponseTokens?: number | undefined
}

/** Prompts on which one patch should do what others do. */
export interface ImitationTask extends Omit<DistillationTask, 'teacher' | 'rows'> {
  /** Rows with a response use it; for others, the teacher is asked. */
  readonly prompts: readonly DistillationRow[]
  /** Temperature at which the teacher responds. Default 0. */
  readonly temperature?: number | undefined
  /** Seed for sampled responses: tasks with the same prompts but other seeds have other responses. Default 0. */
  readonly responseSeed?: number | undefined
}

/** Tasks whose teacher is a patched model, with responses of that model or another. */
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
