import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { type PatchPrompt, type Reference, recordedReference, type Storage } from '@policypatch/core'
import { inEachContext } from '@policypatch/core/evaluate'
import { evaluationContexts, type PromptContext, readContexts } from '@policypatch/core/pairs'
import { readJsonLines } from '@policypatch/core/platform'
import * as z from 'zod/mini'

/** The package's prompts and recorded outputs. */
export interface DemoData {
  /** Harmful and harmless prompts to train on. */
  readonly train: readonly PatchPrompt[]
  /** Contexts for the training prompts: chats with the model, generated in advance. */
  readonly chats: readonly PromptContext[]
  /** Prompts from other sources, by set (`part`) and by context. */
  readonly heldOut: readonly PatchPrompt[]
  /** The everyday ones among these, which the patched model should answer as its base does. */
  readonly everyday: readonly PatchPrompt[]
  /** Recorded outputs of the safer reference on the bare prompts. */
  readonly reference: Reference
}

const row = z.object({
  prompt: z.string(),
  kind: z.enum(['harmful', 'harmless']),
  part: z.exactOptional(z.string()),
  split: z.enum(['train', 'validation', 'test']),
})

type Row = z.infer<typeof row>

/** Maximum numbers of prompts, which keep the demo within its time. */
export interface DemoLimits {
  /**
   * Near misses of each kind, handwritten prompts in the form of harmful ones, and everyday prompts. All harmful prompts are
   * used.
   */
  readonly train: { readonly nearMisses: number; readonly handwritten: number; readonly everyday: number }
  /** Prompts per held-out set. */
  readonly plain: number
  /** Harmful prompts, and ordinary ones, per context. */
  readonly placed: number
}

/** Held-out sets of ordinary requests. */
const ordinary = ['vicuna-bench', 'koala']

/** Held-out sets of plainly harmful requests. */
const harmfulSets = ['simplesafetytests', 'catqa', 'gptfuzz']

export async function readDemoData(limits: DemoLimits): Promise<DemoData> {
  const storage = fileStorage(dirname(createRequire(import.meta.url).resolve('policypatch/package.json')))
  const [harmful, nearMisses, handwritten, everyday, heldOut] = (await Promise.all(
    ['harmful', 'near-misses', 'harmless', 'everyday', 'held-out'].map((name) => rowsOf(storage, name)),
  )) as [Row[], Row[], Row[], Row[], Row[]]
  const near = (kind: Row['kind']) => nearMisses.filter((each) => each.kind === kind)
  const train = [
    ...harmful.filter(({ split }) => split === 'train'),
    ...inTraining(near('harmful'), limits.train.nearMisses),
    ...[
      ...inTraining(near('harmless'), limits.train.nearMisses),
      ...inTraining(handwritten, limits.train.handwritten),
    ].map((each) => ({ ...each, part: 'near-miss' })),
    ...inTraining(everyday, limits.train.everyday),
  ]
  const sets = [...new Set(heldOut.map(({ part }) => part))]
  const plain = sets.flatMap((set) =>
    evenly(
      heldOut.filter(({ part }) => part === set),
      limits.plain,
    ),
  )
  const placed = [harmfulSets, ordinary].flatMap((group) =>
    evenly(
      plain.filter(({ part }) => group.includes(part ?? '')),
      limits.placed,
    ).map((each) => ({ ...each, part: group === ordinary ? 'ordinary' : 'harmful' })),
  )
  const contexts = evaluationContexts.filter(({ name }) => name !== 'plain')
  return {
    train: train.map(toPrompt),
    chats: await readContexts({ storage, path: 'demo/chats.jsonl' }),
    heldOut: [
      ...plain.map((each) => ({ ...toPrompt(each), context: 'plain' })),
      ...inEachContext(placed.map(toPrompt), contexts, { seed: 1 }),
    ],
    everyday: plain.filter(({ part }) => ordinary.includes(part ?? '')).map(toPrompt),
    reference: await recordedReference({ storage, path: 'demo/reference.jsonl' }),
  }
}

const rowsOf = (storage: Storage, name: string) => readJsonLines(storage, `demo/${name}.jsonl`, row)

const inTraining = (rows: readonly Row[], limit: number) =>
  evenly(
    rows.filter(({ split }) => split === 'train'),
    limit,
  )

/** Picks rows evenly from the whole list, which is ordered by kind. */
function evenly<Item>(rows: readonly Item[], limit: number): Item[] {
  if (rows.length <= limit) return [...rows]
  return Array.from({ length: limit }, (_, i) => rows[Math.floor((i * rows.length) / limit)] as Item)
}

const toPrompt = ({ prompt, kind, part }: Row): PatchPrompt => ({
  prompt,
  kind,
  ...(part !== undefined && { part }),
})
