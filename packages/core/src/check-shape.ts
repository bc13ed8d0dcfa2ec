import * as z from 'zod/mini'
import { inEnglish } from './in-english.ts'

/** A value in the form of a schema, or what is wrong with it. */
export type Shape<T> =
  | { readonly success: true; readonly data: T; readonly error?: undefined }
  | { readonly success: false; readonly data?: undefined; readonly error: ShapeError }

export interface ShapeError {
  readonly issues: readonly z.core.$ZodIssue[]
}

/**
 * Holds a value of others against a schema. Never throws: zod passes the bad items of a list on as arguments, of which a stack
 * holds some hundred thousand.
 */
export function checkShape<Schema extends z.core.$ZodType>(
  schema: Schema,
  value: unknown,
): Shape<z.output<Schema>> {
  try {
    const { data, error } = z.safeParse(schema, value, inEnglish)
    return error ? { success: false, error } : { success: true, data }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    const message = 'has too many bad items to list'
    return { success: false, error: { issues: [{ code: 'custom', path: [], message, input: undefined }] } }
  }
}
