import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context, MiddlewareHandler } from 'hono'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { AnswerObserver } from '../answer/answer-record.ts'
import { completionTokens } from '../answer/usage.ts'
import { ApiError } from '../api/api-error.ts'
import type { RequestVariables } from '../api/serve-context.ts'
import type { Limits } from '../config/limits.ts'

/** Rate limits of clients, which are identified by the name of their key or else by their address. */
export interface RateLimit {
  readonly middleware: MiddlewareHandler<RequestVariables>
  /** Counts the tokens of answers. */
  readonly observer: AnswerObserver
}

const minute = 60

/**
 * Limits a client's requests and tokens per minute. The tokens of a request are known only when it has ended, so they count
 * towards later requests.
 */
export function rateLimit({ requestsPerMinute, tokensPerMinute }: Limits): RateLimit {
  const limiter = (points: number) =>
    points > 0 ? new RateLimiterMemory({ points, duration: minute }) : undefined
  const requests = limiter(requestsPerMinute)
  const tokens = limiter(tokensPerMinute)
  return {
    async middleware(c, next) {
      const client = clientOf(c)
      c.set('payer', client)
      if (requests) tell(c, 'requests', requestsPerMinute, await consume(requests, client))
      if (tokens) {
        const used = await tokens.get(client)
        if (used && used.consumedPoints >= tokensPerMinute) throw exceeded('tokens', tokensPerMinute, used)
      }
      return next()
    },
    observer: {
      ended(record) {
        const used = record.promptTokens + completionTokens(record)
        if (record.payer !== undefined && used > 0) void tokens?.penalty(record.payer, used)
      },
    },
  }
}

function clientOf(c: Context<RequestVariables>): string {
  const key = c.get('client')
  // An app that is called without a server has no connection.
  return key === undefined ? `address ${c.env ? (getConnInfo(c).remote.address ?? '') : ''}` : `key ${key}`
}

async function consume(limiter: RateLimiterMemory, client: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(client)
  } catch (error) {
    if (error instanceof RateLimiterRes) throw exceeded('requests', limiter.points, error)
    throw error
  }
}

/** Reports the limit in OpenAI's headers. */
function tell(
  c: Context,
  what: string,
  limit: number,
  { remainingPoints, msBeforeNext }: RateLimiterRes,
): void {
  c.header(`x-ratelimit-limit-${what}`, String(limit))
  c.header(`x-ratelimit-remaining-${what}`, String(remainingPoints))
  c.header(`x-ratelimit-reset-${what}`, `${Math.ceil(msBeforeNext / 1000)}s`)
}

const exceeded = (what: string, limit: number, { msBeforeNext }: RateLimiterRes) =>
  new ApiError(
    429,
    { message: `Rate limit reached: ${limit} ${what} a minute`, code: 'rate_limit_exceeded' },
    Math.max(1, Math.ceil(msBeforeNext / 1000)),
  )
