import { zipSync } from 'fflate'
import {
  type LanguageModel,
  type Patch,
  type PreferencePair,
  type Storage,
  type TrainProgress,
  trainPatch,
} from 'policypatch'

/** What the user wants a patch to do. */
export interface OwnPatchRequest {
  readonly name: string
  /** Prompts, and how they are to be answered. */
  readonly changes: readonly { readonly prompt: string; readonly answer: string }[]
  /** Prompts whose answers are to stay as they are. */
  readonly keeps: readonly string[]
  readonly sftSteps: number
  readonly dpoSteps: number
  /** m. */
  readonly length: number
}

export interface OwnPatchOptions {
  readonly model: LanguageModel
  readonly storage: Storage
  /** What the model was heard to say to prompts already; it is added to. */
  readonly said: Map<string, string>
  readonly onProgress: (progress: TrainProgress) => void
  readonly signal: AbortSignal
}

const maxTokens = 64

/**
 * Trains a patch on pairs of the user's own. y⁻ of a prompt that is to change is what the model says now; a prompt that is
 * to stay as it is has that as y⁺, and one of the new answers as y⁻. A run that was stopped goes on where it was.
 */
export async function trainOwnPatch(request: OwnPatchRequest, options: OwnPatchOptions): Promise<Patch> {
  const { model, storage, onProgress, signal } = options
  const pairs = await pairsOf(request, options)
  return trainPatch({
    model,
    pairs,
    filter: false,
    validation: false,
    // No judge knows what was asked for: the page shows the answers.
    check: false,
    prefix: { length: request.length, text: request.changes[0]?.answer ?? '' },
    sft: { steps: request.sftSteps, learningRate: 2e-2, batchSize: 8 },
    dpo: request.dpoSteps > 0 && { steps: request.dpoSteps, batchSize: 8, sftWeight: 0.5 },
    generation: { maxTokens },
    manifest: { name: request.name, version: '0.1.0', domain: 'own', license: 'Apache-2.0' },
    directory: { storage, path: `runs/${request.name}` },
    onProgress,
    signal,
  })
}

async function pairsOf(
  { changes, keeps }: OwnPatchRequest,
  { model, said, onProgress, signal }: OwnPatchOptions,
): Promise<PreferencePair[]> {
  const prompts = [...changes.map(({ prompt }) => prompt), ...keeps]
  const unasked = [...new Set(prompts)].filter((prompt) => !said.has(prompt))
  const asked = unasked.map((content) => [{ role: 'user', content }])
  const answers = asked.length > 0 ? model.generateBatch(asked, { maxTokens, signal }) : []
  let done = 0
  for await (const { index, text } of answers) {
    said.set(unasked[index] as string, text)
    onProgress({ stage: 'pairs', part: 'model', done: ++done, total: unasked.length })
  }
  const now = (prompt: string) => said.get(prompt) as string
  return [
    ...changes.map(({ prompt, answer }) => ({
      prompt,
      kind: 'harmful' as const,
      chosen: answer,
      rejected: now(prompt),
    })),
    ...keeps.map((prompt, i) => ({
      prompt,
      kind: 'harmless' as const,
      chosen: now(prompt),
      rejected: (changes[i % changes.length] as (typeof changes)[number]).answer,
    })),
  ]
}

/** A patch's folder as a zip archive: what PEFT and `readPatch` take once it is unpacked. */
export function zipPatch({ manifest, files }: Patch): Uint8Array<ArrayBuffer> {
  const inFolder = Object.entries(files).map(([name, bytes]) => [`${manifest.name}/${name}`, bytes] as const)
  return new Uint8Array(zipSync(Object.fromEntries(inFolder)))
}
