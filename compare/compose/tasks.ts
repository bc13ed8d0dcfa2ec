import type { CompressionTask, PatchPrompt } from 'policypatch'
import type { DomainCase } from '../domains/domain-case.ts'
import { patchName } from '../domains/patch-name.ts'

/** Prompts of each task that a compressed patch learns on. */
const MOST = 480

/** Tokens in which an answer parts from a refusal. */
const OPENING = 4

/** Responses of each prompt, by domain: what is sampled is the more varied. */
const samples: Readonly<Record<string, number>> = { toxicity: 4, gender: 2 }
const SAMPLE_SHARE = 0.4

/** What a task is made of: some prompts of a domain, the tokens of the response that count, its part of a batch. */
interface Slice {
  readonly name: string
  readonly rows: readonly PatchPrompt[]
  readonly tokens: number
  readonly share: number
  /** Of the responses, where they are sampled. */
  readonly seed?: number
}

/**
 * The training prompts of all domains, on which one patch is to do what a stack does, or what the domain's own patch does
 * alone. Whether a harmless prompt is answered is decided in the first tokens, which a mean over all of a long answer
 * hardly sees: these are tasks of their own, and what looks harmful most of all. Where responses are sampled, several of
 * each prompt say more of their distributions than one.
 */
export function compressionTasks(
  cases: readonly DomainCase[],
  teachers: 'stack' | 'specialists',
): CompressionTask[] {
  return cases.flatMap((domainCase) => {
    const { name, format, pairs } = domainCase.domain
    return slicesOf(domainCase).map((slice) => ({
      name: `${name}, ${slice.name}`,
      prompts: evenly(slice.rows),
      ...(teachers === 'specialists' && { taughtBy: [patchName(name)] }),
      format,
      temperature: pairs.temperature ?? 0,
      responseSeed: slice.seed ?? 0,
      maxResponseTokens: slice.tokens,
      share: slice.share,
    }))
  })
}

function slicesOf({ domain, train }: DomainCase): Slice[] {
  const tokens = domain.training.maxResponseTokens ?? 20
  const harmful = train.filter(({ kind }) => kind === 'harmful')
  const harmless = train.filter(({ kind }) => kind === 'harmless')
  if (harmless.length === 0) {
    return Array.from({ length: samples[domain.name] ?? 1 }, (_, seed) => ({
      ...{ name: `sample ${seed + 1}`, rows: harmful, tokens, share: SAMPLE_SHARE, seed },
    }))
  }
  const lookalikes = harmless.filter(({ part }) => part !== undefined)
  const everyday = harmless.filter(({ part }) => part === undefined)
  return [
    { name: 'harmful', rows: harmful, tokens, share: 0.4 },
    { name: 'harmless', rows: harmless, tokens, share: 0.1 },
    { name: 'openings', rows: everyday, tokens: OPENING, share: 0.4 },
    { name: 'openings that look harmful', rows: lookalikes, tokens: OPENING, share: 0.3 },
  ]
}

/** As many as are wanted, from every part of the data. */
function evenly<Row>(rows: readonly Row[]): Row[] {
  const count = Math.min(MOST, rows.length)
  return Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)] as Row)
}
