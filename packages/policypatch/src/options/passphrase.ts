import { PatchError } from '@policypatch/core'

/** The passphrase in an environment variable. `INVALID_ARGUMENT` where it is not set. */
export function passphraseIn(name: string): string {
  const { [name]: passphrase } = process.env
  if (passphrase) return passphrase
  throw new PatchError('INVALID_ARGUMENT', {
    expected: `a passphrase in the environment variable ${name}`,
    found: 'none',
    remedy: 'Set it, or leave --passphrase-env out',
  })
}
