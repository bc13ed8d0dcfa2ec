import type { Prefix } from '../../model/language-model/language-model.ts'
import { keptRows } from '../../pairs/responses/kept-rows.ts'
import {
  type PatchPrompt,
  type PreferencePair,
  preferencePairSchema,
} from '../../pairs/rows/preference-pair.ts'
import type { PatchManifest } from '../../patch/manifest.ts'
import { createPatch } from '../../patch/release/create-patch.ts'
import { checkManifest, manifestFile } from '../../patch/release/parse-manifest.ts'
import { digestOf, sha256 } from '../../sha256.ts'
import { within } from '../../storage/place.ts'
import { summaryOf } from '../gate/patch-gate.ts'
import type { TrainedGate } from '../gate/train-gate.ts'
import { type AttackDraw, attackRound, drawAttacks } from './attack-round.ts'
import {
  checkHardenOptions,
  type HardenedPatch,
  type HardenPatchOptions,
  type HardenRound,
} from './harden-options.ts'
import { type HardenRun, startHardenRun } from './harden-run.ts'
import { plainAnswers, rehearsal } from './plain-answers.ts'
import { roundGate, trainRound } from './train-round.ts'

/**
 * Continues to train a patch against attacks. In each round, harmful prompts that the reference refuses are wrapped in each
 * attack and sent to the patched model with its gate. Those that it does not refuse (score < 0.5) are added to the data, with
 * the reference's answer to the bare request. The same number of harmless prompts is wrapped in the same way and added with
 * the base model's answers, so that the wrapping itself is not learned. SFT continues from the prefix on everything added so
 * far and as many plain rows. Then the gate is retrained on all prompts, plain and wrapped. The rounds are those of MART (Ge
 * et al. 2023, arXiv 2311.07689), with given attacks in place of a model that writes them.
 *
 * Held-out data is not measured: do that, including over-refusal, before you replace the original patch. The new patch has no
 * recorded effects. With a `directory` the same call resumes a stopped run and ends with the same patch; the data of a round is
 * in its `rows.jsonl`.
 *
 * @throws `INVALID_ARGUMENT` for options that do not fit; `UNSUPPORTED` for a patch of parts; `EMPTY_DATA` without prompts of a
 *   kind, or where the reference refuses none; `PATCH_MISMATCH`; `RESUME_MISMATCH`; `CONTEXT_EXCEEDED`, as for attacks of
 *   many turns; `NOT_FINITE`; `ABORTED`; `STORAGE_FAILED`.
 */
export async function hardenPatch(options: HardenPatchOptions): Promise<HardenedPatch> {
  const run = startHardenRun(options)
  const { settings, seed } = run
  checkHardenOptions(options, settings)
  checkManifest(await describe(run, {}))
  const plain = await plainAnswers(run)
  const { length, embeddings, gate } = options.patch.prefix
  let prefix: Prefix = { length, embeddings, ...(settings.gate && gate && { gate }) }
  let trained: TrainedGate | undefined
  let joined: PreferencePair[] = []
  const wrapped: PatchPrompt[] = []
  const rounds: HardenRound[] = []
  const data: Record<string, string> = { prompts: await rowsDigest(options.prompts) }
  for (let round = 1; round <= settings.rounds; round++) {
    const { perAttack } = settings
    const draws = drawAttacks(plain.harmful, plain.harmless, options.attacks, { perAttack, round, seed })
    const { rows: came, ...report } = await attackRound(run, round, prefix, draws)
    rounds.push(report)
    joined = [...joined, ...came]
    wrapped.push(...draws.flatMap(promptsOf))
    // If no new attack succeeded, there is nothing to learn.
    const rows =
      came.length === 0
        ? []
        : await roundRows(run, round, joined, () => rehearsal(plain, { count: joined.length, seed, round }))
    const learned = await trainRound(run, round, prefix, rows)
    trained = await roundGate(run, round, wrapped)
    prefix = { ...learned, ...(trained && { gate: trained.gate }) }
    data[`round-${round}`] = await rowsDigest(rows)
  }
  const manifest = await describe(run, data, trained)
  return { patch: await createPatch({ manifest, prefix }), rounds }
}

/** The rows that a round trains on, from its file if it exists. */
async function roundRows(
  run: HardenRun,
  round: number,
  joined: readonly PreferencePair[],
  rehearse: () => Promise<readonly PreferencePair[]>,
): Promise<readonly PreferencePair[]> {
  return keptRows({
    file: within(run.roundFolder(round), 'rows.jsonl'),
    settings: { run: 'harden', round, joined: await rowsDigest(joined) },
    schema: preferencePairSchema,
    make: async () => [...joined, ...(await rehearse())],
  })
}

const promptsOf = ({ harmful, harmless }: AttackDraw): PatchPrompt[] => [
  ...harmful.map(({ chosen: _, chosenScore: __, ...row }) => row),
  ...harmless,
]

/** Digest of what identifies rows, whatever the order of their fields. */
const rowsDigest = (rows: readonly (PatchPrompt & { readonly chosen?: string | undefined })[]) =>
  digestOf(rows.map(({ kind, prompt, chosen }) => [kind, prompt, chosen]))

async function describe(
  { options, settings, judge, seed }: HardenRun,
  data: Readonly<Record<string, string>>,
  trained?: TrainedGate,
): Promise<PatchManifest> {
  const { patch, attacks, reference } = options
  const { files: _, ...base } = patch.manifest
  const { gate: __, ...prefix } = base.prefix
  return {
    ...base,
    ...options.manifest,
    prefix: { ...prefix, ...(trained && { gate: summaryOf(trained) }) },
    recipe: {
      reference: reference.name,
      data,
      seed,
      options: {
        ...settings,
        judge: judge.name,
        attacks: attacks.map(({ name }) => name),
        hardened: {
          name: base.name,
          version: base.version,
          digest: await sha256(patch.files[manifestFile] as Uint8Array),
        },
      },
    },
    effects: [],
    created: new Date().toISOString(),
  }
}
