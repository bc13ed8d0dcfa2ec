import { PatchError } from '@policypatch/core'
import { describeValue } from '@policypatch/core/platform'
import { type ServeSettings, serveSchema } from './serve-config.ts'

const prefix = 'POLICYPATCH_SERVE_'

/** A field's variable: `limits.maxTokens` is `POLICYPATCH_SERVE_LIMITS_MAX_TOKENS`. */
export const variableOf = (path: readonly string[]): string =>
  prefix + path.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()).join('_')

/** The paths of all fields of the configuration, including those within groups. */
export const fieldPaths = (): readonly (readonly string[])[] => pathsIn(serveSchema, [])

function pathsIn(schema: unknown, path: readonly string[]): readonly (readonly string[])[] {
  const { def, shape } = schema as {
    def?: { innerType?: unknown }
    shape?: Readonly<Record<string, unknown>>
  }
  if (shape) return Object.entries(shape).flatMap(([name, inner]) => pathsIn(inner, [...path, name]))
  return def?.innerType === undefined ? [path] : pathsIn(def.innerType, path)
}

/**
 * The settings in the environment. Numbers, true, false and lists are read as JSON, everything else as text; lists of texts may
 * also be comma-separated.
 *
 * @throws PatchError `INVALID_ARGUMENT` for an unknown variable with that prefix: a misspelled one would otherwise be silently
 *   ignored
 */
export function environmentSettings(
  environment: Readonly<Record<string, string | undefined>>,
): ServeSettings {
  const paths = new Map(fieldPaths().map((path) => [variableOf(path), path]))
  const settings: Record<string, unknown> = {}
  const unknown: string[] = []
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(prefix) || text === undefined || text === '') continue
    const path = paths.get(name)
    if (path) set(settings, path, parsedValue(path, text))
    else unknown.push(name)
  }
  if (unknown.length === 0) return settings
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `variables of the server, such as ${variableOf(['limits', 'maxTokens'])}`,
    found: unknown.map((name) => describeValue(name)).join(', '),
    remedy: 'Correct their names; docs/serving.md lists them',
  })
}

const lists = new Set(['names', 'patches', 'cors.origins'])

function parsedValue(path: readonly string[], text: string): unknown {
  const isList = lists.has(path.join('.'))
  if (isList && !text.trimStart().startsWith('[')) return text.split(',').map((one) => one.trim())
  if (!isList && !/^(-?\d+(\.\d+)?|true|false)$/.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function set(
  settings: Record<string, unknown>,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) settings[first] = value
  else {
    settings[first] ??= {}
    set(settings[first] as Record<string, unknown>, rest, value)
  }
}
