/** patch.json, format version 1. Parsed and validated by `parseManifest`. */
export interface PatchManifest {
  readonly format: 'policypatch/v1'
  /** Lower-case letters, digits, `.`, `_` and `-`; at most 64 characters. Installed patches are stored under it. */
  readonly name: string
  /** Semantic version. */
  readonly version: string
  /** The behaviour that it changes, such as `harmfulness`. */
  readonly domain: string
  /** SPDX expression. */
  readonly license: string
  readonly base: BaseModelIdentity
  readonly prefix: PrefixSummary
  /** How it was composed, if it was. */
  readonly composition?: PatchComposition
  readonly recipe: PatchRecipe
  readonly effects: readonly PatchEffect[]
  /** Names of patches that must be applied with it, each alone or as `name@range`. */
  readonly requires: readonly string[]
  /** Names of patches that must not be applied with it, each alone or as `name@range`. */
  readonly conflicts: readonly string[]
  /** Names of patches that it replaces, each alone or as `name@range`; absent in patches of earlier versions. */
  readonly supersedes?: readonly string[]
  /** ISO 8601, UTC. */
  readonly created: string
  /** SHA-256 (hex) of the patch's other files by name. Always present in patch.json; computed on writing. */
  readonly files?: Readonly<Record<string, string>>
}

export interface BaseModelIdentity {
  readonly id: string
  readonly architecture: string
  readonly hiddenSize: number
  readonly vocabSize: number
  readonly layers: number
  /** Query heads. */
  readonly heads: number
  /** See `Tokenizer.fingerprint`. */
  readonly tokenizer: string
  /** See `LanguageModel.weightsFingerprint`. */
  readonly weights: string
  /** See `LanguageModel.weightsDigest`. */
  readonly digest?: string
}

export interface PrefixSummary {
  /** m: number of virtual tokens. */
  readonly length: number
  /** How the prefix was initialized: `text`, `vocab`, `random` or another word. */
  readonly init: string
  /** The sentence that it was initialized with. */
  readonly initText?: string
  /** Parts applied in parallel (see `Prefix.parts`), in the order of their virtual tokens. */
  readonly parts?: readonly PrefixPartSummary[]
  /** The gate that decides for which prompts it is used. A prefix with parts has no gate itself. */
  readonly gate?: GateSummary
  /** See `Prefix.alwaysVisible`. */
  readonly alwaysVisible?: boolean
}

/** A gate (see `Gate`); its numbers are in gate.safetensors. */
export interface GateSummary {
  /** Numbers of layers after which the base model is read. */
  readonly layers: readonly number[]
  /** Number of final tokens that are averaged, in addition to reading the last one. */
  readonly window: number
  /** System prompt under which requests are read. */
  readonly question?: string
  readonly units: number
  /** Shares of held-out prompts on which it fired: of harmful ones, and of harmless ones by part. */
  readonly figures?: {
    readonly recall: number
    readonly harmful: number
    readonly falsePositives: Readonly<Record<string, number>>
    readonly harmless: number
  }
}

export interface PrefixPartSummary {
  readonly length: number
  /** w > 0: tokens add log w to their attention logits on this part. */
  readonly weight: number
  readonly gate?: GateSummary
  readonly alwaysVisible?: boolean
}

/**
 * How several patches became one: `concat`, `parallel` and `merge` combine prefixes; `joint` was trained on all domains at once;
 * `compress` learned to reproduce its parts together; `rebase` learned to reproduce its part on another release of the base.
 */
export type CompositionMethod = 'concat' | 'parallel' | 'merge' | 'joint' | 'compress' | 'rebase'

export interface PatchComposition {
  readonly method: CompositionMethod
  /** In order. */
  readonly parts: readonly ComposedPart[]
}

/** A patch that is part of another. */
export interface ComposedPart {
  readonly name: string
  readonly version: string
  /** SHA-256 (hex) of its patch.json, which contains the digests of its other files. */
  readonly digest: string
  /** Number of virtual tokens. */
  readonly length: number
  readonly weight: number
}

/** How the prefix was trained, with everything needed to reproduce it. */
export interface PatchRecipe {
  readonly reference: string
  /** SHA-256 (hex) of each data file or set by role, such as `pairs`. */
  readonly data: Readonly<Record<string, string>>
  readonly seed: number
  /** Every hyperparameter of every stage, including defaults, as JSON values. */
  readonly options: Readonly<Record<string, unknown>>
}

/** One measured figure, before and after. */
export interface PatchEffect {
  readonly metric: string
  readonly judge: string
  readonly data: string
  /** Which direction is better; absent in patches of earlier versions. */
  readonly better?: 'higher' | 'lower'
  readonly n: number
  readonly before: MeasuredRate
  readonly after: MeasuredRate
}

/** A value with its 95% interval: low ≤ value ≤ high. */
export interface MeasuredRate {
  readonly value: number
  readonly low: number
  readonly high: number
}
