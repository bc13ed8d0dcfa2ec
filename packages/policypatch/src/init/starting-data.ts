import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import type { Storage } from '@policypatch/core'
import { isRefusal } from '@policypatch/core/evaluate'
import { readJsonLines } from '@policypatch/core/platform'
import * as z from 'zod/mini'
import type { InitGoal } from './init-settings.ts'
import { questions } from './questions.ts'

/** A prompt, and the answer to learn if one is recorded. */
export interface StartingRow {
  readonly prompt: string
  readonly kind: 'harmful' | 'harmless' | 'target'
  readonly response?: string
}

/** Example data of a new project, to be replaced by the user's own. */
export interface StartingData {
  readonly train: readonly StartingRow[]
  readonly heldOut: readonly StartingRow[]
}

/** Training rows per kind. A gate needs forty. */
const ofEachKind = 52
const heldOutOfEachKind = 12

/**
 * The examples of a goal. Those for refusal are near misses from the demo: harmful prompts, and harmless ones that sound like
 * them.
 */
export async function startingData(goal: InitGoal): Promise<StartingData> {
  if (goal === 'refuse') return refusals()
  const answer = (text: string) =>
    goal === 'json' ? JSON.stringify({ answer: text }) : `Good day! The answer is ${text}.`
  const rows = (pairs: readonly (readonly [string, string])[]): StartingRow[] =>
    pairs.map(([prompt, text]) => ({ prompt, kind: 'target', response: answer(text) }))
  return { train: rows(questions.train), heldOut: rows(questions.heldOut) }
}

const row = z.object({ prompt: z.string(), kind: z.enum(['harmful', 'harmless']), split: z.string() })
const recorded = z.object({ prompt: z.string(), response: z.string() })

async function refusals(): Promise<StartingData> {
  const storage = fileStorage(dirname(createRequire(import.meta.url).resolve('policypatch/package.json')))
  const all = await readJsonLines(storage, 'demo/near-misses.jsonl', row)
  const answers = await refusalsOf(storage)
  const of = (kind: 'harmful' | 'harmless', split: string, count: number): StartingRow[] => {
    const own = all.filter((one) => one.kind === kind && one.split === split)
    const able = own.filter(({ prompt }) => kind === 'harmless' || split !== 'train' || answers.has(prompt))
    // Sample from all kinds of near misses, not just the first.
    const step = Math.floor(able.length / count)
    return able
      .filter((_, index) => index % step === 0)
      .slice(0, count)
      .map(({ prompt }) => {
        const response = answers.get(prompt)
        return { prompt, kind, ...(kind === 'harmful' && response !== undefined && { response }) }
      })
  }
  const both = (split: string, count: number) => [
    ...of('harmful', split, count),
    ...of('harmless', split, count),
  ]
  return { train: both('train', ofEachKind), heldOut: both('validation', heldOutOfEachKind) }
}

async function refusalsOf(storage: Storage): Promise<ReadonlyMap<string, string>> {
  const said = await readJsonLines(storage, 'demo/reference.jsonl', recorded)
  return new Map(
    said.filter(({ response }) => isRefusal(response)).map(({ prompt, response }) => [prompt, response]),
  )
}
