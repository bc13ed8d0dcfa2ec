import type { Prefix } from '../../model/language-model/language-model.ts'
import { modelIdentity, prefixDigest } from '../../model/language-model/model-identity.ts'
import type { PatchPrompt, PreferencePair } from '../../pairs/rows/preference-pair.ts'
import { digestOf } from '../../sha256.ts'
import { within } from '../../storage/place.ts'
import { tokenizePairs } from '../examples/tokenize-pairs.ts'
import { gatePrompts, patchGate } from '../gate/patch-gate.ts'
import type { TrainedGate } from '../gate/train-gate.ts'
import { runStage } from '../stage/run-stage.ts'
import { PrefixTrainer } from '../trainer/prefix-trainer.ts'
import type { HardenRun } from './harden-run.ts'

/** Continues SFT of a prefix on a round's rows; without rows, the prefix is unchanged. */
export async function trainRound(
  run: HardenRun,
  round: number,
  { length, embeddings }: Prefix,
  rows: readonly PreferencePair[],
): Promise<Prefix> {
  const start: Prefix = { length, embeddings }
  if (rows.length === 0) return start
  const { options, settings, base, seed } = run
  const { checkpointEvery = 10, onProgress, signal } = options
  const { training, format } = settings
  const { steps, maxResponseTokens } = training
  const examples = tokenizePairs(base, rows, { format, prefixLength: length, maxResponseTokens })
  const stage = {
    ...within(run.roundFolder(round), 'sft.safetensors'),
    steps,
    settings: await digestOf({
      ...{ run: 'harden', round, training, seed, examples },
      model: await modelIdentity(base),
      prefix: await prefixDigest(start),
    }),
  }
  const trainer = new PrefixTrainer({
    ...{ ...training, model: base, prefix: start, examples },
    objective: { type: 'sft' },
    seed: seed + round,
  })
  try {
    const { prefix } = await runStage({
      ...{ ...stage, trainer, checkpointEvery, validateEvery: steps, signal },
      onMetrics: (metrics) =>
        onProgress?.({ stage: 'sft', done: metrics.step, total: steps, metrics, round }),
    })
    return prefix
  } finally {
    await trainer.dispose()
  }
}

/** The gate of a round, trained on all prompts, plain and as wrapped so far; undefined if there should be none. */
export async function roundGate(
  run: HardenRun,
  round: number,
  wrapped: readonly PatchPrompt[],
): Promise<TrainedGate | undefined> {
  const { options, settings, base, seed } = run
  const { gate, format } = settings
  if (gate === false) return undefined
  const prompts = distinct([...gatePrompts(options.prompts, gate), ...wrapped])
  const { onProgress, signal } = options
  return patchGate(
    {
      ...{ ...gate, model: base, prompts, format, seed },
      onProgress: (progress) => onProgress?.({ ...progress, stage: 'gate', round }),
      signal,
    },
    {
      directory: run.roundFolder(round),
      settings: await digestOf({
        ...{ gate, format, seed },
        prompts: prompts.map(({ prompt, kind, part, bare }) => [prompt, kind, part, bare]),
        model: await modelIdentity(base),
      }),
    },
  )
}

/** Removes duplicates: rounds may draw the same prompt for an attack again, and it would count twice. */
function distinct(rows: readonly PatchPrompt[]): PatchPrompt[] {
  return [...new Map(rows.map((row) => [JSON.stringify([row.kind, row.prompt]), row])).values()]
}
