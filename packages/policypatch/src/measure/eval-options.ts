import type { Patch } from '@policypatch/core'
import type { EvaluationSubject, ReportData } from '@policypatch/core/evaluate'
import type { PromptKind } from '@policypatch/core/pairs'
import type { PatchEffect } from '@policypatch/core/patch'
import type { DomainSpec } from '../options/domain-spec.ts'
import type { JudgeOptions } from '../options/pair-options.ts'
import type { ReferenceOptions } from '../options/reference-spec.ts'

/** The options of `eval`. */
export interface EvalOptions extends JudgeOptions, ReferenceOptions {
  readonly domain?: DomainSpec
  readonly samples?: number
  readonly model?: string
  readonly prompts?: readonly string[]
  /** `none`, `default` or a file. */
  readonly contexts: string
  readonly kind?: PromptKind
  readonly ability?: string | true
  readonly patch?: readonly string[]
  readonly systemPrompt?: string | true
  readonly out?: string
  readonly record?: boolean
  readonly fresh?: true
  readonly maxTokens: number
  readonly batchSize: number
  readonly format: 'chat' | 'text'
}

/** What to measure, known before the model is loaded. */
export interface ToMeasure {
  readonly patches: readonly Patch[]
  readonly modelId: string
  readonly systemPrompt: string | true | undefined
}

/** Everything measured except abilities. */
export interface Measured {
  /** The base's id. */
  readonly model: string
  readonly subjects: readonly EvaluationSubject[]
  readonly tables: readonly string[]
  /** The figures as JSON. */
  readonly json: object
  /** Effects of the first patch, as its manifest records them. */
  readonly effects: readonly PatchEffect[]
  report(settings: Readonly<Record<string, unknown>>): ReportData
}
