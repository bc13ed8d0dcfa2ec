import { PatchError } from '@policypatch/core'

/**
 * A secret in an environment variable: on a command line others could read it.
 *
 * @param what it is, with its article, for messages
 * @throws PatchError `INVALID_ARGUMENT` where there is none
 */
export function secretIn(name: string, what: string): string {
  const { [name]: secret } = process.env
  if (secret) return secret
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `${what} in the environment variable ${name}`,
    found: 'none',
    remedy: 'Set it, or leave the option out',
  })
}
