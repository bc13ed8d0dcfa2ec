import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { modelReference } from '../../pairs/references/model-reference.ts'
import type { DistillationRow, DistillationTask } from './distillation-task.ts'

/** Prompts on which one patch is to do what others do. */
export interface ImitationTask extends Omit<DistillationTask, 'teacher' | 'rows'> {
  /** With a response, that is read; else the teacher is asked. */
  readonly prompts: readonly DistillationRow[]
  /** Temperature at which the teacher responds. Default 0. */
  readonly temperature?: number
  /** Of the responses that are sampled: tasks of the same prompts and other seeds have other responses. Default 0. */
  readonly responseSeed?: number
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
