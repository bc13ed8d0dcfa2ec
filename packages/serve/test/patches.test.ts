import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileStorage } from '@policypatch/backend-node'
import { PatchError, readPatch } from '@policypatch/core'
import { createEngine, type EngineRequest } from '@policypatch/core/engine'
import { openTrust, signPatch } from '@policypatch/core/patch'
import { afterAll, describe, expect, it } from 'vitest'
import type { PatchSource } from '../src/index.ts'
import { chat, type Served, served } from './served.ts'
import { standInEngine } from './stand-in-engine.ts'
import { tinyModel, tinyPatch } from './tiny-model.ts'

const model = await tinyModel()
const folder = await mkdtemp(join(tmpdir(), 'policypatch-patches-'))
afterAll(async () => {
  await model.dispose()
  await rm(folder, { recursive: true, force: true })
})
const path = '/v1/chat/completions'
const old = await tinyPatch(model, 'harmfulness', '1.0.0')
const next = await tinyPatch(model, 'harmfulness', '1.1.0')
const other = await tinyPatch(model, 'toxicity', '2.0.0')

/** What can be installed, by its source. */
const sourceOf = (offered: Readonly<Record<string, typeof old>>): PatchSource => {
  const get = async (source: string) => {
    const patch = offered[source]
    if (patch) return patch
    throw new PatchError('NOT_FOUND', { expected: 'a patch', found: source, remedy: 'Ask for another' })
  }
  return {
    find: get,
    install: async (source) => [await get(source)],
    isPath: (source) => source.includes('/'),
  }
}

const stackNow = async (server: Served, more: object = {}) =>
  (await server.post(path, chat('hi', { max_tokens: 1, ...more }))).headers.get('x-policypatch-patches')

describe('/v1/patches', () => {
  it('lists, installs, enables and rolls back', async () => {
    const source = sourceOf({ 'harmfulness@^1.1': next, toxicity: other })
    const server = await served(
      standInEngine(model),
      { patches: ['harmfulness'] },
      { patches: [old], source },
    )
    const listed = await server.send('GET', '/v1/patches')
    expect(listed.json.data).toMatchObject([{ id: 'harmfulness@1.0.0', default: true, gated: false }])
    expect(listed.json.data[0].sha256).toMatch(/^[0-9a-f]{64}$/)
    const installed = await server.post('/v1/patches', { source: 'harmfulness@^1.1' })
    expect(installed.json.data.map(({ id }: { id: string }) => id)).toEqual([
      'harmfulness@1.0.0',
      'harmfulness@1.1.0',
    ])
    // What is installed is not used before it is enabled, unless a request names it.
    expect(await stackNow(server)).toBe('harmfulness@1.0.0')
    expect(await stackNow(server, { patches: ['harmfulness'] })).toBe('harmfulness@1.0.0')
    expect(await stackNow(server, { patches: ['harmfulness@1.1'] })).toBe('harmfulness@1.1.0')
    const change = { patches: ['harmfulness@1.1.0', { name: 'toxicity', weight: 0.5 }] }
    const enabled = await server.send('PUT', '/v1/patches/default', change)
    expect(enabled.json.default).toHaveLength(2)
    expect(await stackNow(server)).toBe('harmfulness@1.1.0+toxicity@2.0.0*0.5')
    await server.send('PUT', '/v1/patches/default', { patches: [] })
    expect(await stackNow(server)).toBe('none')
    await server.post('/v1/patches/rollback', {})
    expect(await stackNow(server)).toBe('harmfulness@1.1.0+toxicity@2.0.0*0.5')
    await server.send('POST', '/v1/patches/rollback')
    expect(await stackNow(server)).toBe('harmfulness@1.0.0')
    expect((await server.post('/v1/patches/rollback', {})).json.error.code).toBe('NOT_FOUND')
  })

  it('refuses what it should not take', async () => {
    const stranger = await tinyPatch(model, 'stranger', '1.0.0', {
      base: { ...old.manifest.base, weights: 'f'.repeat(64) },
    })
    const source = sourceOf({ stranger, other })
    const server = await served(standInEngine(model), {}, { patches: [old], source })
    const codes = async (body: unknown) => {
      const { status, json } = await server.post('/v1/patches', body)
      return [status, json.error.code]
    }
    expect(await codes({ source: 'stranger' })).toEqual([422, 'PATCH_MISMATCH'])
    expect(await codes({ source: 'unknown' })).toEqual([404, 'NOT_FOUND'])
    expect(await codes({ source: '/etc' })).toEqual([403, 'source_not_allowed'])
    const twice = await server.send('PUT', '/v1/patches/default', {
      patches: ['harmfulness', 'harmfulness@1.0.0'],
    })
    expect([twice.status, twice.json.error.code]).toEqual([400, 'INVALID_ARGUMENT'])
    expect(await stackNow(server)).toBe('none')
    const all = [...Array(17)].map((_, i) => `p${i}`)
    expect((await server.post(path, chat('hi', { patches: all }))).json.error.param).toBe('patches')
    const both = await server.post(path, { ...chat('hi', { patches: [] }), model: 'tiny+harmfulness' })
    expect([both.status, both.json.error.param]).toEqual([400, 'patches'])
    // Its conflicts are its own.
    const jealous = await tinyPatch(model, 'jealous', '1.0.0', { conflicts: ['harmfulness'] })
    const conflicting = await served(standInEngine(model), {}, { patches: [old, jealous] })
    const { json } = await conflicting.post(path, chat('hi', { patches: ['harmfulness', 'jealous'] }))
    expect(json.error.code).toBe('PATCH_CONFLICT')
  })

  it('takes only what its trust policy takes', async () => {
    const { privateKey, publicKey } = keysOf()
    const trust = await openTrust({
      format: 'policypatch-trust/v1',
      signers: { us: { publicKey } },
      rules: [{ signers: ['us'] }],
    })
    const signedPlace = { storage: fileStorage(), path: join(folder, 'toxicity') }
    await other.save(signedPlace)
    await signPatch(signedPlace, { signer: privateKey })
    const signed = await readPatch(signedPlace, { trust })
    const server = await served(
      standInEngine(model),
      {},
      { patches: [signed], trust, source: sourceOf({ harmfulness: old }) },
    )
    const refused = await server.post('/v1/patches', { source: 'harmfulness' })
    expect([refused.status, refused.json.error.code]).toEqual([422, 'SIGNATURE_INVALID'])
    expect(await stackNow(server, { patches: ['toxicity'] })).toBe('toxicity@2.0.0')
  })

  it('goes on after a restart with what was changed', async () => {
    const state = join(folder, 'state.json')
    const settings = { patches: ['harmfulness@1.0.0'], state }
    const source = sourceOf({ 'harmfulness@1.0.0': old, 'harmfulness@1.1.0': next, 'toxicity@2.0.0': other })
    const first = await served(standInEngine(model), settings, { source })
    await first.send('PUT', '/v1/patches/default', { patches: ['harmfulness@1.1.0'] })
    await first.post('/v1/patches/canary', { patches: ['toxicity@2.0.0'], percent: 100 })
    await first.close()
    const second = await served(standInEngine(model), settings, { source })
    expect(await stackNow(second)).toBe('toxicity@2.0.0')
    await second.send('DELETE', '/v1/patches/canary')
    expect(await stackNow(second)).toBe('harmfulness@1.1.0')
    await second.post('/v1/patches/rollback', {})
    await second.close()
    expect(await stackNow(await served(standInEngine(model), settings, { source }))).toBe('harmfulness@1.0.0')
  })
})

