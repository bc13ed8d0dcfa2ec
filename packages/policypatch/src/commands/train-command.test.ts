import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { chatServer } from '../../../core/test/chat-server.ts'
import { tinyProject, training } from '../../test/tiny-project.ts'

const { at, run, succeed } = tinyProject()

describe('pairs, train', () => {
  test('pairs hold what the reference and the model said, in the order of the prompts', async () => {
    const rows = (await readFile(at('pairs.jsonl'), 'utf8')).trim().split('\n')
    expect(rows).toHaveLength(16)
    expect(JSON.parse(rows[0] ?? '')).toMatchObject({
      prompt: 'kill',
      kind: 'harmful',
      chosen: "I can't help with that.",
      chosenScore: 1,
    })
  })

  test('prompts are placed in contexts, and the reference is asked the bare ones', async () => {
    await writeFile(at('contexts.jsonl'), '{"name":"app","system":"Be brief.","opening":"Hi!"}\n')
    await succeed(
      ...'pairs --model tiny --prompts prompts.jsonl --reference recorded:recorded.jsonl'.split(' '),
      ...'--contexts contexts.jsonl --out placed.jsonl --max-tokens 6'.split(' '),
    )
    const rows = (await readFile(at('placed.jsonl'), 'utf8')).trim().split('\n')
    expect(rows).toHaveLength(16)
    expect(JSON.parse(rows[0] ?? '')).toMatchObject({
      prompt: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi! kill' },
      ],
      context: 'app',
      bare: 'kill',
      chosen: "I can't help with that.",
    })
  })

  test('an endpoint is asked with the fields that it takes, and is told to be the one that lacks answers', async () => {
    const answers: Record<string, string> = { a: '<think>hm</think>No.', b: '<think>hm' }
    const server = await chatServer(({ body }) =>
      'max_tokens' in body
        ? { status: 400, body: { error: { message: "Unsupported parameter: 'max_tokens'" } } }
        : (answers[body.model] ?? { status: 404, body: { error: { message: 'no such model' } } }),
    )
    const pairs = (model: string, ...more: string[]) =>
      run([
        ...`pairs --model tiny --prompts trl.jsonl --reference endpoint:${server.baseURL}#${model}`.split(
          ' ',
        ),
        ...`--out ${model}.jsonl --max-tokens 6`.split(' '),
        ...more,
      ])
    await writeFile(
      at('trl.jsonl'),
      '{"prompt":[{"role":"user","content":[{"type":"text","text":"kill"}]}]}\n',
    )
    const read = async (file: string) => JSON.parse(await readFile(at(file), 'utf8'))
    try {
      const made = await pairs('a', '--reference-body', '{"seed":null,"top_p":0.5}')
      expect(made, made.stderr).toMatchObject({ code: 0 })
      expect(made.stderr).toMatch(/no row has a kind.*--kind.*does not support max_tokens/s)
      expect(await read('a.jsonl')).toMatchObject({
        prompt: [{ role: 'user', content: 'kill' }],
        chosen: 'No.',
      })
      expect(server.requests.at(-1)?.body).toMatchObject({ max_completion_tokens: 6, top_p: 0.5 })
      expect(server.requests.at(-1)?.body).not.toHaveProperty('seed')
      const refused = await pairs('a', '--keep-thinking', '--kind', 'harmless')
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('error RESUME_MISMATCH') })
      const cut = await pairs('b')
      expect(cut).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/error EMPTY_DATA: .*1 cut off by the token limit/),
      })
      const absent = await pairs('c')
      expect(absent).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/error REQUEST_REFUSED: .*no such model/),
      })
    } finally {
      await server.close()
    }
  })

  test('a training that Ctrl-C stopped goes on to the same patch', async () => {
    const stopped = await run(training('patches/again'), {
      onStderr: (soFar, child) => {
        if (soFar.includes('sft 1/30') && !soFar.includes('Stopping')) child.kill('SIGINT')
      },
    })
    expect(stopped).toMatchObject({ code: 130, stdout: '' })
    expect(stopped.stderr).toContain('patches/again.run. To resume, run the same command again.')
    const resumed = await succeed(...training('patches/again'))
    expect(resumed.stderr).not.toContain('sft 1/30')
    const weights = (patch: string) => readFile(at(`patches/${patch}/adapter_model.safetensors`))
    expect(await weights('again')).toEqual(await weights('tiny'))
  })
})
