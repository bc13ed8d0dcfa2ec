import { type GeneratePairsOptions, generatePairs } from '../src/pairs/generate-pairs.ts'
import { refusalJudge } from '../src/pairs/judges/refusal-judge.ts'
import { modelReference } from '../src/pairs/references/model-reference.ts'
import type { PatchPrompt } from '../src/pairs/rows/preference-pair.ts'
import type { Storage } from '../src/storage/storage.ts'
import { lastTurn, scriptedModel } from './models/scripted-model.ts'

export const prompts: PatchPrompt[] = [
  { prompt: 'harm one', kind: 'harmful' },
  { prompt: 'bake', kind: 'harmless' },
  { prompt: 'harm two', kind: 'harmful' },
  { prompt: 'shy', kind: 'harmless' },
  { prompt: 'sing', kind: 'harmless' },
]

/** Answers everything, with a random part. */
const target = () => scriptedModel('target', (prompt, draw) => `Sure, ${lastTurn(prompt)}: ${draw()}`)

/** Refuses harmful prompts, and one harmless prompt. */
export const safer = () =>
  scriptedModel('safer', (prompt, draw) => {
    const text = lastTurn(prompt)
    return /harm|shy/.test(text) ? `I can't help with ${text}.` : `Gladly, ${text}: ${draw()}`
  })

/** A run of pairs from a few prompts, with a model that answers everything and a safer one. */
export function pairRun(storage: Storage | undefined, more: Partial<GeneratePairsOptions> = {}) {
  const model = target()
  const reference = safer()
  const options: GeneratePairsOptions = {
    model,
    reference: modelReference({ model: reference, temperature: 1 }),
    prompts,
    judge: refusalJudge(),
    generation: { temperature: 1, seed: 5 },
    path: storage && { storage, path: 'pairs.jsonl' },
    ...more,
  }
  return { run: () => generatePairs(options), asked: [model.asked, reference.asked] as const }
}

/** A storage that fails at its nth write. */
