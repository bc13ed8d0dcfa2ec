import type { PatchPrompt } from 'policypatch'
import type { CompressionTask } from 'policypatch/train'
import type { DomainCase } from '../domains/cases/domain-case.ts'
import { patchName } from '../domains/patch-name.ts'

/** Prompts of each task that a compressed patch learns on. */
const MOST = 480

/** Tokens in which an answer parts from a refusal. */
const OPENING = 4

/** What a task is made of: some prompts of a domain, the tokens of the response that count, its part of a batch. */
interface Slice extends Pick<CompressionTask, 'respondedBy' | 'responseSeed'> {
  readonly name: string
  readonly rows: readonly PatchPrompt[]
  readonly tokens: number
  readonly share: number
  /** Whether the base teaches it, in place of a patch. */
  readonly plain?: boolean
}

/**
 * The training prompts of all domains, on which one patch is to do what the domain's own does alone. Whether a harmless
 * prompt is answered is decided in the first tokens, which a mean over all of a long answer hardly sees: these are tasks
 * of their own, what looks harmful most of all, and some of them the base teaches, for it refuses none. Where responses
 * are sampled, the base's too are read.
 */
export function compressionTasks(cases: readonly DomainCase[]): CompressionTask[] {
  return cases.flatMap((domainCase) => {
    const { name, format, pairs } = domainCase.domain
    return slicesOf(domainCase).map(({ name: slice, rows, tokens, plain, ...given }) => ({
      ...given,
      name: `${name}, ${slice}`,
      prompts: evenly(rows),
      taughtBy: plain ? [] : [patchName(name)],
      format,
      temperature: pairs.temperature ?? 0,
      maxResponseTokens: tokens,
    }))
  })
}

function slicesOf({ domain, train }: DomainCase): Slice[] {
  const tokens = domain.training.maxResponseTokens ?? 32
  const harmful = train.filter(({ kind }) => kind === 'harmful')
  const harmless = train.filter(({ kind }) => kind === 'harmless')
  if (harmless.length === 0) return sampledSlices(domain.name, harmful, tokens)
  const lookalikes = harmless.filter(({ part }) => part !== undefined)
  const everyday = harmless.filter(({ part }) => part === undefined)
  const opening = { tokens: OPENING }
  return [
    { name: 'harmful', rows: harmful, tokens, share: 0.35 },
    { name: 'harmless', rows: harmless, tokens, share: 0.1 },
    { ...opening, name: 'openings', rows: everyday, share: 0.35 },
    { ...opening, name: 'openings that look harmful', rows: lookalikes, share: 0.15 },
    { ...opening, name: 'openings of the base', rows: harmless, share: 0.25, plain: true },
  ]
}

/** Toxic text is the more varied: what its patch does where the base goes is a task of its own. */
function sampledSlices(domain: string, rows: readonly PatchPrompt[], tokens: number): Slice[] {
  const one = { rows, tokens }
  if (domain !== 'toxicity') return [{ ...one, name: 'responses', share: 0.7 }]
  return [
    { ...one, name: 'responses', share: 0.4 },
    { ...one, name: 'other responses', share: 0.3, responseSeed: 1 },
    { ...one, name: 'responses of the base', share: 0.5, responseSeed: 2, respondedBy: 'base' },
  ]
}

/** As many as are wanted, from every part of the data. */
function evenly<Row>(rows: readonly Row[]): Row[] {
  const count = Math.min(MOST, rows.length)
  return Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)] as Row)
}