describe('a canary', () => {
  /** Refuses whatever is asked with the new version, and nothing with the old one. */
  const answer = ({ prefix }: EngineRequest) =>
    prefix === next.prefix ? "I can't help with that." : 'Boil it for eight minutes, then cool it.'

  const ask = (server: Served, user: string, kind?: string) =>
    server.post(
      path,
      chat('How do I boil an egg?', { user, ...(kind && { metadata: { prompt_kind: kind } }) }),
    )

  it('has a share of users, each always on the same side', async () => {
    const server = await served(
      standInEngine(model),
      { patches: ['harmfulness@1.0.0'] },
      { patches: [old, next] },
    )
    await server.post('/v1/patches/canary', { patches: ['harmfulness@1.1.0'], percent: 25 })
    const arms = async () => {
      const found: (string | null)[] = []
      for (let i = 0; i < 100; i++)
        found.push((await ask(server, `user ${i}`)).headers.get('x-policypatch-arm'))
      return found
    }
    const first = await arms()
    const share = first.filter((arm) => arm === 'canary').length / 100
    // 25% ± 4 standard deviations.
    expect(Math.abs(share - 0.25)).toBeLessThan(0.175)
    expect(await arms()).toEqual(first)
    const named = await server.post(path, chat('hi', { user: 'user 1', patches: [] }))
    expect(named.headers.get('x-policypatch-arm')).toBeNull()
  })

  it('counts refusal and over-refusal apart, and is rolled back by its bound', async () => {
    const server = await served(
      standInEngine(model, { answer }),
      { patches: ['harmfulness@1.0.0'] },
      { patches: [old, next] },
    )
    const started = await server.post('/v1/patches/canary', {
      patches: ['harmfulness@1.1.0'],
      percent: 50,
      bound: { maxOverRefusal: 0.1, after: 8 },
    })
    expect(started.json.state).toBe('running')
    for (let i = 0; i < 10; i++) await ask(server, `harmful ${i}`, 'harmful')
    const before = (await server.send('GET', '/v1/patches/canary')).json
    expect(before.figures.canary.refusal).toMatchObject({ value: 1, n: before.figures.canary.answers })
    expect(before.figures.stable.refusal.value).toBe(0)
    expect(before.figures.canary.answers + before.figures.stable.answers).toBe(10)
    for (let i = 0; i < 40; i++) await ask(server, `user ${i}`, 'harmless')
    const { json } = await server.send('GET', '/v1/patches/canary')
    expect(json).toMatchObject({
      state: 'rolled back',
      reason: 'over-refusal 1.000 (n=8) of harmless prompts is above 0.1',
      figures: { canary: { overRefusal: { value: 1, n: 8 } }, stable: { overRefusal: { value: 0 } } },
    })
    expect(await stackNow(server, { user: 'anyone' })).toBe('harmfulness@1.0.0')
    const { text } = await server.send('GET', '/metrics')
    expect(text).toContain('policypatch_canaries_total{state="rolled back"} 1')
    expect(server.lines.find(({ msg }) => msg === 'canary rolled back')).toMatchObject({ level: 40 })
  })

  it('asks the gates of its patches what a prompt is, where nobody says', async () => {
    const width = 2 * model.config.hiddenSize
    const gateOf = (bias: number) => ({
      ...{ layers: [1], window: 1, mean: new Float32Array(width), scale: new Float32Array(width), bias },
      ...{ hidden: new Float32Array(width), hiddenBias: new Float32Array(1), output: new Float32Array(1) },
    })
    for (const [bias, kind] of [
      [1, 'refusal'],
      [-1, 'overRefusal'],
    ] as const) {
      const gated = await tinyPatch(model, 'gated', '1.0.0', { gate: gateOf(bias) })
      const refuses = () => "I can't help with that."
      const server = await served(standInEngine(model, { answer: refuses }), {}, { patches: [gated] })
      await server.post('/v1/patches/canary', { patches: ['gated'], percent: 100 })
      for (let i = 0; i < 5; i++) await ask(server, `user ${i}`)
      await expect
        .poll(async () => (await server.send('GET', '/v1/patches/canary')).json.figures.canary.answers)
        .toBe(5)
      const { figures } = (await server.send('GET', '/v1/patches/canary')).json
      expect(figures.canary[kind]).toMatchObject({ value: 1, n: 5 })
    }
  })

  it('is promoted', async () => {
    const server = await served(
      standInEngine(model),
      { patches: ['harmfulness@1.0.0'] },
      { patches: [old, next] },
    )
    await server.post('/v1/patches/canary', { patches: ['harmfulness@1.1.0'], percent: 0 })
    const second = await server.post('/v1/patches/canary', { patches: [], percent: 1 })
    expect([second.status, second.json.error.code]).toEqual([400, 'INVALID_ARGUMENT'])
    expect((await server.send('POST', '/v1/patches/canary/promote')).json.state).toBe('promoted')
    expect(await stackNow(server)).toBe('harmfulness@1.1.0')
    await server.post('/v1/patches/rollback', {})
    expect(await stackNow(server)).toBe('harmfulness@1.0.0')
    expect((await server.send('DELETE', '/v1/patches/canary')).status).toBe(404)
  })
})

