import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { createEngine } from '@policypatch/core/engine'
import OpenAI, { APIError, BadRequestError } from 'openai'
import { afterAll, describe, expect, it } from 'vitest'
import { type Served, served } from './served.ts'
import { standInEngine } from './stand-in-engine.ts'
import { tinyModel, tinyPatch } from './tiny-model.ts'

const model = await tinyModel()
afterAll(() => model.dispose())
const patches = [await tinyPatch(model, 'harmfulness', '1.2.0'), await tinyPatch(model, 'toxicity', '0.3.1')]
const clientOf = (server: Served) =>
  new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 })
const messages = [{ role: 'user' as const, content: 'Hi' }]

describe('the openai package, on the engine', () => {
  it('gets a whole answer with usage and log-probabilities', async () => {
    const server = await served(createEngine(model), {}, { patches })
    const request = {
      model: 'tiny',
      messages,
      max_tokens: 6,
      temperature: 0,
      logprobs: true,
      top_logprobs: 3,
    }
    const { data: answer, response } = await clientOf(server).chat.completions.create(request).withResponse()
    const expected = await model.generate(messages, { maxTokens: 6 })
    const [choice] = answer.choices
    expect(choice).toMatchObject({ index: 0, finish_reason: expected.finishReason })
    expect(choice?.message).toEqual({ role: 'assistant', content: expected.text, refusal: null })
    expect(answer.usage).toMatchObject({
      prompt_tokens: model.tokenizer.encodePrompt(messages).length,
      completion_tokens: 6,
      prompt_tokens_details: { cached_tokens: expect.any(Number) },
    })
    const content = choice?.logprobs?.content ?? []
    expect(content.map(({ token }) => token).join('')).toBe(expected.text)
    const [score] = await model.score([{ prompt: messages, response: expected.tokens }])
    for (const [i, { logprob, top_logprobs }] of content.entries()) {
      expect(logprob).toBeCloseTo(score!.logProbabilities[i]!, 3)
      expect(top_logprobs).toHaveLength(3)
      expect(top_logprobs[0]?.logprob).toBeCloseTo(logprob, 4)
    }
    expect(response.headers.get('x-policypatch-patches')).toBe('none')
    expect(answer.system_fingerprint).toMatch(/^fp_[0-9a-f]{12}$/)
  })

  it('gets the same answer in pieces, with usage at the end', async () => {
    const server = await served(createEngine(model), {}, { patches })
    const client = clientOf(server)
    const request = { model: 'tiny', messages, max_tokens: 8, seed: 5, n: 2 }
    const whole = await client.chat.completions.create(request)
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    })
    const texts = ['', '']
    const reasons: unknown[] = []
    let usage: unknown
    for await (const chunk of stream) {
      for (const { index, delta, finish_reason } of chunk.choices) {
        texts[index] += delta.content ?? ''
        if (finish_reason) reasons[index] = finish_reason
      }
      usage = chunk.usage ?? usage
    }
    expect(texts).toEqual(whole.choices.map((choice) => choice.message.content))
    expect(texts[0]).not.toBe(texts[1])
    expect(reasons).toEqual(whole.choices.map((choice) => choice.finish_reason))
    expect(usage).toMatchObject({ completion_tokens: 16, prompt_tokens: whole.usage?.prompt_tokens })
  })

  it('chooses patches by the name of the model, or by a field', async () => {
    const server = await served(createEngine(model), { names: ['smol+2', 'tiny'] }, { patches })
    const client = clientOf(server)
    const ask = async (name: string, more: object = {}) => {
      const request = { model: name, messages, max_tokens: 8, temperature: 0, ...more }
      const { data, response } = await client.chat.completions.create(request).withResponse()
      return [data.choices[0]?.message.content, response.headers.get('x-policypatch-patches')]
    }
    const of = async (prefixed: typeof model) => (await prefixed.generate(messages, { maxTokens: 8 })).text
    const [harmfulness, toxicity] = patches
    const patched = await of(model.withPrefix(harmfulness!.prefix))
    expect(await ask('tiny')).toEqual([await of(model), 'none'])
    expect(patched).not.toBe(await of(model))
    expect(await ask('tiny+harmfulness@1.2')).toEqual([patched, 'harmfulness@1.2.0'])
    expect(await ask('smol+2+harmfulness')).toEqual([patched, 'harmfulness@1.2.0'])
    expect(await ask('tiny', { patches: [{ name: 'toxicity', version: '0.3' }] })).toEqual([
      await of(model.withPrefix(toxicity!.prefix)),
      'toxicity@0.3.1',
    ])
    const both = [{ name: 'toxicity', weight: 0.5 }, 'harmfulness']
    expect((await ask('tiny', { patches: both }))[1]).toBe('toxicity@0.3.1*0.5+harmfulness@1.2.0')
    const error = await client.chat.completions.create({ model: 'gpt-5', messages }).catch((one) => one)
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' })
    await expect(ask('tiny+unknown')).rejects.toMatchObject({ status: 404, code: 'NOT_FOUND' })
  })

  it('completes texts, stops at texts, and lists the models', async () => {
    const server = await served(createEngine(model), {}, { patches })
    const client = clientOf(server)
    const request = { model: 'tiny', prompt: ['one', 'two'], max_tokens: 8, temperature: 0 }
    const { choices, usage } = await client.completions.create({ ...request, logprobs: 2 })
    const expected = await Promise.all(
      ['one', 'two'].map((prompt) => model.generate(prompt, { maxTokens: 8 })),
    )
    expect(choices.map(({ text }) => text)).toEqual(expected.map(({ text }) => text))
    // Special tokens are no part of the text, and have their names here.
    expect(choices[0]?.logprobs?.tokens?.join('').replaceAll('<s>', '')).toBe(expected[0]?.text)
    expect(choices[0]?.logprobs?.text_offset?.slice(0, 3)).toEqual([0, 1, 2])
    expect(Object.keys(choices[0]?.logprobs?.top_logprobs?.[0] ?? {})).toHaveLength(2)
    expect(usage?.completion_tokens).toBe(16)
    const stop = expected[0]!.text[3]!
    const stopped = await client.completions.create({ ...request, prompt: 'one', stop })
    expect(stopped.choices[0]).toMatchObject({
      text: expected[0]!.text.slice(0, expected[0]!.text.indexOf(stop)),
      finish_reason: 'stop',
    })
    const models = await client.models.list()
    expect(models.data.map(({ id }) => id)).toEqual(['tiny', 'tiny+harmfulness@1.2.0', 'tiny+toxicity@0.3.1'])
    expect(await client.models.retrieve('tiny+harmfulness@1.2.0')).toMatchObject({ object: 'model' })
  })
})

