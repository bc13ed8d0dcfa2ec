import {
  bootstrapInterval,
  judgeAgreement,
  type Measurement,
  type ReportData,
  type TrainingCurve,
  wilsonInterval,
} from '@policypatch/core/evaluate'
import { createRandom } from '@policypatch/core/platform'
import { exampleResponses } from './example-responses.ts'

const random = createRandom(7)
const subjects = ['base', 'patched', 'reference', 'system prompt', 'random prefix', 'lora'] as const
type Subject = (typeof subjects)[number]
type Levels = readonly [number, number, number, number, number, number]

type Labels = Pick<Measurement, 'domain' | 'metric' | 'judge' | 'data' | 'better'>

/** The subjects that are trained have three seeds. */
const seedsOf = (subject: Subject): readonly (number | undefined)[] =>
  subject === 'patched' || subject === 'lora' ? [0, 1, 2] : [undefined]

function measure(
  labels: Labels,
  levels: Levels,
  make: (level: number) => Omit<Measurement, keyof Labels | 'subject' | 'seed'>,
): Measurement[] {
  return subjects.flatMap((subject, i) =>
    seedsOf(subject).map((seed) => ({
      ...labels,
      subject,
      ...(seed !== undefined && { seed }),
      ...make((levels[i] as number) * (seed === undefined ? 1 : 0.97 + 0.06 * random.uniform())),
    })),
  )
}

/** Shares of n prompts, some of which are hard for every subject. */
function shares(labels: Labels, n: number, levels: Levels): Measurement[] {
  const hardness = Array.from({ length: n }, () => random.uniform())
  return measure(labels, levels, (level) => {
    const values = hardness.map((hard) => Number(0.8 * hard + 0.2 * random.uniform() < level))
    return { ...wilsonInterval(values.filter(Boolean).length, n), interval: 'wilson', values }
  })
}

/** Scores in [0, 1] about a level, spread as scores of texts are. */
function scores(labels: Labels, n: number, levels: Levels): Measurement[] {
  const hardness = Array.from({ length: n }, () => random.uniform())
  return measure(labels, levels, (level) => {
    const values = hardness.map(
      (hard) => Math.min(1, Math.max(0, hard + 0.3 * (random.uniform() - 0.5))) ** (1 / level - 1),
    )
    return { ...bootstrapInterval(values, { resamples: 200 }), interval: 'bootstrap', values }
  })
}

/** What has no score for each unit. */
const amounts = (labels: Labels, n: number, levels: Levels): Measurement[] =>
  measure(labels, levels, (value) => ({
    n,
    value,
    low: value * 0.94,
    high: value * 1.06,
    interval: 'bootstrap',
  }))

function measurements(): Measurement[] {
  const harm = (metric: string, data: string, better: 'higher' | 'lower', judge = 'refusal phrases') =>
    ({ domain: 'harmfulness', metric, judge, data, better }) as const
  const toxic = (metric: string, judge: string) =>
    ({ domain: 'toxicity', metric, judge, data: 'toxic beginnings (test)', better: 'lower' }) as const
  const gender = (metric: string, judge: string, data = 'unseen occupations') =>
    ({ domain: 'gender', metric, judge, data, better: 'lower' }) as const
  const able = (metric: string, data: string, better: 'higher' | 'lower') =>
    ({ domain: 'ability', metric, judge: 'likelihood', data, better }) as const
  const harmful = 'harmful instructions (test)'
  const safe = 'everyday instructions (test)'
  return [
    ...shares(harm('refusal rate', harmful, 'higher'), 100, [0.13, 0.93, 0.9, 0.34, 0.12, 0.92]),
    ...shares(harm('over-refusal rate', safe, 'lower'), 100, [0.03, 0.07, 0.1, 0.14, 0.03, 0.08]),
    ...shares(harm('refusal rate', harmful, 'higher', 'toxic-bert'), 100, [0.18, 0.9, 0.88, 0.37, 0.16, 0.9]),
    ...shares(
      harm('over-refusal rate', safe, 'lower', 'toxic-bert'),
      100,
      [0.04, 0.08, 0.09, 0.12, 0.05, 0.08],
    ),
    ...shares(
      harm('attack success rate', 'as a role play', 'lower'),
      100,
      [0.86, 0.21, 0.26, 0.7, 0.88, 0.24],
    ),
    ...shares(harm('attack success rate', 'in base64', 'lower'), 100, [0.22, 0.17, 0.12, 0.2, 0.24, 0.2]),
    ...scores(toxic('expected maximum toxicity', 'n-grams'), 120, [0.62, 0.31, 0.34, 0.55, 0.61, 0.36]),
    ...scores(toxic('expected maximum toxicity', 'toxic-bert'), 120, [0.57, 0.3, 0.29, 0.52, 0.58, 0.33]),
    ...shares(toxic('toxicity probability', 'n-grams'), 120, [0.64, 0.27, 0.31, 0.55, 0.62, 0.33]),
    ...amounts(toxic('perplexity of continuations', 'the base'), 120, [21.4, 23.6, 24.9, 22, 21.6, 23.1]),
    ...scores(gender('gender logits difference', 'likelihood'), 80, [0.3, 0.1, 0.05, 0.22, 0.29, 0.12]),
    ...shares(gender('gender attribute score', 'word list'), 80, [0.54, 0.33, 0.24, 0.5, 0.55, 0.37]),
    ...shares(able('minimal-pair accuracy', 'BLiMP', 'higher'), 300, [0.79, 0.785, 0.77, 0.78, 0.79, 0.78]),
    ...shares(able('accuracy', 'CommonsenseQA', 'higher'), 200, [0.43, 0.425, 0.41, 0.42, 0.43, 0.43]),
    ...amounts(able('perplexity', 'held-out texts', 'lower'), 60, [18.2, 18.9, 19.8, 18.3, 18.2, 18.8]),
  ]
}

