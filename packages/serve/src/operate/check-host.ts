import { isIP } from 'node:net'
import type { MiddlewareHandler } from 'hono'
import { ApiError } from '../api/api-error.ts'
import type { RequestVariables } from '../api/serve-context.ts'

/** Whether an address is reachable from this machine only. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

/**
 * For a server that is reachable from this machine only: refuses requests under any other host name. Otherwise somebody else's
 * page, whose name was made to point here (DNS rebinding), could use the server with the rights of its user.
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
