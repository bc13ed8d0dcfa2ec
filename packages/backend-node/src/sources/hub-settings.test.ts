import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/fixtures.ts'
import { hubSettings } from './hub-settings.ts'

/** A home with tokens in files, as `hf auth login` writes them. */
async function homeWith(tokens: Readonly<Record<string, string>>) {
  const home = await temporaryFolder()
  for (const [path, token] of Object.entries(tokens)) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), token)
  }
  return home
}

test('the token: HF_TOKEN, the older name, then the file of a login', async () => {
  const home = await homeWith({
    '.cache/huggingface/token': 'hf_login\n',
    'xdg/huggingface/token': 'hf_xdg',
    'hf/token': '\r\n hf_home \r\n',
    'own/secret': 'hf_path',
    'empty/token': '\n',
  })
  const tokenOf = (environment: NodeJS.ProcessEnv) => hubSettings(environment, home).token()
  expect(tokenOf({})).toBe('hf_login')
  expect(tokenOf({ XDG_CACHE_HOME: join(home, 'xdg') })).toBe('hf_xdg')
  expect(tokenOf({ HF_HOME: '~/hf', XDG_CACHE_HOME: join(home, 'xdg') })).toBe('hf_home')
  expect(tokenOf({ HF_HOME: '$BASE/hf', BASE: home })).toBe('hf_home')
  expect(tokenOf({ HF_TOKEN_PATH: join(home, 'own/secret'), HF_HOME: '~/hf' })).toBe('hf_path')
  expect(tokenOf({ HUGGING_FACE_HUB_TOKEN: 'hf_old', HF_HOME: '~/hf' })).toBe('hf_old')
  expect(tokenOf({ HF_TOKEN: ' hf_new\n', HUGGING_FACE_HUB_TOKEN: 'hf_old' })).toBe('hf_new')
  expect(tokenOf({ HF_TOKEN: '', HF_HOME: '~/empty' })).toBeUndefined()
  expect(tokenOf({ HF_HOME: '~/absent' })).toBeUndefined()
  expect(tokenOf({ HF_TOKEN: 'hf_new', HF_HUB_DISABLE_IMPLICIT_TOKEN: '1' })).toBeUndefined()
})

test('a token that cannot be sent is refused by the name of its setting, and not shown', async () => {
  const home = await homeWith({ 'long/token': 'x'.repeat(100_000) })
  for (const HF_TOKEN of ['hf_ secret', 'hf_sécret', 'hf_\u0007secret']) {
    expect(() => hubSettings({ HF_TOKEN }, home).token()).toThrow(/in HF_TOKEN/)
    expect(() => hubSettings({ HF_TOKEN }, home).token()).not.toThrow(/cret/)
  }
  expect(() => hubSettings({ HF_HOME: '~/long' }, home).token()).toThrow(/Expected a token in/)
  expect(() => hubSettings({ HF_TOKEN_PATH: home }, home).token()).toThrow(/Expected a token in/)
})

test.each([
  [{ HF_HUB_OFFLINE: '1' }, true],
  [{ HF_HUB_OFFLINE: 'Yes' }, true],
  [{ TRANSFORMERS_OFFLINE: 'on' }, true],
  [{ HF_HUB_OFFLINE: '0', TRANSFORMERS_OFFLINE: '1' }, false],
  [{ HF_HUB_OFFLINE: '' }, false],
])('%j: offline is %s', (environment, isOffline) => {
  expect(hubSettings(environment, '/home/me').isOffline).toBe(isOffline)
})

test.each([
  [{}, 'https://huggingface.co'],
  [{ HF_ENDPOINT: '' }, 'https://huggingface.co'],
  [{ HF_ENDPOINT: 'hf-mirror.test/' }, 'https://hf-mirror.test'],
])('%j: the Hub is %s', (environment, hubUrl) => {
  expect(hubSettings(environment, '/home/me').hubUrl()).toBe(hubUrl)
})

test.each([
  [{}, '/home/me/.cache/huggingface/hub'],
  [{ HF_HOME: '/data/hf' }, '/data/hf/hub'],
  [{ HF_HOME: '/data/hf', HUGGINGFACE_HUB_CACHE: '/old' }, '/old'],
  [{ HF_HUB_CACHE: '~/cache', HUGGINGFACE_HUB_CACHE: '/old' }, '/home/me/cache'],
])('%j: the cache of huggingface_hub is %s', (environment, folder) => {
  expect(join(hubSettings(environment, '/home/me').cacheFolder)).toBe(join(folder))
})
