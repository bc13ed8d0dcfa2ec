import { type LanguageModel, loadModel } from 'policypatch'
import { offensiveLanguageScorer } from 'policypatch/evaluate'
import { baseModel } from '../base-model.ts'
import type { DomainCase } from './domain-case.ts'
import { genderCase } from './gender-case.ts'
import { harmfulnessCase } from './harmfulness-case.ts'
import { profanityScorer } from './profanity-scorer.ts'
import { toxicityCase } from './toxicity-case.ts'

/** Opens the base and the requested domains, with their data read and their judges ready. */
export async function openCases(
  data: string,
  { names, samples }: { readonly names: readonly string[]; readonly samples: number },
): Promise<{ model: LanguageModel; cases: DomainCase[]; close: () => void }> {
  const model = await loadModel(baseModel)
  const closing: (() => void)[] = []
  const known: Readonly<Record<string, () => Promise<DomainCase>>> = {
    harmfulness: () => harmfulnessCase(data),
    toxicity: async () => {
      const other = await profanityScorer()
      closing.push(() => other.close())
      return toxicityCase(data, { scorers: [await offensiveLanguageScorer(), other], base: model, samples })
    },
    gender: () => genderCase(data),
  }
  const cases: DomainCase[] = []
  for (const name of names) {
    const open = known[name]
    if (!open) throw new Error(`--only takes ${Object.keys(known).join(', ')}, not ${name}`)
    cases.push(await open())
  }
  return {
    model,
    cases,
    close() {
      for (const one of closing) one()
    },
  }
}
