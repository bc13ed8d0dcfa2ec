import type { TrainingPreset } from '@policypatch/core/train'

/** What a new project's patch shall do. */
export type InitGoal = keyof typeof goals

/** What a workflow of continuous integration does. */
export type InitWorkflow = (typeof workflows)[number]

/** What a new project is made of. */
export interface InitSettings {
  readonly goal: InitGoal
  /** A Hub id, a folder or a .gguf file. */
  readonly model: string
  /** Of the patch. */
  readonly name: string
  /** `recorded`, `system-prompt`, or as `--reference` takes it. */
  readonly reference: string
  readonly preset: TrainingPreset
  readonly ci: InitWorkflow
}

export const goals = {
  refuse: 'refuse harmful requests',
  json: 'answer in JSON',
  style: 'answer in your own style',
} as const

export const workflows = ['train', 'eval', 'none'] as const

/** The defaults; the name is that of the folder. */
export const initDefaults = {
  goal: 'refuse',
  model: 'HuggingFaceTB/SmolLM2-135M-Instruct',
  reference: 'recorded',
  preset: 'balanced',
  ci: 'train',
} as const satisfies Omit<InitSettings, 'name'>
