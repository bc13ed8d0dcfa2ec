import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type JudgeAgreement,
  judgeAgreement,
  type MeasuredPrompt,
  type ReportExample,
  type TrainingCurve,
  trainingCurves,
} from 'policypatch/evaluate'
import type { DomainCase } from './cases/domain-case.ts'
import type { MeasuredSubject } from './measure-case.ts'

/** Examples per domain: as many as a reader will look at. */
const EXAMPLES = 24

/** What a report shows about a domain besides its figures. */
export interface DomainStory {
  readonly agreement: readonly JudgeAgreement[]
  readonly examples: readonly ReportExample[]
  readonly curves: readonly TrainingCurve[]
}

export function storyOf(
  domainCase: DomainCase,
  measured: readonly MeasuredSubject[],
  { folder, seeds }: { readonly folder: string; readonly seeds: readonly number[] },
): DomainStory {
  const { name } = domainCase.domain
  return {
    agreement: agreementOf(domainCase, measured),
    examples: examplesOf(domainCase, measured),
    curves: seeds.flatMap((seed) => {
      const path = join(folder, `seed-${seed}`, 'steps.jsonl')
      if (!existsSync(path)) return []
      const steps = readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { stage: string; step: number })
      return ['sft', 'dpo'].flatMap((stage) =>
        trainingCurves(
          { domain: name, stage, seed },
          // A resumed run records some steps twice.
          [...new Map(steps.filter((one) => one.stage === stage).map((one) => [one.step, one])).values()],
        ),
      )
    }),
  }
}

/** Agreement of every two judges of a role, over all responses of all subjects. */
function agreementOf({ domain }: DomainCase, measured: readonly MeasuredSubject[]): JudgeAgreement[] {
  const all = measured.flatMap(({ evaluation, attacked }) => [
    ...evaluation.responses,
    ...(attacked?.responses ?? []),
  ])
  return Object.entries(domain.judges).flatMap(([role, judges]) => {
    if (judges.length < 2) return []
    const verdicts = judges.map(({ name }) => [
      name,
      all.flatMap(({ samples }) =>
        samples.map(
          ({ scores }) => (scores.find((one) => one.role === role && one.judge === name)?.score ?? 0) >= 0.5,
        ),
      ),
    ])
    return judgeAgreement(
      { domain: domain.name, data: `${role}, all responses of all subjects` },
      Object.fromEntries(verdicts),
    )
  })
}

/** The first test prompts of each part whose licence allows showing them, with each subject's response. */
function examplesOf(
  { domain, data, shown }: DomainCase,
  measured: readonly MeasuredSubject[],
): ReportExample[] {
  // The first seed of each trained subject.
  const subjects = [
    ...new Map([...measured].reverse().map((one) => [one.subject.name, one])).values(),
  ].reverse()
  const [first] = subjects
  const prompts = first?.evaluation.responses ?? []
  const parts = [...new Set(prompts.map(({ part }) => part))].filter((part) => shown?.(part) ?? true)
  const each = Math.ceil(EXAMPLES / Math.max(1, parts.length))
  return parts.flatMap((part) =>
    [...prompts.keys()]
      .filter((index) => prompts[index]?.part === part)
      .slice(0, each)
      .map((index): ReportExample => {
        const { prompt } = prompts[index] as MeasuredPrompt
        return {
          domain: domain.name,
          kind: part ?? data,
          prompt,
          responses: subjects.map(({ subject, evaluation }) => {
            const [sample] = evaluation.responses[index]?.samples ?? []
            return {
              subject: subject.name,
              text: sample?.response ?? '',
              scores: Object.fromEntries((sample?.scores ?? []).map(({ judge, score }) => [judge, score])),
            }
          }),
        }
      }),
  )
}
