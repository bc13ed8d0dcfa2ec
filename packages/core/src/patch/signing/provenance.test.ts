import { readFileSync } from 'node:fs'
import { beforeEach, expect, it } from 'vitest'
import { storageOf } from '../../../test/patch/tiny-patch.ts'
import type { Storage } from '../../storage/storage.ts'
import { createPatch, withEffects } from '../release/create-patch.ts'
import { patchStore } from '../release/patch-store.ts'
import { readPatch } from '../release/read-patch.ts'
import { addSignature, signPatch } from './sign-patch.ts'
import { keySigner } from './signer.ts'
import { verifyPatch } from './verify-patch.ts'

const fixture = new URL('../../../fixtures/patches/v1/tiny-harmfulness', import.meta.url)
const text = (name: string) =>
  readFileSync(new URL(`../../../test/goldens/signing/${name}`, import.meta.url), 'utf8')
const [signer, signers] = [text('p256.pem'), [text('p256.pub')]]
const refused = expect.objectContaining({ code: 'SIGNATURE_INVALID' })

const folder = 'patch'
const provenance = `${folder}/provenance.sigstore.json`
let storage: Storage
let place: { storage: Storage; path: string }
beforeEach(async () => {
  storage = await storageOf(fixture, folder)
  place = { storage, path: folder }
  await signPatch(place, { signer, version: '1.2.3' })
})

it('says what the patch was made of, and of which files it says so', async () => {
  const { manifest, files } = await readPatch(place)
  const { predicate, subject } = (await verifyPatch(place, { signers })).provenance ?? {}
  expect(subject?.map(({ name }) => name)).toEqual(
    Object.keys({ ...manifest.files, 'patch.json': '' }).sort(),
  )
  const { buildDefinition, runDetails } = predicate ?? {}
  expect(buildDefinition?.resolvedDependencies).toEqual([
    {
      name: 'base',
      uri: `pkg:huggingface/${manifest.base.id}`,
      digest: { policypatchWeights: manifest.base.weights, policypatchTokenizer: manifest.base.tokenizer },
    },
    ...Object.entries(manifest.recipe.data).map(([name, sha256]) => ({ name, digest: { sha256 } })),
  ])
  expect(buildDefinition?.externalParameters).toMatchObject({
    domain: 'harmfulness',
    recipe: { options: manifest.recipe.options },
  })
  expect(runDetails).toMatchObject({ builder: { version: { policypatch: '1.2.3' } } })
  expect(Object.keys(files)).toEqual(expect.arrayContaining(['model.sig', 'provenance.sigstore.json']))
})

it('cannot be taken away, changed, or come from another patch or signer', async () => {
  const own = await storage.read(provenance)
  await storage.remove(provenance)
  await expect(verifyPatch(place, { signers })).rejects.toThrow('provenance.sigstore.json missing')

  // The signature of a patch whose provenance is another's is right by itself.
  const { payload } = JSON.parse(new TextDecoder().decode(own)).dsseEnvelope
  const statement = JSON.parse(atob(payload))
  const sign = async (key: string, change: object) =>
    (await keySigner(text(key))).sign(new TextEncoder().encode(JSON.stringify({ ...statement, ...change })))
  const others = {
    'a signature by': await sign('p384.pem', {}),
    'one with other files': await sign('p256.pem', { subject: statement.subject.slice(1) }),
    'predicate "another"': await sign('p256.pem', { predicateType: 'another' }),
    'other base model, data or recipe': await sign('p256.pem', {
      predicate: {
        ...statement.predicate,
        buildDefinition: { ...statement.predicate.buildDefinition, resolvedDependencies: [] },
      },
    }),
  }
  const { verifySignatures } = await import('./verify-signatures.ts')
  const { statementOf } = await import('./statement.ts')
  const { trustedKey } = await import('./signer.ts')
  const { files } = await readPatch(place)
  for (const [message, other] of Object.entries(others)) {
    const changed = { ...files, 'provenance.sigstore.json': other }
    const payloadOf = new TextEncoder().encode(JSON.stringify(await statementOf('patch', changed)))
    const signed = { ...changed, 'model.sig': await (await keySigner(signer)).sign(payloadOf) }
    const failure = await verifySignatures(signed, [await trustedKey(signers[0] as string)]).catch(
      (error) => error,
    )
    expect(failure).toEqual(refused)
    expect(failure.message).toContain(message)
  }
})

it('is kept by a store with the signatures, and goes where the patch is changed', async () => {
  await addSignature(place, { signer: text('p384.pem') })
  const patch = await readPatch(place)
  const store = patchStore({ storage, path: 'store' })
  await store.install(patch)
  const installed = { storage, path: `store/${patch.manifest.name}/${patch.manifest.version}` }
  const { signers: found } = await verifyPatch(installed, { signers: [...signers, text('p384.pub')] })
  expect(found).toHaveLength(2)
  await (await withEffects(patch, [])).save(place)
  expect(await storage.exists(provenance)).toBe(false)
  await expect(verifyPatch(place, { signers })).rejects.toThrow('no model.sig')
  expect(Object.keys((await createPatch(patch)).files)).not.toContain('model.sig')
})

it('a further signature is of the same files, and of what is as it was signed', async () => {
  expect(await addSignature(place, { signer: text('p384.pem') })).toBe('model.2.sig')
  const { signers: found } = await verifyPatch(place, { signers: [text('p384.pub'), ...signers] })
  expect(found.map(({ kind }) => kind)).toEqual(['key', 'key'])
  for (let i = 3; i <= 8; i++) await addSignature(place, { signer })
  await expect(addSignature(place, { signer })).rejects.toThrow('fewer than 8 signatures')
  await storage.write(`${folder}/provenance.sigstore.json`, new Uint8Array([1]))
  await storage.remove(`${folder}/model.8.sig`)
  await expect(addSignature(place, { signer })).rejects.toThrow('provenance.sigstore.json changed')
  await signPatch(place, { signer })
  expect(await storage.exists(`${folder}/model.2.sig`)).toBe(false)
  await storage.remove(`${folder}/model.sig`)
  await expect(addSignature(place, { signer })).rejects.toThrow('not signed')
})
