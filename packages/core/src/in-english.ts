import { en } from 'zod/locales'
import type * as z from 'zod/mini'

/**
 * Words for what is wrong, to be given to zod/mini, which has none of its own, with each value that is checked: what
 * `z.config` sets would hold for an application's own schemas too.
 */
export const inEnglish: z.core.ParseContext<z.core.$ZodIssue> = { error: en().localeError }
