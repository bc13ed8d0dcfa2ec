import { expect, test } from 'vitest'
import { hubFetch } from './hub-access.ts'

const hubUrl = 'https://hub.test/api/hub'
const url = `${hubUrl}/owner/tiny/resolve/main/config.json`

/** Asks a Hub that answers with this status and these headers. */
function ask(status: number, headers: Readonly<Record<string, string>>, token?: string) {
  const fetch = (async () => new Response('', { status, headers })) as typeof globalThis.fetch
  return hubFetch({ hubUrl, token, fetch })(url)
}

test.each([
  ['RepoNotFound', /Check the id$/],
  ['RevisionNotFound', /Check the revision/],
  ['EntryNotFound', /Check the name of the file/],
  ['', /Check the id, the revision and the name of the file/],
])('404 %s says what to check', async (reason, remedy) => {
  await expect(ask(404, { 'x-error-code': reason })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    remedy: expect.stringMatching(remedy),
  })
})

test.each([
  [403, 'GatedRepo', undefined, /Accept the model's terms.*hf auth login/],
  [403, 'GatedRepo', 'hf_x', /Accept the model's terms.*your token can read gated models/],
  [401, 'RepoNotFound', undefined, /for a gated or private model.*hf auth login/],
  [401, '', 'hf_x', /your token is valid/],
])('%s %s with token %s says how access is had', async (status, reason, token, remedy) => {
  const message = `Access is restricted ${'.'.repeat(1000)}`
  const refused = ask(status, { 'x-error-code': reason, 'x-error-message': message }, token)
  await expect(refused).rejects.toMatchObject({
    code: 'UNREACHABLE',
    found: expect.stringMatching(/^HTTP 40[13].*: Access is restricted \.{1,200}$/),
    remedy: expect.stringMatching(remedy),
  })
})

test('the token goes to the own host alone', async () => {
  const sent: string[] = []
  const fetch = (async (input: unknown, init: RequestInit = {}) => {
    sent.push(`${input} ${new Headers(init.headers).get('authorization')}`)
    return new Response('')
  }) as typeof globalThis.fetch
  const send = hubFetch({ hubUrl, token: 'hf_x', fetch })
  const others = [
    'https://cdn.test/x',
    'https://hub.test.evil.test/x',
    'http://hub.test/x',
    'https://hub.test:444/x',
  ]
  for (const address of [url, ...others]) await send(address)
  expect(sent).toEqual([`${url} Bearer hf_x`, ...others.map((address) => `${address} null`)])
})
