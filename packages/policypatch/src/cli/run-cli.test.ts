import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { tinyProject } from '../../test/tiny-project.ts'

const { at, run } = tinyProject({ trained: false })

describe('what is refused', () => {
  test('a malformed row is named by file and line', async () => {
    await writeFile(at('bad.jsonl'), '{"prompt":"tea","kind":"harmless"}\n{"prompt":"tea","kind":"kind"}\n')
    const { code, stderr } = await run(
      'train --model tiny --prompts bad.jsonl --reference system-prompt --out patches/x'.split(' '),
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error MALFORMED: .*line 2 of bad\.jsonl.*\n$/)
  })

  test('a model that is nowhere', async () => {
    const { code, stderr } = await run(['generate', '--model', './nowhere', 'tea'])
    expect(code).toBe(1)
    expect(stderr).toContain('error NOT_FOUND:')
    expect(stderr).toContain('./nowhere')
  })

  test.each([
    ['no command', []],
    ['an unknown option', ['list', '--colour']],
    ['a reference of no kind', ['pairs', '--reference', 'recorded:']],
    ['nothing to measure', ['eval', '--model', 'tiny']],
    [
      'contexts of texts',
      ['eval', '--model', 'tiny', '--prompts', 'p', '--contexts', 'c', '--format', 'text'],
    ],
    ['everyday prompts beside pairs', 'train --model t --pairs p --out x --everyday 9'.split(' ')],
    ['neither prompts nor pairs', ['train', '--model', 'tiny', '--out', 'patches/x']],
  ])('%s is a usage error', async (_, args) => {
    expect(await run(args)).toMatchObject({ code: 2, stdout: '' })
  })
})
