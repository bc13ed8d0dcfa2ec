import { existsSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { type Patch, PatchError } from '@policypatch/core'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { describePatch } from '../patches/describe-patch.ts'
import { baseModel } from '../patches/find-patch.ts'
import { progressReporter } from './progress-reporter.ts'
import { renderTable } from './render-table.ts'
import { reportError } from './report-error.ts'
import { printAnswer, printJson, printText } from './terminal.ts'

const orders =
  '\u001b]0;title\u0007\u001b[2J\u001b]8;;http://evil\u0007\u009b31m\u202ertl\u2066\u200b\u2028\r\nok: signature verified'
const takesOrders = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}]/u

let printed = ''
beforeEach(() => {
  printed = ''
  const write = (text: string | Uint8Array) => {
    printed += text
    return true
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(write)
  vi.spyOn(process.stderr, 'write').mockImplementation(write)
})
afterEach(() => void vi.restoreAllMocks())
const lines = () => printed.replace(/\n$/, '').split('\n')

function foreignPatch(base = orders): Patch {
  const rate = { value: 0, low: 0, high: 0 }
  const manifest = {
    ...{ name: orders, version: orders, domain: orders, license: orders, created: orders },
    base: { id: base, architecture: orders },
    prefix: { init: orders, gate: { layers: [], figures: { falsePositives: { [orders]: 1 } } } },
    recipe: { reference: orders, data: { [orders]: orders } },
    effects: [{ metric: orders, data: orders, before: rate, after: rate }],
    composition: { method: 'parallel', parts: [{ name: orders, version: orders, digest: orders }] },
    requires: [orders],
    conflicts: [orders],
  }
  return { manifest } as unknown as Patch
}

describe('text of others gives a terminal no orders, and writes no line of its own', () => {
  test('in what a patch says of itself', () => {
    printText(describePatch(foreignPatch()))
    expect(lines().filter((line) => takesOrders.test(line) || line.startsWith('ok'))).toEqual([])
    expect(printed).toContain('\\u001b]0;title')
  })

  test('in a table, framed or not', () => {
    for (const isTTY of [true, false]) {
      Object.defineProperty(process.stdout, 'isTTY', { value: isTTY, configurable: true })
      printText(renderTable([['name'], [orders], ['b']]))
    }
    expect(lines().filter((line) => takesOrders.test(line) || line.startsWith('ok'))).toEqual([])
  })

  test('in an error, ours or not, and its causes', () => {
    const ours = new PatchError('UNREACHABLE', { expected: orders, found: orders, remedy: orders })
    for (const error of [ours, new Error(orders)]) {
      reportError(error, { verbose: false })
      expect(lines()).toHaveLength(1)
      expect(lines()[0]).not.toMatch(takesOrders)
      printed = ''
    }
    reportError(new Error('x', { cause: new Error(orders) }), { verbose: true })
    for (const line of lines()) expect(line).not.toMatch(takesOrders)
  })

  test('in what is said of progress', () => {
    const stream = new PassThrough({ encoding: 'utf8' })
    const progress = progressReporter({ stream })
    progress.line(orders)
    progress.report({ stage: orders, done: 1, total: 1, detail: orders })
    const said = (stream.read() as string).replace(/\n$/, '').split('\n')
    expect(said).toHaveLength(2)
    for (const line of said) expect(line).not.toMatch(takesOrders)
  })

  test('in JSON, which says the same', () => {
    printJson({ [orders]: orders })
    expect(printed.replaceAll('\n', '')).not.toMatch(takesOrders)
    expect(JSON.parse(printed)).toEqual({ [orders]: orders })
  })

  test('in an answer, which keeps its lines, however it is cut into pieces', async () => {
    const text = `one\n\ttwo 👍🏽 👩\u200d👧\r\n${orders}`
    async function* pieces() {
      for (let at = 0; at < text.length; at++) yield text[at] as string
    }
    expect(await printAnswer(pieces())).toBe(text)
    expect(printed.startsWith('one\n\ttwo 👍🏽 👩\u200d👧\n\\u001b]0;')).toBe(true)
    for (const line of lines().slice(2)) expect(line).not.toMatch(takesOrders)
  })
})

describe('the model that is loaded', () => {
  const usageError = (message: string): never => {
    throw new Error(message)
  }
  const chosen = (id: string, asked?: string) => baseModel({ usageError }, asked, foreignPatch(id))

  test('is the one that was asked for, else that of the Hub that the patch names', () => {
    expect(chosen('/etc/passwd', './tiny')).toBe('./tiny')
    expect(chosen('owner/name')).toBe('owner/name')
    expect(chosen('owner/name:Q8_0')).toBe('owner/name:Q8_0')
    expect(() => baseModel({ usageError }, undefined, undefined)).toThrow('pass --model or --patch')
  })

  test.each([
    '/etc/passwd',
    '../model',
    './model',
    'model',
    '~/model',
    'C:\\model',
    'file:///etc/passwd',
    `a/${orders}`,
  ])('is not at %j because a patch says so', (id) =>
    expect(() => chosen(id)).toThrow(/pass the model with --model/),
  )

  test('is not a folder here that has the name of one of the Hub', () => {
    // Tests run in the root of the repository.
    expect(existsSync('packages/core')).toBe(true)
    expect(() => chosen('packages/core')).toThrow(/--model/)
  })
})
