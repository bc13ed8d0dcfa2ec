import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fieldPaths, variableOf } from '../src/config/environment.ts'
import { environmentSettings, parseServeFile, serveConfig } from '../src/index.ts'
import { served } from './served.ts'
import { standInEngine } from './stand-in-engine.ts'
import { tinyModel } from './tiny-model.ts'

const model = await tinyModel()
const folder = await mkdtemp(join(tmpdir(), 'policypatch-config-'))
afterAll(async () => {
  await model.dispose()
  await rm(folder, { recursive: true, force: true })
})

describe('settings', () => {
  it('are those of the command line, then of the environment, then of the file', () => {
    const file = parseServeFile(
      Buffer.from('{"port": 1, "host": "a", "limits": {"maxTokens": 1, "choices": 1}, "names": ["x"]}'),
      'serve.json',
    )
    const environment = environmentSettings({
      POLICYPATCH_SERVE_PORT: '2',
      POLICYPATCH_SERVE_HOST: 'b',
      POLICYPATCH_SERVE_LIMITS_MAX_TOKENS: '2',
      POLICYPATCH_SERVE_PATCHES: 'one@1.0, two',
      POLICYPATCH_SERVE_LOG_PROMPTS: 'true',
      POLICYPATCH_SERVE_TLS_KEY: '',
      OTHER: 'x',
    })
    expect(serveConfig({ port: 3 }, environment, file)).toMatchObject({
      ...{ port: 3, host: 'b', names: ['x'], patches: ['one@1.0', 'two'] },
      limits: { maxTokens: 2, choices: 1, bodyBytes: 2 ** 20 },
      ...{ log: { level: 'info', prompts: true }, engine: { batchSize: 16 }, metrics: 'open', page: true },
    })
  })

  it('that nobody knows, or are out of range, are refused, all at once', () => {
    expect(() => serveConfig({ port: 70_000, limit: {}, log: { level: 'loud' } } as never)).toThrow(
      /bad fields.*port.*log\.level.*limit/s,
    )
    expect(() => environmentSettings({ POLICYPATCH_SERVE_LIMITS_MAXTOKENS: '5' })).toThrow(
      /POLICYPATCH_SERVE_LIMITS_MAXTOKENS/,
    )
    expect(() => parseServeFile(Buffer.from('{'), 'serve.json')).toThrow(/serve\.json/)
  })

  it('are all in the guide', async () => {
    const guide = await readFile(new URL('../../../docs/serving.md', import.meta.url), 'utf8')
    for (const path of fieldPaths()) expect(guide).toContain(`\`${path.join('.')}\``)
    expect(guide).toContain(variableOf(['limits', 'maxTokens']))
  })
})

it('serves over TLS', async () => {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  execFileSync(
    'openssl',
    ['req', '-x509', ...kind, '-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject],
    { stdio: 'ignore' },
  )
  const server = await served(standInEngine(model), { tls: { key, certificate } })
  expect(server.url).toMatch(/^https:/)
  const ca = await readFile(certificate)
  const status = await new Promise((resolve, reject) => {
    request(`${server.url}/healthz`, { ca }, (response) => {
      response.resume()
      resolve([response.statusCode, response.headers['strict-transport-security'] !== undefined])
    })
      .on('error', reject)
      .end()
  })
  expect(status).toEqual([200, true])
  await server.reload()
  await expect(
    served(standInEngine(model), { tls: { key, certificate: join(folder, 'none') } }),
  ).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
})

it('says which address it cannot listen on', async () => {
  const first = await served(standInEngine(model))
  const port = Number(new URL(first.url).port)
  await expect(served(standInEngine(model), { port })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
})
