import { generateText, type LanguageModelMiddleware, streamText, wrapLanguageModel } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { applyPatch, type LanguageModel, type Patch } from 'policypatch'
import { auditMiddleware, createPolicypatch, type PatchAudit, patchMiddleware } from 'policypatch/ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chunks, direct, maxOutputTokens, prompt, tinyModelWithPatches } from './ai-setup.ts'

let model: LanguageModel
let patch: Patch
beforeAll(async () => {
  ;({ model, patch } = await tinyModelWithPatches())
})
afterAll(() => model.dispose())

describe('middleware', () => {
  test('applies patches to every call, or as it chooses', async () => {
    const policypatch = createPolicypatch({ model, patches: [patch] })
    const wrap = (middleware: LanguageModelMiddleware) =>
      wrapLanguageModel({ model: policypatch(model.id, { patches: [] }), middleware })
    const ask = async (own: ReturnType<typeof wrap>, text: string) =>
      (await generateText({ model: own, prompt: text, maxOutputTokens })).text
    const always = wrap(patchMiddleware(['example']))
    expect(await ask(always, prompt)).toBe(await direct(applyPatch(model, patch)))
    const some = wrap(
      patchMiddleware(async ({ params }) =>
        JSON.stringify(params.prompt).includes('are') ? ['example'] : [],
      ),
    )
    expect(await ask(some, prompt)).toBe(await direct(applyPatch(model, patch)))
    const plain = await model.generate([{ role: 'user', content: 'Hello' }], { maxTokens: maxOutputTokens })
    expect(await ask(some, 'Hello')).toBe(plain.text)
    const foreign = wrapLanguageModel({
      model: new MockLanguageModelV4({ provider: 'other' }),
      middleware: patchMiddleware(['example']),
    })
    await expect(generateText({ model: foreign, prompt })).rejects.toThrow(/one of other/)
    await policypatch.close()
  })

  test('audits each call once, without its texts unless it is asked', async () => {
    const audits: PatchAudit[] = []
    const policypatch = createPolicypatch({ model, patches: [patch] })
    const wrap = (texts: boolean) =>
      wrapLanguageModel({
        model: policypatch(model.id, { patches: ['example'] }),
        middleware: auditMiddleware((audit) => void audits.push(audit), { texts }),
      })
    const { text } = await generateText({ model: wrap(false), prompt, maxOutputTokens })
    await streamText({ model: wrap(true), prompt, maxOutputTokens }).text
    const failing = streamText({
      ...{ model: wrap(true), prompt, providerOptions: { policypatch: { patches: ['none'] } } },
      onError: () => {},
    })
    await chunks(failing.fullStream)
    const controller = new AbortController()
    const left = streamText({ model: wrap(false), prompt, abortSignal: controller.signal })
    for await (const part of left.fullStream) if (part.type === 'text-delta') controller.abort()
    const patches = [{ name: 'example', version: '0.1.0', weight: 1, gated: false }]
    expect(audits).toMatchObject([
      { type: 'generate', outcome: 'answered', patches, finishReason: 'length', modelId: 'tiny' },
      { type: 'stream', outcome: 'answered', patches, response: text },
      { type: 'stream', outcome: 'failed', patches: undefined, error: { code: 'NOT_FOUND' } },
      { type: 'stream', outcome: 'cancelled', patches: undefined },
    ])
    expect(audits[0]).not.toHaveProperty('prompt')
    expect(audits[0]).not.toHaveProperty('response')
    expect(JSON.stringify(audits[1]?.prompt)).toContain(prompt)
    expect(audits[0]?.milliseconds).toBeGreaterThan(0)
    await policypatch.close()
  })
})
