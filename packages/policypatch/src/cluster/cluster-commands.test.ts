import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisServer, redisMissing, startRedis } from '../../../core/test/redis-server.ts'
import type { CommandResult } from '../../test/run-command.ts'
import { tinyProject } from '../../test/tiny-project.ts'

const missing = redisMissing()
if (missing) console.warn(`Skipped: ${missing}`)

const { at, run, succeed } = tinyProject()

describe.skipIf(missing)('commands whose work is done by a worker', () => {
  let redis: RedisServer
  let worker: ChildProcess
  let ended: Promise<CommandResult>
  const evaluate = 'eval --patch patches/tiny --model tiny --prompts prompts.jsonl --max-tokens 4'.split(' ')
  const place = () => ['--queue', redis.url, '--store', 'store']

  beforeAll(async () => {
    redis = await startRedis()
    await new Promise<void>((ready, fail) => {
      ended = run(['worker', ...place(), '--model', 'tiny', '--name', 'blue'], {
        onStderr(soFar, child) {
          worker = child
          if (soFar.includes('works for')) ready()
        },
      })
      ended.then(({ stderr }) => fail(new Error(stderr)), fail)
    })
  })
  afterAll(() => redis?.stop())

  test('eval has the figures that it has alone, and says what ran where, as does the report', async () => {
    await succeed(...evaluate, '--out', 'alone.json')
    const { stderr } = await succeed(...evaluate, ...place(), '--out', 'apart.json')
    expect(stderr).toMatch(/blue did \d+ shards, \d+ rows, in /)
    const [alone, apart] = await Promise.all(
      ['alone', 'apart'].map(async (name) => JSON.parse(await readFile(at(`${name}.json`), 'utf8')).report),
    )
    expect(apart.measurements).toEqual(alone.measurements)
    expect(alone.ran).toBeUndefined()
    expect(apart.ran).toMatchObject([{ worker: 'blue' }])
    await succeed('report', 'apart.json', '--out', 'apart.html')
    expect(await readFile(at('apart.html'), 'utf8')).toMatch(/What ran where.*blue/s)
  })

  test('cluster status shows the worker and what it did', async () => {
    const { stdout } = await succeed('cluster', 'status', '--queue', redis.url)
    expect(stdout).toMatch(/^worker +shards +rows.*\nblue +[1-9]/m)
    const { workers } = JSON.parse(
      (await succeed('cluster', 'status', '--queue', redis.url, '--json')).stdout,
    )
    expect(workers).toMatchObject([{ id: 'blue', queues: [{ model: expect.stringContaining('tiny') }] }])
  })

  test('an interrupted worker ends what it is at, leaves and says what it did', async () => {
    worker.kill('SIGINT')
    const { code, stdout } = await ended
    expect(code).toBe(0)
    expect(stdout).toMatch(/^blue did [1-9]\d* shards/)
    expect((await succeed('cluster', 'status', '--queue', redis.url)).stdout).toMatch(/^No worker and no run/)
  })
})

test('a queue without a store, and one that is not there, are refused', async () => {
  const options = 'eval --patch patches/tiny --model tiny --prompts prompts.jsonl'.split(' ')
  const half = await run([...options, '--queue', 'redis://127.0.0.1:1'])
  expect(half).toMatchObject({ code: 1, stderr: expect.stringContaining('--queue and --store together') })
  const other = await run([...options, '--queue', 'amqp://queue', '--store', 'store'])
  expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('redis://HOST:PORT') })
})
