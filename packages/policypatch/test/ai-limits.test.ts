import { generateText, NoObjectGeneratedError, Output, streamText } from 'ai'
import { type LanguageModel, PatchError } from 'policypatch'
import { createPolicypatch } from 'policypatch/ai'
import { createEngine, type Engine, type EngineRequest } from 'policypatch/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { chunks, prompt, tinyModelWithPatches } from './ai-setup.ts'

let model: LanguageModel
beforeAll(async () => {
  ;({ model } = await tinyModelWithPatches())
})
afterAll(() => model.dispose())

/** A text as an answer of a model that can be asked nothing else. */
const answering = (text: string): Engine & { readonly asked: EngineRequest[] } => {
  const asked: EngineRequest[] = []
  return {
    ...createEngine(model),
    asked,
    async *submit(request) {
      asked.push(request)
      yield { type: 'token', token: 1, text: text.slice(0, 3) }
      const counts = { promptTokens: 5, cachedTokens: 2, completionTokens: 7 }
      yield { type: 'end', text: text.slice(3), finishReason: 'stop', ...counts }
    },
  }
}

describe('what a call asks and the model does not have', () => {
  test('is a warning', async () => {
    const policypatch = createPolicypatch({ model })
    const { warnings } = await generateText({
      ...{ model: policypatch(model.id), prompt, maxOutputTokens: 2 },
      ...{ topP: 0.9, topK: 3, frequencyPenalty: 1, presencePenalty: 1, reasoning: 'high' },
      tools: { weather: { inputSchema: z.object({ place: z.string() }) } },
    })
    expect(warnings?.map((warning) => 'feature' in warning && warning.feature)).toEqual([
      ...['topP', 'topK', 'frequencyPenalty', 'presencePenalty', 'tools', 'reasoning'],
    ])
    await policypatch.close()
  })

  test.each([
    [
      'a tool that must be used',
      { toolChoice: 'required', tools: { t: { inputSchema: z.object({}) } } },
      /toolChoice/,
    ],
    [
      'a picture',
      {
        messages: [{ role: 'user', content: [{ type: 'image', image: new Uint8Array([137, 80, 78, 71]) }] }],
        prompt: undefined,
      },
      /part of type file/,
    ],
    ['an option that is none', { providerOptions: { policypatch: { patch: 'example' } } }, /patch/],
    [
      'a weight that is none',
      { providerOptions: { policypatch: { patches: [{ name: 'example', weight: 'much' }] } } },
      /weight/,
    ],
    [
      'a patch that is not there',
      { providerOptions: { policypatch: { patches: ['no-such-patch'] } } },
      /no-such-patch/,
    ],
    ['a prompt that is too long', { prompt: 'long '.repeat(99) }, /leaves room/],
  ])('%s: one clear error', async (_, options, message) => {
    const policypatch = createPolicypatch({ model })
    const asked = generateText({ model: policypatch(model.id), prompt, ...options } as never)
    const error = await asked.then(
      () => undefined,
      (thrown) => thrown,
    )
    expect(error).toBeInstanceOf(PatchError)
    expect((error as PatchError).message).toMatch(message)
    await policypatch.close()
  })

  test('another model than the provider has, and another kind of model', () => {
    const policypatch = createPolicypatch({ model })
    expect(() => policypatch('another')).toThrow(/the model tiny/)
    expect(() => policypatch.embeddingModel('tiny')).toThrow(/a language model/)
  })
})

describe('structured output', () => {
  const schema = z.object({ mood: z.string() })

  test('is asked for in the system message, validated by the SDK, and warned of', async () => {
    const engine = answering('{"mood": "fine"}')
    const policypatch = createPolicypatch({ model: engine })
    const { output, warnings, usage } = await generateText({
      ...{ model: policypatch(model.id), system: 'Be brief.', prompt, output: Output.object({ schema }) },
    })
    expect(output).toEqual({ mood: 'fine' })
    expect(warnings).toEqual([expect.objectContaining({ type: 'compatibility', feature: 'responseFormat' })])
    const asked = /^Be brief\.\n\nJSON schema:\n\{.*"mood".*\}\nYou MUST answer with a JSON/
    expect(engine.asked[0]?.prompt).toEqual([
      { role: 'system', content: expect.stringMatching(asked) },
      { role: 'user', content: prompt },
    ])
    expect(usage).toMatchObject({ inputTokens: 5, outputTokens: 7 })
    const streamed = streamText({ model: policypatch(model.id), prompt, output: Output.object({ schema }) })
    expect((await chunks(streamed.partialOutputStream)).at(-1)).toEqual({ mood: 'fine' })
  })

  test('is an error where the model does not answer so: nothing constrains it', async () => {
    const policypatch = createPolicypatch({ model: answering('Fine.') })
    const asked = generateText({
      ...{ model: policypatch(model.id), prompt, output: Output.object({ schema }) },
    }).then(({ output }) => output)
    await expect(asked).rejects.toSatisfy(NoObjectGeneratedError.isInstance)
  })
})
