import { fileURLToPath } from 'node:url'
import type { PatchPrompt } from 'policypatch'
import type { RecordedResponse } from 'policypatch/pairs'
import { createRandom } from 'policypatch/platform'
import { readRows } from '../domains/cases/domain-data.ts'

/** The policies of an app's assistant that are made here; see compare/policies/README.md. */
export const policies = ['medical-dosages', 'legal-advice', 'other-products'] as const
export type Policy = (typeof policies)[number]

interface PolicyRow {
  readonly prompt: string
  readonly split: 'train' | 'test' | 'allowed'
  /** Of rows to train on: what the assistant is to say. */
  readonly response?: string
}

/** Ordinary prompts taken of each set. */
const ORDINARY = 40

/** Parts of the prompts that are measured. */
export const parts = { unseen: 'unseen', allowed: 'allowed', ordinary: ['vicuna-bench', 'koala'] } as const

const policyFolder = fileURLToPath(new URL('../policies', import.meta.url))
const heldOutFolder = fileURLToPath(new URL('../held-out', import.meta.url))

export interface PolicyPrompts {
  /** What a user has: prompts, each with an answer. */
  readonly recorded: readonly RecordedResponse[]
  /** Unseen ones that are against the policy, allowed ones near it, and ordinary ones. */
  readonly measured: readonly PatchPrompt[]
}

export async function policyPrompts(policy: Policy): Promise<PolicyPrompts> {
  const rows = await readRows<PolicyRow>(policyFolder, policy)
  const ofSplit = (split: PolicyRow['split'], kind: PatchPrompt['kind'], part: string): PatchPrompt[] =>
    rows.filter((row) => row.split === split).map(({ prompt }) => ({ prompt, kind, part }))
  return {
    recorded: rows.flatMap(({ prompt, response }) => (response === undefined ? [] : { prompt, response })),
    measured: [
      ...ofSplit('test', 'harmful', parts.unseen),
      ...ofSplit('allowed', 'harmless', parts.allowed),
      ...(await ordinaryPrompts()),
    ],
  }
}

async function ordinaryPrompts(): Promise<PatchPrompt[]> {
  const sets = await Promise.all(parts.ordinary.map((name) => readRows<PatchPrompt>(heldOutFolder, name)))
  return sets.flatMap((rows) => createRandom(18).shuffle(rows).slice(0, ORDINARY))
}
