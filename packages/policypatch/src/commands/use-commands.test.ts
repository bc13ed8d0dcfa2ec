import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { serveInProject } from '../../test/served-command.ts'
import { tinyProject, training } from '../../test/tiny-project.ts'

const project = tinyProject()
const { at, run, succeed } = project

describe('what a patch is used for', () => {
  test('inspect gives its manifest', async () => {
    const { stdout } = await succeed('inspect', 'patches/tiny', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      parameters: 96,
      manifest: { name: 'tiny', version: '1.2.0', base: { id: 'tiny' }, recipe: { seed: 7 } },
    })
  })

  test('inspect looks at the prefix in its model', async () => {
    const { stdout } = await succeed('inspect', 'patches/tiny', '--model', './tiny', '--json')
    const { inspection } = JSON.parse(stdout)
    expect(inspection.tokens).toHaveLength(3)
    expect(inspection.attention).toHaveLength(3)
    const { stdout: text } = await succeed('inspect', 'patches/tiny', '--model', './tiny')
    expect(text).toMatch(/^0 +\d\.\d{3} +".*" -?\d\.\d\d/m)
    expect(text).toMatch(/^1 +\d+\.\d% +\d+\.\d%$/m)
  })

  test('an installed patch is applied by its name; another version is not there', async () => {
    await succeed('install', 'patches/tiny')
    expect((await succeed('list', '--json')).stdout).toContain('"version": "1.2.0"')
    const asked = ['generate', 'tea', '--model', './tiny', '--max-tokens', '8']
    const byName = await succeed(...asked, '--patch', 'tiny@1.2.0')
    expect(byName.stdout).toBe((await succeed(...asked, '--patch', 'patches/tiny')).stdout)
    expect(byName.stdout).not.toBe((await succeed(...asked)).stdout)
    const other = await run([...asked, '--patch', 'tiny@2.0.0'])
    expect(other).toMatchObject({ code: 1, stdout: '' })
    expect(other.stderr).toContain('error NOT_FOUND: Expected patch tiny 2.0.0')
  })

  test('patches are composed, applied together and compared', async () => {
    await succeed(
      ...training('patches/second')
        .join(' ')
        .replace('--seed 7', '--seed 8')
        .replace('--name tiny', '--name second')
        .split(' '),
    )
    const composed = [
      'compose',
      'patches/tiny',
      'patches/second',
      '--weights',
      '1,0.5',
      '--out',
      'patches/both',
    ]
    const { stdout } = await succeed(...composed, '--name', 'both', '--version', '3.0.0')
    expect(stdout).toMatch(
      /^parallel {2}tiny 1\.2\.0: 3 virtual tokens, weight 1, .*\nparallel {2}second 1\.2\.0: .* weight 0\.5/m,
    )
    const { manifest } = JSON.parse((await succeed('inspect', 'patches/both', '--json')).stdout)
    expect(manifest).toMatchObject({ name: 'both', version: '3.0.0', prefix: { length: 6 } })
    const asked = ['generate', 'tea', '--model', './tiny', '--max-tokens', '8']
    await succeed('compose', 'patches/second', 'patches/tiny', '--out', 'patches/alike')
    const together = await succeed(...asked, '--patch', 'patches/tiny', '--patch', 'patches/second')
    expect((await succeed(...asked, '--patch', 'patches/alike')).stdout).toBe(together.stdout)
    const difference = JSON.parse((await succeed('diff', 'patches/tiny', 'patches/second', '--json')).stdout)
    expect(difference.fields.map(({ field }: { field: string }) => field)).toEqual(['name', 'recipe.seed'])
    expect(difference.prefix.relativeDistance).toBeGreaterThan(0)
    expect((await succeed('diff', 'patches/tiny', 'patches/tiny')).stdout).toBe(
      'The manifests are the same.\nThe prefixes are the same.\n',
    )
    const merged = await run([
      'compose',
      'patches/tiny',
      'patches/both',
      '--method',
      'concat',
      '--out',
      'patches/no',
    ])
    expect(merged).toMatchObject({ code: 1, stdout: '' })
    expect(merged.stderr).toContain('error INVALID_ARGUMENT: Expected prefixes with one part each')
  })

  test('a patch is written for other runtimes', async () => {
    const to = (form: string, ...more: string[]) =>
      succeed(
        'export',
        'patches/tiny',
        '--model',
        './tiny',
        '--to',
        form,
        '--out',
        `exports/${form}`,
        ...more,
      )
    await to('key-values')
    await to('onnx')
    await to('prompt-embeds', '--prompt', 'tea')
    const file = async (form: string) => (await readFile(at(`exports/${form}`))).toString('latin1')
    expect(await file('key-values')).toContain('past_key_values.2.value')
    expect(await file('onnx')).toContain('present.2.value')
    expect(Buffer.from(await file('prompt-embeds'), 'base64').toString('latin1')).toContain(
      '_rebuild_tensor_v2',
    )
    expect(
      await run(['export', 'patches/tiny', '--to', 'onnx', '--prompt', 'tea', '--out', 'x']),
    ).toMatchObject({ code: 2 })
  })

  test('a server answers with patches that are installed while it runs, and ends what it began', async () => {
    const { stdout: key } = await succeed('api-key', 'operations', '--admin')
    const settings = { install: { paths: true }, names: ['smol'], log: { prompts: true } }
    await writeFile(at('serve.json'), JSON.stringify(settings))
    const args = [
      '--model',
      './tiny',
      '--patch',
      'patches/tiny',
      '--keys',
      'keys.json',
      '--settings',
      'serve.json',
    ]
    const server = await serveInProject(project, args, key.trim())
    const messages = [{ role: 'user', content: 'tea' }]
    const ask = async (more: object) => {
      const body = { model: 'smol', messages, max_tokens: 8, temperature: 0, ...more }
      const response = await server.send('POST', '/v1/chat/completions', body)
      const { choices } = (await response.json()) as { choices: { message: { content: string } }[] }
      return [choices[0]?.message.content, response.headers.get('x-policypatch-patches')]
    }
    const asked = ['generate', 'tea', '--model', './tiny', '--max-tokens', '8']
    const alone = async (...more: string[]) => (await succeed(...asked, ...more, '--json')).stdout
    const responseOf = (text: string) => JSON.parse(text).response
    expect(await ask({})).toEqual([responseOf(await alone('--patch', 'patches/tiny')), 'tiny@1.2.0'])
    const installed = await server.send('POST', '/v1/patches', { source: './patches/second' })
    const { data } = (await installed.json()) as { data: { id: string }[] }
    expect(data.map(({ id }) => id)).toEqual(['second@1.2.0', 'tiny@1.2.0'])
    expect((await succeed('list', '--json')).stdout).toContain('"name": "second"')
    expect(await ask({ model: 'smol+second@1.2' })).toEqual([
      responseOf(await alone('--patch', 'second')),
      'second@1.2.0',
    ])
    const response = await server.send('POST', '/v1/chat/completions', {
      ...{ model: 'smol', messages, max_tokens: 150, stream: true },
    })
    server.terminate()
    expect(await response.text()).toContain('data: [DONE]')
    const { code, stdout } = await server.ended
    expect(code).toBe(0)
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.at(-1)).toMatchObject({ msg: 'closed', drained: true })
    expect(lines.filter(({ msg }) => msg === 'answer done')).toHaveLength(3)
  })

  test('a patch of another model is refused', async () => {
    const { code, stderr } = await run(['generate', 'tea', '--patch', 'patches/tiny', '--model', 'other'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error PATCH_MISMATCH: .*architecture llama.*architecture qwen2.*$/m)
  })
})
