import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { tinyProject } from '../../test/tiny-project.ts'

const { at, run, succeed } = tinyProject()
const step = '--batch-size 2 --prompt-tokens 8 --response-tokens 4'.split(' ')

test('a model that works: what it is, what it takes, and an exit code of 0', async () => {
  const { stdout, stderr } = await succeed('doctor', 'tiny', ...step, '--length', '3')
  expect(stdout).toMatch(
    /^tiny on onnxruntime-cpu, int8\n\nThe model\n {2}family {9}llama, 3 layers, 32 wide\n/,
  )
  expect(stdout).toMatch(/\n {2}ok {5}trains {9}\d[\d.]* m?s a step of 2 examples\n/)
  expect(stdout).toMatch(
    /\n\nMemory of a training step of 2 examples of 8 \+ 4 tokens behind 3 virtual ones\n/,
  )
  expect(stdout).toMatch(/\n\nAll is well\.\n$/)
  expect(stderr).toContain('trains')
})

test('with --json all of it is there for programs', async () => {
  const { stdout } = await succeed('doctor', './tiny', ...step, '--patch', 'patches/tiny', '--json')
  const { works, step: taken, checks, memory, times, advice } = JSON.parse(stdout)
  expect({ works, advice }).toEqual({ works: true, advice: [] })
  expect(taken).toEqual({ batchSize: 2, promptTokens: 8, responseTokens: 4, prefixLength: 3 })
  expect(checks.find(({ name }: { name: string }) => name === 'patch')).toMatchObject({
    state: 'ok',
    lines: ['tiny 1.2.0 fits: 3 virtual tokens of width 32'],
  })
  expect(memory.training.total).toBeGreaterThan(memory.training.parts[0].bytes)
  expect(Object.keys(times).sort()).toEqual(['firstToken', 'load', 'step', 'stepExamples', 'token'])
})

test('what would fail is told on standard output; the exit code is 1', async () => {
  const other = await run(['doctor', 'other', '--patch', 'patches/tiny', '--no-probe'])
  expect(other.code).toBe(1)
  expect(other.stdout).toMatch(
    /\n {2}FAILS {2}patch {10}PATCH_MISMATCH: .*architecture llama.*\n +found architecture qwen2/,
  )
  expect(other.stdout).toMatch(/\n\npatch would fail\.\n$/)
  expect(other.stderr).toMatch(/^error PATCH_MISMATCH: .*these fail: patch/m)

  const long = await run(['doctor', 'tiny', '--length', '250', '--no-probe', '--json', '--quiet'])
  expect(long.code).toBe(1)
  expect(JSON.parse(long.stdout).advice).toEqual([expect.stringContaining('shorter prefix')])
  expect(JSON.parse(long.stderr).error.code).toBe('CONTEXT_EXCEEDED')
})

test('files that are missing are told one by one', async () => {
  await rm(at('other/tokenizer.json'))
  const { code, stdout } = await run(['doctor', 'other', '--length', '250'])
  expect(code).toBe(1)
  expect(stdout).toMatch(/FAILS {2}tokenizer +NOT_FOUND: /)
  expect(stdout).toMatch(/FAILS {2}positions +CONTEXT_EXCEEDED: /)
  expect(stdout).toContain('\ntokenizer and positions would fail.\n')
})

test('it needs a model or a patch', async () => {
  expect(await run(['doctor'])).toMatchObject({ code: 2, stdout: '' })
})
