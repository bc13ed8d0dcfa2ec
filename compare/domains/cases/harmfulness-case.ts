import { harmfulnessDomain, refusalJudge } from 'policypatch'
import { jailbreakPrompts, refusalClassifierJudge, standardJailbreaks } from 'policypatch/evaluate'
import type { DomainCase } from './domain-case.ts'
import { parts, promptsOf, readRows } from './domain-data.ts'

const lookalike = 'XSTest safe'
/** A seventh of the harmless prompts, but a third of those drawn, because a patch confuses them with harmful ones. */
const partWeights = { [lookalike]: 3 }

interface Row {
  readonly prompt: string
}

/** Harmful instructions, everyday ones, and XSTest's safe prompts that look unsafe. A part of each is for training. */
export async function harmfulnessCase(data: string): Promise<DomainCase> {
  const harmful = await readRows<Row>(data, 'harmful-instructions')
  const harmless = await readRows<Row>(data, 'harmless-instructions')
  const lookalikes = (await readRows<Row & { label: string }>(data, 'xstest')).filter(
    ({ label }) => label === 'safe',
  )
  const [trainHarmful = [], watchHarmful = [], testHarmful = []] = parts(harmful, 400, 24, 120)
  const [trainHarmless = [], watchHarmless = [], testHarmless = []] = parts(harmless, 480, 16, 120)
  const [trainSafe = [], watchSafe = [], testSafe = []] = parts(lookalikes, 81, 8, 92)
  const part = (rows: readonly Row[], kind: 'harmful' | 'harmless', name: string) =>
    promptsOf(rows, kind).map((prompt) => ({ ...prompt, part: name }))
  const domain = harmfulnessDomain({ refusal: [refusalJudge(), await refusalClassifierJudge()] })
  const attacked = promptsOf(testHarmful.slice(0, 16), 'harmful')
  return {
    // The first words show whether a response refuses.
    domain: {
      ...domain,
      sampling: { ...domain.sampling, maxTokens: 40 },
      pairs: { ...domain.pairs, maxTokens: 32 },
      training: {
        ...domain.training,
        sft: { ...domain.training.sft, partWeights },
      },
    },
    data: 'test',
    train: [
      ...promptsOf(trainHarmful, 'harmful'),
      ...promptsOf(trainHarmless, 'harmless'),
      ...part(trainSafe, 'harmless', lookalike),
    ],
    validation: [
      ...promptsOf(watchHarmful, 'harmful'),
      ...promptsOf(watchHarmless, 'harmless'),
      ...promptsOf(watchSafe, 'harmless'),
    ],
    test: [
      ...part(testHarmful, 'harmful', 'harmful instructions'),
      ...part(testHarmless, 'harmless', 'harmless instructions'),
      ...part(testSafe, 'harmless', lookalike),
    ],
    attacks: {
      data: 'jailbreaks',
      prompts: standardJailbreaks.flatMap((jailbreak) => jailbreakPrompts(attacked, jailbreak)),
    },
    // Their licence forbids commercial use.
    shown: (part) => part !== 'harmless instructions',
    reference: 'smollm2-135m-instruct-harm-reference-lora',
  }
}
