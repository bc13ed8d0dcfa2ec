import type { MiddlewareHandler } from 'hono'
import { ApiError } from '../api/api-error.ts'
import type { RequestVariables } from '../api/serve-context.ts'
import { type ApiKey, findKey } from './api-keys.ts'

/**
 * Requires a key, as `Authorization: Bearer KEY`. If no keys are set, everybody is let in, and may change what is served if the
 * server is reachable from this machine only.
 *
 * @param keys undefined if none are set
 */
export function authenticate(
  keys: () => readonly ApiKey[] | undefined,
  isLocal: boolean,
): MiddlewareHandler<RequestVariables> {
  return async (c, next) => {
    const known = keys()
    if (!known) {
      c.set('isAdmin', isLocal)
      return next()
    }
    const [, presented] = /^Bearer\s+(\S+)\s*$/i.exec(c.req.header('authorization') ?? '') ?? []
    const key = presented === undefined ? undefined : findKey(known, presented)
    if (!key) {
      c.header('www-authenticate', 'Bearer')
      const message =
        presented === undefined ? 'You did not provide an API key' : 'Incorrect API key provided'
      throw new ApiError(401, { message, code: 'invalid_api_key' })
    }
    c.set('client', key.name)
    c.set('isAdmin', key.admin)
    return next()
  }
}

/** Lets only clients through that may change what is served. */
export const adminOnly: MiddlewareHandler<RequestVariables> = async (c, next) => {
  if (c.get('isAdmin')) return next()
  throw new ApiError(403, {
    message: 'This needs an API key of an administrator: `policypatch api-key NAME --admin` makes one',
    code: 'admin_key_needed',
  })
}
