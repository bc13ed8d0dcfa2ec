import { type Judge, PatchError } from '@policypatch/core'
import { goalJudge } from '@policypatch/core/evaluate'
import { importPackage } from '@policypatch/core/platform'
import type { ValidateFunction } from 'ajv'

export interface JsonJudgeOptions {
  /**
   * A JSON Schema that responses must satisfy: draft 2020-12, or draft 6 or 7 if its `$schema` says so. Default: any object or
   * array.
   */
  readonly schema?: Readonly<Record<string, unknown>>
}

/**
 * A `goalJudge` for JSON. A response to a target must be a single JSON value and nothing else: an object or an array unless the
 * schema says otherwise. A response to a `keep` prompt must not be an object or an array.
 *
 * @throws `INVALID_ARGUMENT` for an invalid schema.
 */
export async function jsonJudge({ schema }: JsonJudgeOptions = {}): Promise<Judge> {
  const validate = schema && (await compile(schema))
  const meets = (value: unknown) => (validate ? validate(value) : isStructure(value))
  return goalJudge({
    name: schema ? 'json-schema' : 'json',
    settings: schema && { schema },
    meets: ({ response }) => parsed(response, meets),
    resembles: ({ response }) => parsed(response, isStructure),
  })
}

const isStructure = (value: unknown): boolean => typeof value === 'object' && value !== null

function parsed(response: string, holds: (value: unknown) => boolean): boolean {
  try {
    return holds(JSON.parse(response))
  } catch {
    return false
  }
}

/** Ajv is imported only if there is a schema. */
async function compile(schema: Readonly<Record<string, unknown>>): Promise<ValidateFunction> {
  const old = /^https?:\/\/json-schema\.org\/draft-0[67]\//.test(String(schema.$schema ?? ''))
  const [{ Ajv }, { Ajv2020 }, { default: formats }] = await importPackage(
    'ajv ajv-formats',
    'which check JSON Schemas',
    () => Promise.all([import('ajv'), import('ajv/dist/2020.js'), import('ajv-formats')]),
  )
  try {
    // Keep strict mode for unknown keywords, but do not restrict how a schema writes its types.
    const ajv = new (old ? Ajv : Ajv2020)({ strictTypes: false, strictTuples: false })
    formats.default(ajv)
    return ajv.compile(schema)
  } catch (cause) {
    throw new PatchError('INVALID_ARGUMENT', {
      expected: 'a JSON Schema, draft 2020-12, or draft 6 or 7 if $schema says so',
      found: (cause as Error).message,
      remedy: 'Correct the schema',
      cause,
    })
  }
}
