import type { PromptFormat, PromptKind } from '@policypatch/core/pairs'
import type { Precision } from '@policypatch/core/platform'
import type { TrainingOptions } from './training-options.ts'

/** The model that commands run, and where its long work is done. */
interface ModelConfig {
  /** A Hub id, a folder or a .gguf file. */
  readonly model?: string
  readonly device?: 'auto' | 'cpu' | 'cuda' | 'webgpu'
  readonly precision?: Precision
  /** `redis://HOST:PORT`, or `here`. */
  readonly queue?: string
  /** `s3://BUCKET/PREFIX` or a shared folder. */
  readonly store?: string
}

/** The goal and who judges it. */
interface GoalConfig {
  /** `harmfulness`, `toxicity`, `gender` or a file; in place of `judge` and `format`. */
  readonly domain?: string
  /** As `--judge` takes it, such as `json` or `regex:^Good day`. */
  readonly judge?: string
  /** Name of an environment variable. */
  readonly judgeKeyEnv?: string
  readonly judgeBody?: Readonly<Record<string, unknown>>
  readonly judgeCriteria?: string
  readonly format?: PromptFormat
  readonly kind?: PromptKind
}

/** A reference, as `--reference` takes it, such as `recorded:prompts.jsonl`. */
interface ReferenceConfig {
  readonly reference?: string
  /** Name of an environment variable. */
  readonly referenceKeyEnv?: string
  readonly referenceBody?: Readonly<Record<string, unknown>>
  readonly keepThinking?: boolean
}

/** What pairs are made from, and how. */
interface DataConfig extends ReferenceConfig {
  /** Files. */
  readonly prompts?: string | readonly string[]
  readonly everyday?: number
  /** `none`, `default` or a file. */
  readonly contexts?: string
  readonly maxTokens?: number
  readonly temperature?: number
  readonly seed?: number
}

/** Options of `policypatch pairs`. */
export interface PairsConfig extends ModelConfig, GoalConfig, DataConfig {
  readonly out?: string
  readonly batchSize?: number
}

/** Options of `policypatch train`. */
export interface TrainConfig extends ModelConfig, GoalConfig, DataConfig, Partial<TrainingOptions> {
  readonly pairs?: string
  readonly run?: string
}

/** Options of `policypatch eval`. */
export interface EvalConfig extends ModelConfig, GoalConfig, ReferenceConfig {
  readonly prompts?: string | readonly string[]
  /** `none`, `default` or a file. */
  readonly contexts?: string
  readonly samples?: number
  /** `true` for the built-in data, or a folder. */
  readonly ability?: string | true
  readonly patch?: string | readonly string[]
  /** `true` for the safety prompt, or a file. */
  readonly systemPrompt?: string | true
  readonly out?: string
  readonly record?: boolean
  /** File of a trust policy. */
  readonly trust?: string
  readonly maxTokens?: number
  readonly batchSize?: number
}

/**
 * What `policypatch.config.ts` exports: options of commands in camel case, with paths relative to the working directory.
 * Options at the top level apply to `pairs` and `train`, and to `eval` if they concern the model or the goal. Options of a
 * command override them, and flags override both.
 */
export interface ProjectConfig extends ModelConfig, GoalConfig, DataConfig {
  readonly pairs?: PairsConfig
  readonly train?: TrainConfig
  readonly eval?: EvalConfig
}

/** Returns a configuration unchanged, so that your editor knows its fields. */
export const defineConfig = (config: ProjectConfig): ProjectConfig => config
