import { dirname, isAbsolute, join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { PatchError } from '@policypatch/core'
import { checkShape, describeIssues } from '@policypatch/core/platform'
import * as z from 'zod/mini'
import { importFile } from '../import-file.ts'

const text = z.string().check(z.minLength(1))
const bound = z.exactOptional(z.number())

const expectation = z
  .strictObject({
    metric: text,
    data: z.exactOptional(text),
    judge: z.exactOptional(text),
    atLeast: bound,
    atMost: bound,
    interval: z.exactOptional(z.boolean()),
  })
  .check(
    z.refine(
      ({ atLeast, atMost }) => atLeast !== undefined || atMost !== undefined,
      'needs atLeast, atMost or both',
    ),
  )

const schema = z.strictObject({
  model: z.exactOptional(text),
  patch: z.exactOptional(z.union([text, z.array(text)])),
  tests: z
    .array(z.looseObject({ name: text, expect: z.array(expectation).check(z.minLength(1)) }))
    .check(z.minLength(1)),
})

/** A bound on a figure. It applies to every figure with this metric and, if given, these data and this judge. */
export interface Expectation {
  /** For example `refusal rate`. */
  readonly metric: string
  /** The data it was measured on: a file name, and the context unless it is plain. */
  readonly data?: string
  readonly judge?: string
  readonly atLeast?: number
  readonly atMost?: number
  /** Whether the whole 95% interval must be within the bounds. Default false: only the value. */
  readonly interval?: boolean
}

/** One measurement, with options as for `eval`, and its expectations. */
export interface ExpectationTest {
  readonly name: string
  readonly expect: readonly Expectation[]
  /** Options of `eval` in camel case, paths relative to the working directory. */
  readonly options: Readonly<Record<string, unknown>>
}

/** A model with patches, and the expectations for them. */
export interface Expectations {
  readonly model: string | undefined
  /** Applied together. */
  readonly patches: readonly string[]
  readonly tests: readonly ExpectationTest[]
}

/** Options of `eval` that name files. */
const pathsOf = ['prompts', 'contexts', 'ability', 'systemPrompt'] as const

/**
 * Reads a file of expectations: JSON, or a module that exports them by default. Paths in it are relative to its folder.
 *
 * @throws `NOT_FOUND`; `MALFORMED`, with every invalid field
 */
export async function readExpectations(path: string): Promise<Expectations> {
  const value = /\.[cm]?[jt]s$/.test(path) ? await importFile(path) : await readJson(path)
  const result = checkShape(schema, value)
  if (!result.success) throw malformed(path, describeIssues(result.error.issues))
  const { model, patch = [], tests } = result.data
  const folder = dirname(path)
  return {
    model,
    patches: [patch].flat(),
    tests: tests.map(({ name, expect, ...options }) => ({
      ...{ name, expect },
      options: withPaths(options, (file) => (isAbsolute(file) ? file : join(folder, file))),
    })),
  }
}

function withPaths(options: Readonly<Record<string, unknown>>, within: (file: string) => string) {
  const kept = new Set(['none', 'default'])
  const placed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(placed)
    return typeof value === 'string' && !kept.has(value) ? within(value) : value
  }
  const paths = pathsOf.filter((name) => options[name] !== undefined)
  return { ...options, ...Object.fromEntries(paths.map((name) => [name, placed(options[name])])) }
}

async function readJson(path: string): Promise<unknown> {
  const bytes = await fileStorage().read(path)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw malformed(path, 'no JSON', cause)
  }
}

export const malformed = (path: string, found: string, cause?: unknown) =>
  new PatchError('MALFORMED', {
    expected: `a model, patches and tests with expectations in ${path}`,
    found,
    remedy: 'Correct these fields; docs/auditing.md describes them',
    cause,
  })
