import * as z from 'zod/mini'
import { throwIfAborted } from '../../errors.ts'
import { sha256 } from '../../sha256.ts'
import { readJsonLines } from '../../storage/json-lines.ts'
import { type Place, storedAt } from '../../storage/place.ts'
import { joined } from '../../tokenize/chat-messages.ts'
import type { PatchPrompt } from '../rows/preference-pair.ts'
import { toMessages } from '../rows/prompt-format.ts'
import { promptSchema } from '../rows/prompt-schema.ts'
import { rowsLike } from '../rows/read-rows.ts'
import { recordedRow } from '../rows/row-shapes.ts'
import type { Reference } from './reference.ts'

/** A row of a file with recorded outputs. */
export interface RecordedResponse {
  readonly prompt: PatchPrompt['prompt']
  readonly response: string
}

/** Accepts rows of that form, prompts with a completion, and conversations that end with an answer. */
export const recordedResponseSchema: z.ZodMiniType<RecordedResponse> = rowsLike(
  recordedRow,
  z.object({ prompt: promptSchema, response: z.string() }),
)

/**
 * A reference M' with recorded outputs. If a prompt has several, the first counts; if it has none, there is no response. A string
 * and a conversation with it as the only user turn are the same prompt.
 *
 * @param file JSON Lines of {@link RecordedResponse}
 * @throws as `readJsonLines`.
 */
export async function recordedReference(file: Place): Promise<Reference> {
  const { storage, path } = storedAt(file)
  const digest = await sha256(await storage.read(path))
  const responses = new Map<string, string>()
  for (const { prompt, response } of await readJsonLines(storage, path, recordedResponseSchema)) {
    const key = keyOf(prompt)
    if (!responses.has(key)) responses.set(key, response)
  }
  return {
    specificationVersion: 'v1',
    name: `recorded:${digest}`,
    known: (prompt) => responses.get(keyOf(prompt)),
    async *respond(prompts, { signal } = {}) {
      for (const [index, { prompt }] of prompts.entries()) {
        throwIfAborted(signal, 'reading recorded responses')
        yield { index, response: responses.get(keyOf(prompt)) }
      }
    },
  }
}

/** Messages are compared by all of their fields. */
const keyOf = (prompt: PatchPrompt['prompt']) =>
  JSON.stringify(toMessages(prompt).map((message) => Object.entries(joined(message)).toSorted()))
