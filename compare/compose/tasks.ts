import type { ImitationTask } from 'policypatch'
import type { DomainCase } from '../domains/domain-case.ts'

/** Prompts of each kind of a domain that a compressed patch learns on. */
const MOST = 240

/** The training prompts of all domains, on which one patch is to do what a stack does. */
export function imitationTasks(cases: readonly DomainCase[]): ImitationTask[] {
  return cases.flatMap(({ domain, train }) => {
    const { name, format, training, pairs } = domain
    const kinds = (['harmful', 'harmless'] as const).filter((kind) => train.some((row) => row.kind === kind))
    return kinds.map((kind) => ({
      name: kinds.length === 1 ? name : `${name}, ${kind}`,
      prompts: train.filter((row) => row.kind === kind).slice(0, MOST),
      format,
      temperature: pairs.temperature ?? 0,
      maxResponseTokens: training.maxResponseTokens ?? 20,
      share: 1 / kinds.length,
    }))
  })
}