it('loses no request to changes, each answered by the stack that it began with', async () => {
  const server = await served(
    createEngine(model),
    { patches: ['harmfulness@1.0.0'] },
    { patches: [old, next] },
  )
  const messages = [{ role: 'user' as const, content: 'hi' }]
  const textOf = async (patch: typeof old) =>
    (await model.withPrefix(patch.prefix).generate(messages, { maxTokens: 8 })).text
  const expected = { 'harmfulness@1.0.0': await textOf(old), 'harmfulness@1.1.0': await textOf(next) }
  let swapping = true
  const swaps = (async () => {
    for (let i = 0; swapping; i++) {
      await server.send('PUT', '/v1/patches/default', { patches: [`harmfulness@1.${i % 2}.0`] })
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })()
  const seen = new Set<string>()
  const answers = Array.from({ length: 100 }, async (_, i) => {
    await new Promise((resolve) => setTimeout(resolve, i * 3))
    const { status, headers, json } = await server.post(path, chat('hi', { max_tokens: 8, temperature: 0 }))
    const stack = headers.get('x-policypatch-patches') as keyof typeof expected
    seen.add(stack)
    expect([status, json.choices[0].message.content]).toEqual([200, expected[stack]])
  })
  await Promise.all(answers)
  swapping = false
  await swaps
  expect([...seen].sort()).toEqual(Object.keys(expected))
})

function keysOf() {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}
