import { isIP } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { ApiError } from '../api/api-error.ts'
import type { RequestVariables } from '../api/serve-context.ts'

/** Whether an address is of this machine alone. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

/**
 * Refuses requests by another name than this machine's where the server is reached from it alone: a page of somebody else's, whose name
 * was made to lead here (DNS rebinding), would speak to it with the rights of its user.
 */
export const checkHost: MiddlewareHandler<RequestVariables> = async (c, next) => {
  const name = hostName(c.req.header('host') ?? '')
  if (name === '' || isLoopback(name) || isIP(name) !== 0) return next()
  throw new ApiError(421, {
    message: `This server is reached as localhost, not as ${JSON.stringify(name)}; set 'host' to serve others`,
    code: 'misdirected_request',
  })
}

const hostName = (host: string) =>
  host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
