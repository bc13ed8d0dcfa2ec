import type { TrainingPreset } from '@policypatch/core/train'

/** What a new project's patch should do. */
export type InitGoal = keyof typeof goals

/** What a CI workflow does. */
export type InitWorkflow = (typeof workflows)[number]

/** The settings of a new project. */
export interface InitSettings {
  readonly goal: InitGoal
  /** A Hub id, a folder or a .gguf file. */
  readonly model: string
  /** Name of the patch. */
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

/** The defaults. The default name is that of the folder. */
export const initDefaults = {
  goal: 'refuse',
  model: 'HuggingFaceTB/SmolLM2-135M-Instruct',
  reference: 'recorded',
  preset: 'balanced',
  ci: 'train',
} as const satisfies Omit<InitSettings, 'name'>
