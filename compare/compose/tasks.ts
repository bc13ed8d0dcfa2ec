import type { PatchPrompt } from 'policypatch'
import type { CompressionTask } from 'policypatch/train'
import type { DomainCase } from '../domains/cases/domain-case.ts'
import { patchName } from '../domains/patch-name.ts'

/** Maximum prompts per task for training a compressed patch. */
const MOST = 480

/** Tokens within which an answer differs from a refusal. */
const OPENING = 4

/** The parts of a task: prompts of a domain, the response tokens that count, and its share of a batch. */
interface Slice extends Pick<CompressionTask, 'respondedBy' | 'responseSeed'> {
  readonly name: string
  readonly rows: readonly PatchPrompt[]
  readonly tokens: number
  readonly share: number
  /** Whether the base is the teacher, instead of a patch. */
  readonly plain?: boolean
}

/**
 * The training prompts of all domains, on which one patch should do what each domain's own patch does alone. The first tokens
 * decide whether a harmless prompt is answered, but hardly count in a mean over a long answer. So openings are separate tasks,
 * with extra weight on prompts that look harmful, and the base teaches some of them, because it refuses none. Where responses are
 * sampled, the base's responses are used too.
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

/** Toxic text is more varied, so what its patch does on the base's own continuations is a separate task. */
function sampledSlices(domain: string, rows: readonly PatchPrompt[], tokens: number): Slice[] {
  const one = { rows, tokens }
  if (domain !== 'toxicity') return [{ ...one, name: 'responses', share: 0.7 }]
  return [
    { ...one, name: 'responses', share: 0.4 },
    { ...one, name: 'other responses', share: 0.3, responseSeed: 1 },
    { ...one, name: 'responses of the base', share: 0.5, responseSeed: 2, respondedBy: 'base' },
  ]
}

/** Picks up to `MOST` rows evenly from all of the data. */
function evenly<Row>(rows: readonly Row[]): Row[] {
  const count = Math.min(MOST, rows.length)
  return Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)] as Row)
}
