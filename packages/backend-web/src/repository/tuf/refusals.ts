import { PatchError } from '@policypatch/core'

export const expired = (name: string, expires: string): PatchError =>
  new PatchError('EXPIRED', {
    expected: `${name} to be current`,
    found: `one that ran out on ${expires}`,
    remedy:
      'Try again later: its owner must sign it anew, or somebody between keeps the newest state from you; check the clock too',
  })

export const rolledBack = (name: string, expected: number, found: number | undefined): PatchError =>
  new PatchError('ROLLED_BACK', {
    expected: `version ${expected} of ${name}, or a later one`,
    found: found === undefined ? 'none' : `${found}`,
    remedy: 'Do not trust this source: it offers a state that is older than one that you have seen',
  })

export const missing = (what: string): PatchError =>
  new PatchError('NOT_FOUND', {
    expected: what,
    found: 'none',
    remedy: 'Check the address of the repository, and that all of its files are there',
  })