describe('what is refused', () => {
  let server: Served

  const refusedFields: readonly (readonly [string, object])[] = [
    ['tools', { tools: [{ type: 'function', function: { name: 'f' } }] }],
    ['response_format', { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: {} } } }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['logit_bias', { logit_bias: { 5: 100 } }],
    ['frequency_penalty', { frequency_penalty: 0.5 }],
    ['stream_options', { stream_options: { include_usage: true } }],
    ['top_logprobs', { top_logprobs: 2 }],
    ['temperature', { temperature: 3 }],
    ['n', { n: 9 }],
    ['max_tokens', { max_tokens: 4000 }],
    ['messages', { messages: 'Hi' }],
    ['messages', { messages: [] }],
    [
      'messages.0.content.0',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] },
    ],
    ['messages.0.role', { messages: [{ role: 'tool', content: 'x', tool_call_id: '1' }] }],
    ['messages.0.tool_calls', { messages: [{ role: 'assistant', content: '', tool_calls: [{}] }] }],
    ['colour', { colour: 'red' }],
    ['metadata.prompt_kind', { metadata: { prompt_kind: 'odd' } }],
  ]
  it.each(refusedFields)('by its name: %s', async (param, more) => {
    server = await served(standInEngine(model))
    for (const stream of [false, true]) {
      const body = { model: 'tiny', messages, ...more, ...(param !== 'stream_options' && { stream }) }
      const { status, json } = await server.post('/v1/chat/completions', body)
      expect([status, json.error.param, json.error.type]).toEqual([400, param, 'invalid_request_error'])
      expect(json.error.message).toContain(param)
    }
  })

  it('is nothing that asks for nothing', async () => {
    server = await served(standInEngine(model))
    const neutral = {
      ...{
        tools: [],
        tool_choice: 'none',
        response_format: { type: 'text' },
        logit_bias: null,
        store: false,
      },
      ...{ frequency_penalty: 0, presence_penalty: 0, parallel_tool_calls: true, user: 'u', functions: [] },
    }
    const sent = [
      {
        role: 'developer',
        content: [
          { type: 'text', text: 'Be ' },
          { type: 'text', text: 'kind' },
        ],
      },
      { role: 'assistant', content: 'x', refusal: null, annotations: [], audio: null },
      { role: 'user', content: 'Hi', name: 'a' },
    ]
    const { status } = await server.post('/v1/chat/completions', {
      model: 'tiny',
      messages: sent,
      ...neutral,
    })
    expect(status).toBe(200)
  })

  it('as an error that the package knows, before a stream begins', async () => {
    server = await served(createEngine(model))
    const long = [{ role: 'user' as const, content: 'long '.repeat(100) }]
    const stream = clientOf(server).chat.completions.create({ model: 'tiny', messages: long, stream: true })
    const error = await stream.catch((one) => one)
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error).toMatchObject({ status: 400, code: 'context_length_exceeded' })
  })

  it('in the stream where it comes later', async () => {
    const failing = standInEngine(model, {
      beforeToken: async (_, index) => {
        if (index === 3) throw new Error('the backend failed')
      },
    })
    server = await served(failing)
    const stream = await clientOf(server).chat.completions.create({ model: 'tiny', messages, stream: true })
    const read = async () => {
      let text = ''
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
      return text
    }
    await expect(read()).rejects.toBeInstanceOf(APIError)
    expect(server.lines.find(({ msg }) => msg === 'answer failed')).toMatchObject({ outcome: 'failed' })
  })
})

it('answers curl', async () => {
  const server = await served(createEngine(model))
  const run = promisify(execFile)
  const body = JSON.stringify({ model: 'tiny', messages, stream: true, max_tokens: 4 })
  const json = ['-H', 'Content-Type: application/json', '-d', body]
  const { stdout } = await run('curl', ['-sN', `${server.url}/v1/chat/completions`, ...json])
  const lines = stdout.trim().split('\n\n')
  expect(lines.at(-1)).toBe('data: [DONE]')
  expect(lines.every((line) => line.startsWith('data: '))).toBe(true)
  // Without a type, curl says that it sends a form, as any page of somebody else's could.
  const form = await run('curl', [
    '-s',
    '-w',
    '%{http_code}',
    `${server.url}/v1/chat/completions`,
    '-d',
    body,
  ])
  expect(form.stdout).toMatch(/application\/json.*415$/)
})
