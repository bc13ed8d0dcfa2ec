import type { CompressionTask, PatchPrompt } from 'policypatch'
import type { DomainCase } from '../domains/domain-case.ts'
import { patchName } from '../domains/patch-name.ts'

/** Prompts of each task that a compressed patch learns on. */
const MOST = 240

/** Tokens in which an answer parts from a refusal. */
const OPENING = 4

/** What a task is made of: some prompts of a domain, the tokens of the response that count, its part of the domain. */
interface Slice {
  readonly name: string
  readonly rows: readonly PatchPrompt[]
  readonly tokens: number
  readonly share: number
}

/**
 * The training prompts of all domains, on which one patch is to do what a stack does, or what the domain's own patch does
 * alone. Whether a harmless prompt is answered is decided in the first tokens, which a mean over all of a long answer
 * hardly sees: these are tasks of their own, and what looks harmful most of all.
 */
export function compressionTasks(
  cases: readonly DomainCase[],
  teachers: 'stack' | 'specialists',
): CompressionTask[] {
  return cases.flatMap(({ domain, train }) => {
    const { name, format, training, pairs } = domain
    const tokens = training.maxResponseTokens ?? 20
    return slicesOf(train, tokens).map((slice) => ({
      name: slice.name === '' ? name : `${name}, ${slice.name}`,
      prompts: evenly(slice.rows),
      ...(teachers === 'specialists' && { taughtBy: [patchName(name)] }),
      format,
      temperature: pairs.temperature ?? 0,
      maxResponseTokens: slice.tokens,
      share: slice.share,
    }))
  })
}

function slicesOf(train: DomainCase['train'], tokens: number): Slice[] {
  const harmful = train.filter(({ kind }) => kind === 'harmful')
  const harmless = train.filter(({ kind }) => kind === 'harmless')
  if (harmless.length === 0) return [{ name: '', rows: harmful, tokens, share: 1 }]
  const lookalikes = harmless.filter(({ part }) => part !== undefined)
  const everyday = harmless.filter(({ part }) => part === undefined)
  return [
    { name: 'harmful', rows: harmful, tokens, share: 0.4 },
    { name: 'harmless', rows: harmless, tokens, share: 0.1 },
    { name: 'openings', rows: everyday, tokens: OPENING, share: 0.3 },
    { name: 'openings that look harmful', rows: lookalikes, tokens: OPENING, share: 0.2 },
  ]
}

/** As many as are wanted, from every part of the data. */
function evenly<Row>(rows: readonly Row[]): Row[] {
  const count = Math.min(MOST, rows.length)
  return Array.from({ length: count }, (_, i) => rows[Math.floor((i * rows.length) / count)] as Row)
}