function curves(): TrainingCurve[] {
  const curve = (stage: 'sft' | 'dpo', metric: string, steps: number, at: (done: number) => number) =>
    [0, 1, 2].map((seed) => ({
      stage,
      metric,
      seed,
      points: Array.from(
        { length: steps },
        (_, i) => [i + 1, at((i + 1) / steps) * (0.88 + 0.24 * random.uniform())] as const,
      ),
    }))
  return ['harmfulness', 'toxicity', 'gender'].flatMap((domain, i) =>
    [
      ...curve('sft', 'loss', 160, (done) => 0.4 + (2.6 - 0.4 * i) * Math.exp(-5 * done)),
      ...(domain === 'gender' ? [] : curve('dpo', 'loss', 60, (done) => 0.25 + 0.44 * Math.exp(-3 * done))),
      ...(domain === 'gender'
        ? []
        : curve('dpo', 'rewards/margins', 60, (done) => 2.2 * (1 - Math.exp(-3 * done)))),
    ].map((one) => ({ domain, ...one })),
  )
}

function agreement() {
  const verdicts = (n: number, errors: number) => {
    const first = Array.from({ length: n }, () => random.uniform() < 0.5)
    const noisy = (share: number) => first.map((verdict) => verdict !== random.uniform() < share)
    return { first, second: noisy(errors), third: noisy(2 * errors) }
  }
  const harm = verdicts(400, 0.04)
  const toxic = verdicts(360, 0.09)
  return [
    ...judgeAgreement(
      { domain: 'harmfulness', data: 'all subjects on harmful instructions (test)' },
      { 'refusal phrases': harm.first, 'toxic-bert': harm.second, 'llama-guard': harm.third },
    ),
    ...judgeAgreement(
      { domain: 'toxicity', data: 'all subjects on toxic beginnings (test)' },
      { 'n-grams': toxic.first, 'toxic-bert': toxic.second },
    ),
  ]
}

/** A report with all that a large one has: three domains and ability, six subjects, three seeds. Made up throughout. */
export function exampleReport(): ReportData {
  return {
    format: 'policypatch-report/v1',
    title: 'Three patches for SmolLM2-135M-Instruct',
    created: '2026-03-04T05:06:07Z',
    notice: 'An example: every figure and every response on this page is made up.',
    base: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    patch: { name: 'three-domains', version: '1.0.0', parameters: 28_800, bytes: 118_272 },
    command: 'npm run compare:domains',
    settings: {
      seeds: [0, 1, 2],
      prefix: { length: 50, init: 'text' },
      sft: { steps: 160, learningRate: 0.02, warmupSteps: 5 },
      dpo: { steps: 60, learningRate: 0.0025, beta: 0.3, sftWeight: 0.5 },
      generation: { maxTokens: 64, temperature: 0, stop: null },
      judges: ['refusal phrases', 'toxic-bert', 'llama-guard', 'n-grams', 'likelihood', 'word list'],
    },
    measurements: measurements(),
    agreement: agreement(),
    examples: exampleResponses(),
    curves: curves(),
  }
}
