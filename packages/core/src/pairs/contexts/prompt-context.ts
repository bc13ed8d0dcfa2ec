import * as z from 'zod/mini'
import { readJsonLines } from '../../storage/json-lines.ts'
import { type Place, storedAt } from '../../storage/place.ts'
import { contentText } from '../../tokenize/chat-messages.ts'
import type { ChatMessage } from '../../tokenize/tokenizer.ts'
import { conversationSchema, withoutNulls } from '../rows/prompt-schema.ts'
import { rowsLike } from '../rows/read-rows.ts'

/** How the user's turn is rewritten. */
export type PromptRewrite = 'lower-case' | 'typing-errors' | 'no-punctuation'

/** A place in an app where a user can write something. Without any of the optional fields, it is the bare prompt. */
export interface PromptContext {
  /** The name in figures. Contexts of one kind share a name. */
  readonly name: string
  /** How often it is sampled, relative to the others; at least 0. Default 1. */
  readonly share?: number
  /** Messages before the prompt: a system prompt, earlier turns of the user and the assistant, or both. */
  readonly before?: readonly ChatMessage[]
  /** What the user says before the request, in the same turn. A space is appended if missing. */
  readonly opening?: string
  /** What the user says after the request, in the same turn. A space is prepended if missing. */
  readonly closing?: string
  /** How the user's turn is then rewritten. */
  readonly rewrite?: PromptRewrite
}

const text = z.string().check(z.minLength(1))
const turn = z.strictObject({ role: z.enum(['user', 'assistant']), content: z.string() })

const turns = z.pipe(conversationSchema, z.array(turn)).check(
  z.refine((rows) => rows.every(({ role }, index) => role === (index % 2 === 0 ? 'user' : 'assistant')), {
    error: 'expected the user and the assistant in turn, the user first',
    abort: true,
  }),
  z.refine((rows) => rows.length % 2 === 0, { error: "expected the assistant's turn last" }),
)

/** A row of a contexts file. */
export const contextRowSchema = z.strictObject({
  name: text,
  share: z.exactOptional(z.number().check(z.minimum(0))),
  system: z.exactOptional(z.string()),
  turns: z.exactOptional(turns),
  opening: z.exactOptional(text),
  closing: z.exactOptional(text),
  rewrite: z.exactOptional(z.enum(['lower-case', 'typing-errors', 'no-punctuation'])),
})

/** A context as stored in files: the system prompt and earlier turns separate. */
export type ContextRow = z.infer<typeof contextRowSchema>

/** Converts a file's row to a context. */
export function contextOfRow({ system, turns = [], ...rest }: ContextRow): PromptContext {
  const before = [...(system === undefined ? [] : [{ role: 'system', content: system }]), ...turns]
  return { ...rest, ...(before.length > 0 && { before }) }
}

/** Converts a context to a file's row. */
export function rowOfContext({ before = [], ...rest }: PromptContext): ContextRow {
  const system = before.find(({ role }) => role === 'system')
  const turns = before.filter(({ role }) => role !== 'system') as NonNullable<ContextRow['turns']>
  return { ...rest, ...(system && { system: contentText(system) }), ...(turns.length > 0 && { turns }) }
}

/** Contexts of one kind: they share its name and divide its share equally. */
export function contextFamily(
  name: string,
  share: number,
  contexts: readonly Omit<PromptContext, 'name' | 'share'>[],
): PromptContext[] {
  return contexts.map((context) => ({ name, share: share / contexts.length, ...context }))
}

/** Contexts of one kind, one per system prompt. */
export const systemFamily = (
  name: string,
  share: number,
  systemPrompts: readonly string[],
): PromptContext[] =>
  contextFamily(
    name,
    share,
    systemPrompts.map((content) => ({ before: [{ role: 'system', content }] })),
  )

/**
 * Reads a contexts file: JSON Lines of {"name", "share", "system", "turns": [{"role", "content"}], "opening", "closing",
 * "rewrite"}. Only the name is required; null counts as absent. Throws as `readJsonLines`.
 */
export async function readContexts(file: Place): Promise<PromptContext[]> {
  const { storage, path } = storedAt(file)
  return (await readJsonLines(storage, path, rowsLike(withoutNulls, contextRowSchema))).map(contextOfRow)
}
