/** The options of a single call, under `providerOptions.policypatch`. */

import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import { PatchError } from '@policypatch/core'
import type { StackEntry } from '@policypatch/core/patch'
import * as z from 'zod/mini'

/** The key of the provider's options and metadata. */
export const providerName = 'policypatch'

/** `providerOptions.policypatch` of a call. */
export type PolicypatchCallOptions = {
  /** The call's stack, in place of the model's: names, with or without weights. `[]` applies none. */
  readonly patches?: readonly StackEntry[]
  /** Milliseconds that the call may wait for its first token. Default: no limit. */
  readonly queueTimeout?: number
}

const stackEntry = z.union([z.string(), z.strictObject({ name: z.string(), weight: z.number() })])
const schema = z.strictObject({
  patches: z.optional(z.array(stackEntry)),
  queueTimeout: z.optional(z.number().check(z.positive())),
})

/** @throws PatchError `INVALID_ARGUMENT` that lists every invalid call option */
export function readCallOptions(options: SharedV4ProviderOptions | undefined): PolicypatchCallOptions {
  const parsed = schema.safeParse(options?.[providerName] ?? {})
  if (parsed.success) return parsed.data as PolicypatchCallOptions
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `providerOptions.${providerName} with patches (names, or { name, weight }) and queueTimeout (milliseconds)`,
    found: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`).join('; '),
    remedy: 'Correct these options',
  })
}
