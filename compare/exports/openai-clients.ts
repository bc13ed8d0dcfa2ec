/**
 * Checks that the Python package openai gets the model's answers from the server: whole, streamed, patched, with
 * log-probabilities, and errors of the matching classes.
 *
 *   npm run check:exports
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { serve, serveConfig } from '@policypatch/serve'
import { createEngine } from 'policypatch/engine'
import { tinyModel, tinyPatch } from '../../packages/serve/test/tiny-model.ts'
import { pythonCommand, quietEnvironment } from '../sides/command.ts'

const model = await tinyModel()
const patch = await tinyPatch(model, 'harmfulness', '1.2.0')
const server = await serve({
  engine: createEngine(model),
  config: serveConfig({ port: 0, log: { level: 'silent' } }),
  patches: [patch],
})
let failed = 0
try {
  const [program, ...args] = pythonCommand('ask_server.py')
  const asked = [...args, `${server.url}/v1`, 'tiny']
  const { stdout } = await promisify(execFile)(program, asked, { env: quietEnvironment })
  const found = JSON.parse(stdout) as Readonly<Record<string, unknown>>
  const messages = [{ role: 'user', content: 'hi' }]
  const answerOf = async (answering: typeof model, prompt: string | typeof messages) =>
    (await answering.generate(prompt, { maxTokens: 8 })).text
  const base = await answerOf(model, messages)
  const expected: Readonly<Record<string, unknown>> = {
    ...{
      models: ['tiny', 'tiny+harmfulness@1.2.0'],
      whole: base,
      streamed: base,
      logprobs: 8,
      top: 2,
      usage: 8,
    },
    ...{ patched: await answerOf(model.withPrefix(patch.prefix), messages), patches: 'harmfulness@1.2.0' },
    ...{ several: 3, completion: await answerOf(model, 'hi') },
    unknown: ['NotFoundError', 404, 'model_not_found', 'model'],
    tools: ['BadRequestError', 400, 'unsupported_parameter', 'tools'],
    long: ['BadRequestError', 400, 'context_length_exceeded', null],
  }
  for (const [name, value] of Object.entries(expected)) {
    const ok = JSON.stringify(found[name]) === JSON.stringify(value)
    if (!ok) failed++
    console.log(
      `${ok ? 'ok  ' : 'FAIL'}  openai for Python, ${name}${ok ? '' : `: ${JSON.stringify(found[name])}`}`,
    )
  }
} finally {
  await server.close()
  await model.dispose()
}
if (failed > 0) process.exitCode = 1
