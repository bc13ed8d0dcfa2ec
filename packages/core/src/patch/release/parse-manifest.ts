import * as z from 'zod/mini'
import { PatchError } from '../../errors.ts'
import { parseJsonFile } from '../../storage/parse-json-file.ts'
import { checkShape, describeIssues } from '../../text/check-shape.ts'
import { isPrintableLine, printable } from '../../text/printable.ts'
import type { PatchManifest } from '../manifest.ts'
import { semanticVersion } from './semantic-version.ts'

/**
 * Parses patch.json. `MALFORMED` lists every bad field at once; `UNSUPPORTED` means that the patch has a later format;
 * `TRUNCATED` that the text ends early.
 *
 * @param name the file's path, for messages
 */
export function parseManifest(bytes: Uint8Array, name = 'patch.json'): PatchManifest {
  const value = parseJsonFile(bytes, name)
  const { format } = value
  if (typeof format === 'string' && format !== 'policypatch/v1' && /^policypatch\/v\d+$/.test(format)) {
    throw new PatchError('UNSUPPORTED', {
      expected: `${name} in format policypatch/v1`,
      found: `format ${format}`,
      remedy: 'Update policypatch: the patch was written by a later version',
    })
  }
  const result = checkShape(manifestSchema, value)
  if (result.success) return result.data
  throw new PatchError('MALFORMED', {
    expected: `${name} to follow policypatch/v1`,
    found: describeIssues(result.error.issues),
    remedy: 'Download the patch again, or make it again',
  })
}

/** Checks an author's manifest before it is written. `INVALID_ARGUMENT` lists every bad field at once. */
export function checkManifest(manifest: PatchManifest): void {
  const result = checkShape(draftSchema, manifest)
  if (result.success) return
  throw new PatchError('INVALID_ARGUMENT', {
    expected: 'a manifest that follows policypatch/v1',
    found: describeIssues(result.error.issues),
    remedy: 'Correct these fields of the manifest',
  })
}

/** Valid names of patches: safe as folder names on every file system, excluding Windows' device names. */
export const patchNamePattern =
  /^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/

/** One line of printable text: a manifest must not add lines of its own to its description. */
const text = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(1000),
    z.refine(isPrintableLine, 'has line breaks, control characters or invisible characters'),
  )
/** A prompt, which may contain line feeds. */
const prompt = z.string().check(
  z.minLength(1),
  z.maxLength(100_000),
  z.refine((value) => printable(value) === value, 'has control characters or invisible characters'),
)
const count = z.int().check(z.minimum(1), z.maximum(2 ** 31 - 1))
const name = z
  .string()
  .check(
    z.regex(
      patchNamePattern,
      'not 1 to 64 of a-z, 0-9, ".", "_", "-", starting and ending with a letter or digit',
    ),
  )
const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in lower-case hexadecimal'))
const requirement = text.check(
  z.refine(
    (value) => patchNamePattern.test(value.split('@')[0] ?? '') && !value.endsWith('@'),
    'not name or name@range',
  ),
)

const version = z
  .string()
  .check(z.maxLength(256), z.regex(semanticVersion, 'not a semantic version such as 1.2.0'))

const rate = z
  .object({ value: z.number(), low: z.number(), high: z.number() })
  .check(
    z.refine(
      ({ value, low, high }) => low <= value && value <= high,
      'the interval must satisfy low ≤ value ≤ high',
    ),
  )

/** Maximum depth of objects and arrays in options, more than any has. */
const deepestOptions = 32

const options = z.record(z.string(), z.unknown()).check(
  z.superRefine((held, context) => {
    for (const { path, message } of notJson(held)) context.addIssue({ code: 'custom', message, path })
  }),
)

interface Fault {
  readonly path: (string | number)[]
  readonly message: string
}

function notJson(value: unknown, path: (string | number)[] = [], above: readonly unknown[] = []): Fault[] {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean')
    return []
  if (Number.isFinite(value)) return []
  if (path.length > deepestOptions) return [{ path: path.slice(0, 4), message: 'is nested too deeply' }]
  if (above.includes(value)) return [{ path, message: 'contains itself' }]
  const own = [...above, value]
  if (Array.isArray(value)) return value.flatMap((item, i) => notJson(item, [...path, i], own))
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.entries(value).flatMap(([key, held]) => notJson(held, [...path, key], own))
  }
  return [{ path, message: 'not a finite JSON value' }]
}

export const manifestFile = 'patch.json'

