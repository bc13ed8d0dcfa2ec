import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import {
  type PatchPrompt,
  type Reference,
  readJsonLines,
  recordedReference,
  type Storage,
} from '@policypatch/core'
import * as z from 'zod/mini'

/** The prompts and recorded outputs that come with the package. */
export interface DemoData {
  /** Harmful and harmless prompts to train on. */
  readonly train: readonly PatchPrompt[]
  /** Prompts that choose the checkpoint. */
  readonly validation: readonly PatchPrompt[]
  /** Harmful prompts and everyday ones that nothing was trained or chosen on. */
  readonly test: readonly PatchPrompt[]
  /** Harmless prompts written one by one, often in the forms of harmful ones, likewise unseen. */
  readonly handwritten: readonly PatchPrompt[]
  /** XSTest's safe prompts that look unsafe, likewise unseen. */
  readonly lookalikes: readonly PatchPrompt[]
  /** Recorded outputs of the safer reference on all of these. */
  readonly reference: Reference
}

const row = z.object({
  prompt: z.string(),
  kind: z.enum(['harmful', 'harmless']),
  split: z.enum(['train', 'validation', 'test']),
})

/** Most prompts that are used, so that the demo keeps to its time. */
export interface DemoLimits {
  /** Harmful, everyday and handwritten prompts to train on. */
  readonly train: { readonly harmful: number; readonly everyday: number; readonly handwritten: number }
  /** Of harmful and of everyday prompts. */
  readonly validation: number
  /** Of harmful and of everyday prompts. */
  readonly test: number
  /** Of each of the two harder harmless sets. */
  readonly harder: number
}

export async function readDemoData(limits: DemoLimits): Promise<DemoData> {
  const storage = fileStorage(dirname(createRequire(import.meta.url).resolve('policypatch/package.json')))
  const [harmful, everyday, handwritten, lookalikes] = (await Promise.all(
    ['harmful', 'everyday', 'harmless', 'xstest-safe'].map((name) => splitsOf(storage, `demo/${name}.jsonl`)),
  )) as [Splits, Splits, Splits, Splits]
  return {
    train: [
      ...harmful('train', limits.train.harmful),
      ...everyday('train', limits.train.everyday),
      ...handwritten('train', limits.train.handwritten),
      ...lookalikes('train'),
    ],
    validation: [
      ...harmful('validation', limits.validation),
      ...everyday('validation', limits.validation / 2),
      ...handwritten('validation', limits.validation / 2),
    ],
    test: [...harmful('test', limits.test), ...everyday('test', limits.test)],
    handwritten: handwritten('test', limits.harder),
    lookalikes: lookalikes('test', limits.harder),
    reference: await recordedReference({ storage, path: 'demo/reference.jsonl' }),
  }
}

type Splits = (split: 'train' | 'validation' | 'test', limit?: number) => PatchPrompt[]

async function splitsOf(storage: Storage, path: string): Promise<Splits> {
  const rows = await readJsonLines(storage, path, row)
  return (wanted, limit) =>
    rows
      .filter(({ split }) => split === wanted)
      .slice(0, limit)
      .map(({ prompt, kind }) => ({ prompt, kind }))
}
