import { fileURLToPath } from 'node:url'
import type { PatchPrompt } from 'policypatch'
import type { RecordedResponse } from 'policypatch/pairs'
import { createRandom } from 'policypatch/platform'
import { readRows } from '../domains/cases/domain-data.ts'

/** Policies of an app's assistant, written for this comparison; see compare/policies/README.md. */
export const policies = ['medical-dosages', 'legal-advice', 'other-products'] as const
export type Policy = (typeof policies)[number]

interface PolicyRow {
  readonly prompt: string
  readonly split: 'train' | 'test' | 'allowed'
  /** Only for training rows: the answer that the assistant should give. */
  readonly response?: string
}

/** Ordinary prompts per set. */
const ORDINARY = 40

/** Parts of the measured prompts. */
export const parts = { unseen: 'unseen', allowed: 'allowed', ordinary: ['vicuna-bench', 'koala'] } as const

const policyFolder = fileURLToPath(new URL('../policies', import.meta.url))
const heldOutFolder = fileURLToPath(new URL('../held-out', import.meta.url))

export interface PolicyPrompts {
  /** What a user provides: prompts, each with an answer. */
  readonly recorded: readonly RecordedResponse[]
  /** Unseen prompts that violate the policy, allowed ones close to it, and ordinary ones. */
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
