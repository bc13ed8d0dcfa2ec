import type * as z from 'zod/mini'
import { PatchError } from '../../errors.ts'
import { readJsonLines } from '../../storage/json-lines.ts'
import { type Place, storedAt, within } from '../../storage/place.ts'
import { type MinimalPair, minimalPairSchema } from './evaluate-minimal-pairs.ts'
import { type MultipleChoiceQuestion, multipleChoiceSchema } from './evaluate-multiple-choice.ts'
import { type HeldOutText, heldOutTextSchema } from './evaluate-perplexity.ts'
import { type InstructionCheck, instructionCheckSchema } from './follows-instruction.ts'

/** The data of one measure. */
export interface AbilitySet<Item> {
  /** For the figures. */
  readonly name: string
  readonly items: readonly Item[]
}

/** Data to measure ability on; measures without data are skipped. */
export interface AbilityData {
  readonly minimalPairs?: AbilitySet<MinimalPair> | undefined
  readonly questions?: AbilitySet<MultipleChoiceQuestion> | undefined
  readonly texts?: AbilitySet<HeldOutText> | undefined
  readonly instructions?: AbilitySet<InstructionCheck> | undefined
}

/** The files that a folder of ability data may hold. */
const files = {
  minimalPairs: 'minimal-pairs.jsonl',
  questions: 'multiple-choice.jsonl',
  texts: 'texts.jsonl',
  instructions: 'instructions.jsonl',
} as const

/**
 * Reads ability data from the JSON Lines files of a folder: any of `minimal-pairs.jsonl`, `multiple-choice.jsonl`,
 * `texts.jsonl` and `instructions.jsonl`.
 * @param names of the sets in figures; default their files' names
 *
 * @throws `NOT_FOUND` if none of them is there; `EMPTY_DATA`; `MALFORMED`, naming file and line.
 */
export async function readAbilityData(
  folder: Place,
  names: { readonly [Kind in keyof AbilityData]?: string } = {},
): Promise<AbilityData> {
  const at = storedAt(folder)
  const read = async <Item>(kind: keyof AbilityData, schema: z.ZodMiniType<Item>) => {
    const { storage, path } = within(at, files[kind])
    if (!(await storage.exists(path))) return undefined
    return { name: names[kind] ?? files[kind], items: await readJsonLines(storage, path, schema) }
  }
  const sets = {
    minimalPairs: await read('minimalPairs', minimalPairSchema),
    questions: await read('questions', multipleChoiceSchema),
    texts: await read('texts', heldOutTextSchema),
    instructions: await read('instructions', instructionCheckSchema),
  }
  const present = Object.entries<AbilitySet<unknown> | undefined>(sets).filter(([, set]) => set !== undefined)
  if (present.length > 0) return Object.fromEntries(present) as AbilityData
  throw new PatchError('NOT_FOUND', {
    expected: `any of ${Object.values(files).join(', ')} in ${at.path}`,
    found: 'none',
    remedy: 'Check the path',
  })
}
