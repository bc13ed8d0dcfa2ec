import type { CompressionTask } from 'policypatch'
import type { DomainCase } from '../domains/domain-case.ts'
import { patchName } from '../domains/patch-name.ts'

/** Prompts of each kind of a domain that a compressed patch learns on. */
const MOST = 240

/**
 * The training prompts of all domains, on which one patch is to do what a stack does, or what the domain's own patch does
 * alone.
 */
export function compressionTasks(
  cases: readonly DomainCase[],
  teachers: 'stack' | 'specialists',
): CompressionTask[] {
  return cases.flatMap(({ domain, train }) => {
    const { name, format, training, pairs } = domain
    const kinds = (['harmful', 'harmless'] as const).filter((kind) => train.some((row) => row.kind === kind))
    return kinds.map((kind) => ({
      name: kinds.length === 1 ? name : `${name}, ${kind}`,
      prompts: evenly(train.filter((row) => row.kind === kind)),
      ...(teachers === 'specialists' && { taughtBy: [patchName(name)] }),
      format,
      temperature: pairs.temperature ?? 0,
      maxResponseTokens: training.maxResponseTokens ?? 20,
      share: 1 / kinds.length,
    }))
  })
}

/** As many as are wanted, from every part of the data. */
function evenly<Row>(rows: readonly Row[]): Row[] {
  const count = Math.min(MOST, rows.length)
  return Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)] as Row)
}
