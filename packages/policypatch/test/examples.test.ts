import { type ChildProcess, spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { loadModel } from 'policypatch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { patchOf } from '../../../examples/patched-transformers-js.ts'
import { writeTinyModel } from '../../core/test/models/tiny-model.ts'
import { temporaryFolder } from './fixtures.ts'

// Each is a process of its own, from sources, with a tiny model in place of its real one.
const timeout = 300_000
const root = fileURLToPath(new URL('../../../', import.meta.url))

let model: string
let patch: string
const running = new Set<ChildProcess>()

beforeAll(async () => {
  const folder = await temporaryFolder()
  ;[model, patch] = [`${folder}/tiny`, `${folder}/example`]
  await writeTinyModel(model)
  const loaded = await loadModel(model)
  await (await patchOf(loaded, 6)).save(patch)
  await loaded.dispose()
})
afterAll(() => {
  for (const child of running) child.kill()
})

function start(example: string, args: readonly string[]): { child: ChildProcess; output: () => string } {
  const child = spawn(
    process.execPath,
    ['--import', `${root}scripts/source.mjs`, `${root}examples/${example}`, ...args],
    { cwd: root },
  )
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => {
      output += piece
    })
  return { child, output: () => output }
}

async function run(example: string, args: readonly string[], input = ''): Promise<string> {
  const { child, output } = start(example, args)
  child.stdin?.end(input)
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect(code, output()).toBe(0)
  return output()
}

test('custom-judge', { timeout }, async () => {
  expect(await run('custom-judge.ts', [])).toMatch(/base.+\n.*better/)
})

test('own-training-loop', { timeout }, async () => {
  const output = await run('own-training-loop.ts', [model])
  const losses = [...output.matchAll(/^step \d+ {2}loss ([\d.]+)/gm)].map(([, loss]) => Number(loss))
  expect(losses.length).toBe(12)
  expect(losses.at(-1)).toBeLessThan(losses[0] as number)
  expect(output).toContain('after 12 steps:')
})

test('two-patches-one-batch', { timeout }, async () => {
  const output = await run('two-patches-one-batch.ts', [model])
  for (const name of ['none', 'sentence', 'steps']) expect(output).toMatch(new RegExp(`^${name} \\(`, 'm'))
})

test('ai-sdk', { timeout }, async () => {
  const output = await run('ai-sdk.ts', [model, patch])
  const [, base, patched] = /^base {5}"(.+)"\npatched {2}"(.+)"\nstream {3}./m.exec(output) ?? []
  expect(base, output).toBeDefined()
  expect(patched).not.toBe(base)
  expect(output.match(/answered, 48 tokens, patches: example@0\.1\.0/g)).toHaveLength(2)
  expect(output).toMatch(/answered, \d+ tokens, patches: none/)
})

test('patched-transformers-js', { timeout }, async () => {
  const output = await run('patched-transformers-js.ts', [])
  const [, base, patched] = /^generator +(".+")\npatched +(".+")$/m.exec(output) ?? []
  expect(base, output).toBeDefined()
  expect(patched).not.toBe(base)
})

test('node-chat', { timeout }, async () => {
  const input = ['How are you?', '/new', '/patch off', 'How are you?', '/patch on', ''].join('\n')
  const output = await run('node-chat.ts', [patch, model], `${input}\n`)
  expect(output).toContain('example 0.1.0 is off')
  expect(output).toContain('example 0.1.0 is on')
  const [patched = '', base = ''] = output.split('example 0.1.0 is off').map((part) => part.split('> ')[1])
  expect(patched.length).toBeGreaterThan(0)
  expect(patched).not.toBe(base)
})

describe('service', () => {
  let place: string
  beforeAll(async () => {
    const { child, output } = start('service/server.ts', [model, '0'])
    place = await new Promise((resolve, reject) => {
      child.stdout?.on('data', () => {
        const [, port] = /port (\d+)/.exec(output()) ?? []
        if (port) resolve(`http://127.0.0.1:${port}`)
      })
      child.on('close', () => reject(new Error(output())))
    })
  }, timeout)

  const messages = [{ role: 'user', content: 'How are you?' }]
  const chat = (request: object) =>
    fetch(`${place}/chat`, { method: 'POST', body: JSON.stringify({ maxTokens: 12, ...request }) })
  const put = async (name: string, change: Partial<Record<string, Uint8Array<ArrayBuffer>>> = {}) => {
    const form = new FormData()
    for (const file of await readdir(patch)) {
      const bytes = change[file] ?? new Uint8Array(await readFile(`${patch}/${file}`))
      form.append(file, new Blob([bytes]), file)
    }
    return fetch(`${place}/patches/${name}`, { method: 'PUT', body: form })
  }

  test('puts a patch in, answers with and without it, and takes it out', { timeout }, async () => {
    expect((await chat({ messages, patches: ['example'] })).status).toBe(404)
    expect(await (await put('example')).json()).toEqual({ name: 'example', version: '0.1.0' })
    expect(await (await fetch(`${place}/patches`)).json()).toEqual(['example'])
    const base = await (await chat({ messages })).text()
    const patched = await (await chat({ messages, patches: ['example'] })).text()
    expect(patched.length).toBeGreaterThan(0)
    expect(patched).not.toBe(base)
    const remove = () => fetch(`${place}/patches/example`, { method: 'DELETE' })
    expect((await remove()).status).toBe(204)
    expect((await remove()).status).toBe(404)
    expect(await (await chat({ messages })).text()).toBe(base)
  })

  test('refuses a patch that is damaged or has another name, and what is no chat', async () => {
    const damaged = await put('example', { 'adapter_model.safetensors': new Uint8Array(100) })
    expect(damaged.status).toBe(422)
    expect((await damaged.json()).code).toMatch(/DIGEST_MISMATCH|MALFORMED|TRUNCATED/)
    expect((await put('other')).status).toBe(422)
    expect((await chat({ messages: 'hello' })).status).toBe(422)
    expect((await fetch(`${place}/chat`, { method: 'POST', body: '{' })).status).toBe(400)
  })

  test('refuses what is wrong before it answers: no chat, too much of one, and options out of range', async () => {
    const wrong = async (body: string) => {
      const response = await fetch(`${place}/chat`, { method: 'POST', body })
      return [response.status, (await response.text()) !== '']
    }
    expect(await wrong('null')).toEqual([422, true])
    expect(await wrong(JSON.stringify({ messages, maxTokens: -1 }))).toEqual([422, true])
    const long = [{ role: 'user', content: 'long '.repeat(200) }]
    expect(await wrong(JSON.stringify({ messages: long }))).toEqual([422, true])
    expect(await wrong(JSON.stringify({ messages, more: 'x'.repeat(2 ** 21) }))).toEqual([413, true])
  })
})
