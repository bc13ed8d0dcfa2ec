import { PatchError } from '@policypatch/core'
import type { PatchManifest } from '@policypatch/core/patch'
import * as z from 'zod/mini'

/** What a repository says about a patch beside its archive: enough to choose a version without downloading it. */
export type PatchSummary = Pick<
  PatchManifest,
  'domain' | 'license' | 'base' | 'effects' | 'requires' | 'conflicts' | 'supersedes' | 'created'
>

/** A version of a patch, as described in a target's custom metadata. */
export interface PatchTarget {
  readonly name: string
  readonly version: string
  readonly summary: PatchSummary
  /** Why it was withdrawn; absent if it was not. */
  readonly yanked?: string
}

const format = 'policypatch-target/v1'

// Canonical JSON, which is what is signed, has no fractions, so they are written as strings.
const decimal = z.pipe(
  z.string().check(z.regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/)),
  z.transform((text: string) => Number(text)),
)
const rate = z.object({ value: decimal, low: decimal, high: decimal })
const count = z.int().check(z.minimum(1))
const effect = z.object({
  metric: z.string(),
  judge: z.string(),
  data: z.string(),
  better: z.exactOptional(z.enum(['higher', 'lower'])),
  n: count,
  before: rate,
  after: rate,
})
const base = z.object({
  id: z.string(),
  architecture: z.string(),
  hiddenSize: count,
  vocabSize: count,
  layers: count,
  heads: count,
  tokenizer: z.string(),
  weights: z.string(),
})

const schema = z.object({
  format: z.literal(format),
  name: z.string(),
  version: z.string(),
  domain: z.string(),
  license: z.string(),
  base,
  effects: z.array(effect),
  requires: z.array(z.string()),
  conflicts: z.array(z.string()),
  supersedes: z.exactOptional(z.array(z.string())),
  created: z.string(),
  yanked: z.exactOptional(z.string()),
})

/** The part of a manifest that a repository lists. */
export function summaryOf(manifest: PatchManifest): PatchSummary {
  const { domain, license, base: whole, effects, requires, conflicts, supersedes, created } = manifest
  const { id, architecture, hiddenSize, vocabSize, layers, heads, tokenizer, weights } = whole
  return {
    ...{ domain, license },
    base: { id, architecture, hiddenSize, vocabSize, layers, heads, tokenizer, weights },
    effects: effects.map(({ metric, judge, data, better, n, before, after }) => ({
      ...{ metric, judge, data, ...(better && { better }), n },
      before: { value: before.value, low: before.low, high: before.high },
      after: { value: after.value, low: after.low, high: after.high },
    })),
    ...{ requires, conflicts, ...(supersedes && { supersedes }), created },
  }
}

/** The custom metadata of a target. */
export function customOf({ name, version, summary, yanked }: PatchTarget): Record<string, unknown> {
  const texts = (measured: PatchSummary['effects'][number]['before']) => ({
    value: String(measured.value),
    low: String(measured.low),
    high: String(measured.high),
  })
  const effects = summary.effects.map((one) => ({
    ...one,
    before: texts(one.before),
    after: texts(one.after),
  }))
  const entry = { format, name, version, ...summary, effects, ...(yanked !== undefined && { yanked }) }
  return { policypatch: entry }
}

/**
 * The patch that a target's custom metadata describes; undefined for a target of another kind, or of a later format.
 *
 * @throws PatchError `MALFORMED` for bad fields, or for a patch that does not match its path
 */
export function patchTargetOf(path: string, custom: unknown): PatchTarget | undefined {
  const entry = (custom as { readonly policypatch?: { readonly format?: unknown } } | undefined)?.policypatch
  if (entry?.format !== format) return undefined
  const result = schema.safeParse(entry)
  const { name, version, yanked, format: _, ...summary } = result.data ?? ({} as z.infer<typeof schema>)
  if (result.success && path === targetPath(name, version)) {
    return { name, version, summary, ...(yanked !== undefined && { yanked }) }
  }
  throw new PatchError('MALFORMED', {
    expected: `metadata of the patch at ${path}`,
    found: result.success
      ? `those of ${name}@${version}`
      : `bad fields: ${result.error.issues.map((issue) => issue.path.join('.')).join(', ')}`,
    remedy: 'Ask the publisher of the repository; nothing of that patch is used',
  })
}

/** The path of a version's archive in its repository. */
export const targetPath = (name: string, version: string): string => `${name}/${name}-${version}.zip`
