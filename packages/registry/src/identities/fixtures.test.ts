import { readFileSync } from 'node:fs'
import { readPatch } from '@policypatch/core'
import { openTrust, parseTrustPolicy } from '@policypatch/core/patch'
import { expect, test } from 'vitest'
import { storageOf } from '../../../core/test/patch/tiny-patch.ts'
import { signerOpener } from './open-signer.ts'

// Patches as each released version signed them, and a policy that it read. What is taken once is taken for ever.
const fixtures = new URL('../../fixtures/signed/v1/', import.meta.url)
const read = (name: string) => new Uint8Array(readFileSync(new URL(name, fixtures)))

test.each([
  ['key', ['vendor', 'auditor']],
  ['certificate', ['lab']],
  ['identity', ['ci']],
])('a patch that was signed with a %s is taken by a policy', async (name, signers) => {
  const openSigner = signerOpener({ trustedRoot: read('trusted-root.json') })
  const trust = await openTrust(parseTrustPolicy(read('trust.json')), { openSigner })
  const storage = await storageOf(new URL(name, fixtures), name)
  const patch = await readPatch({ storage, path: name }, { trust })
  const verified = await trust.verify(patch)
  expect(verified.signers.map((signer) => signer.name)).toEqual(signers)
  expect(verified.provenance?.predicate.runDetails.builder.version).toEqual({ policypatch: '0.1.0' })
})
