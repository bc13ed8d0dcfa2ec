import * as z from 'zod/mini'
import { requestOf } from '../../model/gate/asked-request.ts'
import type { Gate, Prefix } from '../../model/language-model/language-model.ts'
import type { PatchPrompt } from '../../pairs/rows/preference-pair.ts'
import { toMessages } from '../../pairs/rows/prompt-format.ts'
import type { GateSummary } from '../../patch/manifest.ts'
import { gateFile, gateSummary, withGates } from '../../patch/release/gate-file.ts'
import { type StoredPlace, within } from '../../storage/place.ts'
import { readRunFile, writeRunFile } from '../stage/run-file.ts'
import { type GateTraining, type TrainedGate, type TrainGateOptions, trainGate } from './train-gate.ts'

/** Where a run saves its gate. */
export interface GatePlace {
  readonly directory: StoredPlace
  /** Digest of everything that the gate depends on. */
  readonly settings: string
}

const keptSchema = z.object({
  settings: z.string(),
  layers: z.array(z.int()),
  window: z.int(),
  question: z.exactOptional(z.string()),
  units: z.int(),
  figures: z.object({
    recall: z.number(),
    harmful: z.number(),
    falsePositives: z.record(z.string(), z.number()),
    harmless: z.number(),
  }),
})

/**
 * The gate of a run: trained, or the one that the run saved.
 *
 * @throws `RESUME_MISMATCH` for the gate of another run; and the errors of {@link trainGate}.
 */
export async function patchGate(
  options: TrainGateOptions,
  { directory, settings }: GatePlace,
): Promise<TrainedGate> {
  const { storage } = directory
  const numbers = within(directory, 'gate.safetensors')
  const about = within(directory, 'gate.json')
  const kept = await readRunFile(about, keptSchema, settings)
  if (kept) return readKept(numbers, kept)
  const trained = await trainGate(options)
  const summary = summaryOf(trained)
  await storage.write(numbers.path, gateFile(asPrefix(trained.gate)) as Uint8Array)
  // Written last: if it exists, so do the numbers.
  await writeRunFile(about, { settings, ...summary })
  return trained
}

/** The manifest's description of the gate. */
export const summaryOf = ({ gate, figures }: TrainedGate) =>
  ({ ...gateSummary(gate), figures }) satisfies GateSummary

/**
 * The prompts that a gate learns from: those of the training as placed in contexts, and also bare. Of prompts with the same last
 * turn, which is all that a gate reads, only one is used.
 */
export function gatePrompts(rows: readonly PatchPrompt[], { bare = true }: GateTraining): PatchPrompt[] {
  const all = rows.flatMap((row) => [
    row,
    ...(row.bare === undefined || !bare ? [] : [{ ...row, prompt: row.bare, context: 'plain' }]),
  ])
  const read = ({ prompt, kind }: PatchPrompt) => JSON.stringify([kind, requestOf(toMessages(prompt))])
  return [...new Map(all.map((row) => [read(row), row])).values()]
}

async function readKept(
  numbers: StoredPlace,
  { settings: _, figures, ...summary }: z.infer<typeof keptSchema>,
): Promise<TrainedGate> {
  const file = { name: numbers.path, bytes: await numbers.storage.read(numbers.path) }
  const { gate } = await withGates(asPrefix(), { length: 0, init: 'none', gate: summary }, file)
  return { gate: gate as Gate, figures }
}

const asPrefix = (gate?: Gate): Prefix => ({
  length: 0,
  embeddings: new Float32Array(0),
  ...(gate && { gate }),
})
