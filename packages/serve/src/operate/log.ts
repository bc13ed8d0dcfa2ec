import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { type DestinationStream, type Logger, pino } from 'pino'
import type { AnswerObserver, AnswerRecord } from '../answer/answer-record.ts'
import { completionTokens } from '../answer/usage.ts'
import { refusalOf } from '../api/api-error.ts'
import type { RequestVariables } from '../api/serve-context.ts'
import { stackLabel } from '../patches/served-stack.ts'

export const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const

export interface LogOptions {
  readonly level: (typeof logLevels)[number]
  /** Whether prompts and answers are logged. */
  readonly prompts: boolean
}

/** A log of JSON lines on standard output. */
export const createLog = ({ level }: LogOptions, destination?: DestinationStream): Logger =>
  pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination ?? pino.destination({ fd: 1, sync: true }),
  )

/** A line for every answer, without the prompts and answers themselves unless `prompts` is set. */
export function logAnswers(log: Logger, { prompts }: LogOptions): AnswerObserver {
  return {
    ended(record, outcome, error) {
      const line = { ...describe(record), outcome, ...(prompts && texts(record)) }
      if (outcome === 'failed') log.error({ ...line, err: error }, 'answer failed')
      else log.info(line, `answer ${outcome}`)
    },
  }
}

function describe(record: AnswerRecord) {
  const {
    id,
    operation,
    model,
    stack,
    client,
    promptTokens,
    cachedTokens,
    choices,
    firstTokenAt,
    startedAt,
  } = record
  const since = (at: number) => Math.round(at - startedAt)
  return {
    ...{ id, operation, model, patches: stackLabel(stack.parts), arm: stack.arm, client },
    ...{ promptTokens, cachedTokens, completionTokens: completionTokens(record) },
    finishReasons: choices.map(({ finishReason }) => finishReason ?? null),
    ...(firstTokenAt !== undefined && { firstTokenMs: since(firstTokenAt) }),
    ms: since(performance.now()),
  }
}

const texts = ({ prompts, choices }: AnswerRecord) => ({ prompts, answers: choices.map(({ text }) => text) })

/** Routes that are polled every few seconds. */
const quiet = new Set(['/healthz', '/readyz', '/metrics'])

/**
 * A line for every request, at `debug` for probes. Refusals are logged with their code, and the server's own faults with the
 * error. A refusal's message may repeat what was sent, so it is logged only if `prompts` is set.
 */
export function logRequests(log: Logger, { prompts }: LogOptions): MiddlewareHandler<RequestVariables> {
  return async (c, next) => {
    const startedAt = performance.now()
    await next()
    const { status } = c.res
    const line = {
      ...{ requestId: c.get('requestId'), method: c.req.method, route: routePath(c, -1), status },
      ...{ client: c.get('client'), ms: Math.round(performance.now() - startedAt) },
      ...(c.error &&
        status < 500 && { code: refusalOf(c.error).error.code, ...(prompts && { why: c.error.message }) }),
    }
    if (c.error && status >= 500 && status !== 503) log.error({ ...line, err: c.error }, 'request failed')
    else if (quiet.has(c.req.path)) log.debug(line, 'request')
    else log.info(line, c.error ? 'request refused' : 'request')
  }
}
