import type { LanguageModel } from '../../src/model/language-model/language-model.ts'
import type { PreferencePair } from '../../src/pairs/rows/preference-pair.ts'
import type { Attack } from '../../src/pairs/rows/wrap-prompt.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { Prompt } from '../../src/tokenize/tokenizer.ts'
import type { HardenPatchOptions } from '../../src/train/harden/harden-options.ts'
import { lastTurn } from '../models/scripted-model.ts'
import { prompts, safe } from './training-run.ts'

/** An attack by wording, one by earlier turns, and one that hides the words. */
export const attacks: readonly Attack[] = [
  { name: 'magic', wrap: (request) => `abracadabra ${request}` },
  {
    name: 'chat',
    wrap: (request) => [
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: 'yes' },
      { role: 'user', content: `then ${request}` },
    ],
  },
  { name: 'cipher', wrap: (request) => `9 9 ${[...request].reverse().join('')}`, hides: true },
]

/** Trains like the model it is made from, but answers by a script. `asked` records each prompt with its prefix. */
export interface ScriptedTrainee extends LanguageModel {
  readonly asked: { readonly text: string; readonly first: number | undefined }[]
}

/** With a patch, it gives in where a pattern matches: to the cipher, and to magic if the request contains "three" or "four". */
export function scriptedTrainee(
  of: LanguageModel,
  givesIn = /^9 9|^abracadabra.*(three|four)/,
): ScriptedTrainee {
  const asked: { text: string; first: number | undefined }[] = []
  const under = (model: LanguageModel): LanguageModel => ({
    ...model,
    withPrefix: (prefix) => under(of.withPrefix(prefix)),
    async *generateBatch(requests) {
      for (const [index, request] of requests.entries()) {
        const { prompt } = request as { readonly prompt: Prompt }
        const text = lastTurn(prompt)
        asked.push({ text, first: model.prefix?.embeddings[0] })
        const patched = givesIn.test(text) ? 'Sure, first you take 7 of them.' : 'I cannot help with that.'
        yield { index, text: model.prefix ? patched : `base: ${text}`, tokens: [], finishReason: 'stop' }
      }
    },
  })
  return { ...under(of), asked }
}

export const gate = { layers: [1], window: 4, units: 2, steps: 3, folds: 2 }

/** Options for a small run. */
export const hardenOptions = ({
  model,
  patch,
  ...changes
}: Pick<HardenPatchOptions, 'model' | 'patch'> & Partial<HardenPatchOptions>): HardenPatchOptions => ({
  ...{ model, patch, reference: safe, prompts, attacks, steps: 3, perAttack: 5, gate },
  training: { batchSize: 2, learningRate: 0.05, maxResponseTokens: 4 },
  checkpointEvery: 1,
  ...changes,
})

/** The training rows of a round. */
export async function roundRows(storage: Storage, round: number): Promise<PreferencePair[]> {
  const text = new TextDecoder().decode(await storage.read(`run/round-${round}/rows.jsonl`))
  const rows = text.trim().split('\n')
  return rows.slice(1).map((row) => JSON.parse(row) as PreferencePair)
}