/** PEFT's names for its two files. */
export const adapterConfigFile = 'adapter_config.json'
export const adapterWeightsFile = 'adapter_model.safetensors'

/** The file of a prefix with parts. Not named like a PEFT adapter, because PEFT would load it as a single prefix. */
export const partsWeightsFile = 'prefix_parts.safetensors'

/** The file with the gates of a prefix or its parts. */
export const gatesFile = 'gate.safetensors'

/** The files of a prefix and its gates. */
export const prefixFiles = ({
  parts,
  gate,
}: Pick<PatchManifest['prefix'], 'parts' | 'gate'>): readonly string[] => [
  ...(parts ? [partsWeightsFile] : [adapterConfigFile, adapterWeightsFile]),
  ...(gate || parts?.some((part) => part.gate) ? [gatesFile] : []),
]

// File names without folders, so that nothing outside the patch's directory is read. No Windows devices.
const fileName = z
  .string()
  .check(
    z.maxLength(100),
    z.regex(
      /^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9](?:[a-z0-9._-]*[a-z0-9_-])?$/i,
      'not a file name in this directory',
    ),
  )

/** Maximum number of files, ten times what patches have. */
const mostFiles = 64

const files = z.record(fileName, digest).check(
  z.refine((held) => Object.keys(held).length <= mostFiles, `more than ${mostFiles} files`),
  z.refine((held) => {
    const names = [manifestFile, ...Object.keys(held)].map((file) => file.toLowerCase())
    return new Set(names).size === names.length
  }, `names a file twice (ignoring case), or ${manifestFile} itself`),
)

const share = z.number().check(z.minimum(0), z.maximum(1))
const gate = z.object({
  layers: z.array(count).check(z.minLength(1), z.maxLength(8)),
  window: count,
  question: z.exactOptional(text),
  units: count,
  figures: z.exactOptional(
    z.object({ recall: share, harmful: count, falsePositives: z.record(text, share), harmless: count }),
  ),
})

const parts = z
  .array(
    z.object({
      length: count,
      weight: z.number().check(z.positive()),
      gate: z.exactOptional(gate),
      alwaysVisible: z.exactOptional(z.boolean()),
    }),
  )
  .check(z.minLength(1))
const composition = z.object({
  method: z.enum(['concat', 'parallel', 'merge', 'joint', 'compress', 'rebase']),
  parts: z
    .array(z.object({ name, version, digest, length: count, weight: z.number().check(z.minimum(0)) }))
    .check(z.minLength(1)),
})

const draft = z.object({
  format: z.literal('policypatch/v1'),
  name,
  version,
  domain: text,
  license: text,
  base: z.object({
    id: text,
    architecture: text,
    hiddenSize: count,
    vocabSize: count,
    layers: count,
    heads: count,
    tokenizer: digest,
    weights: digest,
    digest: z.exactOptional(digest),
  }),
  prefix: z
    .object({
      length: count,
      init: text,
      initText: z.exactOptional(prompt),
      parts: z.exactOptional(parts),
      gate: z.exactOptional(gate),
      alwaysVisible: z.exactOptional(z.boolean()),
    })
    .check(
      z.refine(
        ({ length, parts: own }) => !own || own.reduce((sum, part) => sum + part.length, 0) === length,
        'parts must have as many virtual tokens in total as the prefix',
      ),
      z.refine(
        ({ parts: own, gate: whole }) => !(own && whole),
        'in a prefix with parts, only the parts can have gates',
      ),
    ),
  composition: z.exactOptional(composition),
  recipe: z.object({ reference: text, data: z.record(text, digest), seed: z.int(), options }),
  effects: z.array(
    z.object({
      ...{ metric: text, judge: text, data: text, better: z.exactOptional(z.enum(['higher', 'lower'])) },
      ...{ n: count, before: rate, after: rate },
    }),
  ),
  requires: z.array(requirement),
  conflicts: z.array(requirement),
  supersedes: z.exactOptional(z.array(requirement)),
  created: z.iso.datetime(),
  files: z.exactOptional(files),
})

/** A manifest as given by an author, without the files' digests. */
export const draftSchema: z.ZodMiniType<PatchManifest> = draft

/** A manifest as in patch.json. */
export const manifestSchema: z.ZodMiniType<PatchManifest> = z.extend(draft, { files }).check(
  z.superRefine(({ prefix, files: held }, context) => {
    const needed = prefixFiles(prefix)
    if (needed.every((file) => Object.hasOwn(held, file))) return
    context.addIssue({ code: 'custom', path: ['files'], message: `must list ${needed.join(' and ')}` })
  }),
)
