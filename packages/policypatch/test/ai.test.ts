import { createProviderRegistry, generateText, type ModelMessage, streamText } from 'ai'
import { applyPatch, type LanguageModel, type Patch } from 'policypatch'
import { createPolicypatch } from 'policypatch/ai'
import { createEngine, type Engine } from 'policypatch/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chunks, direct, maxOutputTokens, prompt, tinyModelWithPatches } from './ai-setup.ts'

let folder: string
let model: LanguageModel
let patch: Patch
let other: Patch
beforeAll(async () => {
  ;({ folder, model, patch, other } = await tinyModelWithPatches())
})
afterAll(() => model.dispose())

describe('generateText and streamText', () => {
  test('answer as the model does with the call’s patches, together', async () => {
    const policypatch = createPolicypatch({ model, patches: [patch] })
    const ask = (patches?: Parameters<typeof policypatch>[1]) =>
      generateText({ model: policypatch(model.id, patches), prompt, maxOutputTokens })
    const [base, patched, two, half] = await Promise.all([
      ask({ patches: [] }),
      ask({ patches: ['example'] }),
      ask({ patches: ['example', other] }),
      ask({ patches: [{ name: 'example', weight: 0.5 }] }),
    ])
    expect(base.text).toBe(await direct(model))
    expect(patched.text).toBe(await direct(applyPatch(model, patch)))
    expect(two.text).toBe(await direct(applyPatch(model, [patch, other])))
    expect(half.text).toBe(await direct(applyPatch(model, patch, { weights: [0.5] })))
    expect(patched.text).not.toBe(base.text)
    const named = { name: 'example', version: '0.1.0', weight: 1, gated: false }
    expect(base.providerMetadata?.policypatch).toEqual({ patches: [], ownPrefix: false })
    expect(two.providerMetadata?.policypatch?.patches).toEqual([named, { ...named, name: 'other' }])
    expect(half.providerMetadata?.policypatch?.patches).toEqual([{ ...named, weight: 0.5 }])
    await policypatch.close()
  })

  test('calls that come at the same time run in one batch', async () => {
    const engine = createEngine(model)
    const policypatch = createPolicypatch({ model: engine, patches: [patch] })
    const [first, ...rest] = [[], ['example'], ['example'], []].map((patches) =>
      streamText({ model: policypatch(model.id, { patches }), prompt, maxOutputTokens: 40 }),
    )
    const others = Promise.all(rest.map(({ text }) => text))
    let most = 0
    for await (const _ of first?.textStream ?? []) most = Math.max(most, engine.status().running)
    expect(most).toBe(4)
    const [patched, again, base] = await others
    expect(again).toBe(patched)
    expect(base).toBe(await first?.text)
    await engine.close()
  })

  test('a patched model keeps its own prefix where no patches are named, and says so', async () => {
    const policypatch = createPolicypatch({ model: applyPatch(model, patch) })
    const { text, providerMetadata } = await generateText({
      ...{ model: policypatch(model.id), prompt, maxOutputTokens },
    })
    expect(text).toBe(await direct(applyPatch(model, patch)))
    expect(providerMetadata?.policypatch).toEqual({ patches: [], ownPrefix: true })
    await policypatch.close()
  })

  test('the stream has the same text, usage, reason and patches, and earlier keys and values count as cached', async () => {
    const policypatch = createPolicypatch({ model, patches: [patch] })
    const options = {
      ...{ model: policypatch(model.id, { patches: ['example'] }), maxOutputTokens },
      system: 'Be brief. '.repeat(8),
      messages: [
        { role: 'user', content: [{ type: 'text', text: prompt }] },
        { role: 'assistant', content: 'Well.' },
        { role: 'user', content: 'And now?' },
      ] satisfies ModelMessage[],
    }
    const first = await generateText(options)
    const second = streamText(options)
    expect((await chunks(second.textStream)).join('')).toBe(first.text)
    const [usage, finishReason, metadata] = await Promise.all([
      second.usage,
      second.finishReason,
      second.providerMetadata,
    ])
    expect(finishReason).toBe('length')
    expect(metadata?.policypatch).toEqual(first.providerMetadata?.policypatch)
    const { inputTokens, outputTokens, inputTokenDetails } = usage
    expect(inputTokens).toBe(first.usage.inputTokens)
    expect(inputTokens).toBeGreaterThan(80)
    expect(outputTokens).toBe(maxOutputTokens)
    expect(first.usage.inputTokenDetails.cacheReadTokens).toBe(0)
    expect(inputTokenDetails.cacheReadTokens).toBeGreaterThan(0)
    expect(inputTokenDetails.noCacheTokens).toBe(
      (inputTokens as number) - (inputTokenDetails.cacheReadTokens as number),
    )
    await policypatch.close()
  })

  test('sampling is by the seed; without one it is another each time, and tells its seed', async () => {
    const policypatch = createPolicypatch({ model })
    const ask = (seed?: number) =>
      generateText({
        ...{ model: policypatch(model.id), prompt, maxOutputTokens },
        ...{ temperature: 1.5, topK: 50, ...(seed !== undefined && { seed }) },
      })
    const [one, again, free, another] = await Promise.all([ask(7), ask(7), ask(), ask()])
    expect(one.text).toBe(again.text)
    expect(one.text).toBe(await direct(model, { temperature: 1.5, topK: 50, seed: 7 }))
    expect(free.text).not.toBe(another.text)
    const metadata = free.providerMetadata?.policypatch
    expect((await ask(metadata?.seed as number)).text).toBe(free.text)
    expect(free.warnings).toEqual([])
    await policypatch.close()
  })

  test('stop texts end an answer', async () => {
    const policypatch = createPolicypatch({ model })
    const text = await direct(model)
    const stop = text.slice(4, 6)
    const stopped = await generateText({
      ...{ model: policypatch(model.id), prompt, maxOutputTokens, stopSequences: [stop] },
    })
    expect(stopped.text).toBe(text.slice(0, text.indexOf(stop)))
    expect(stopped.finishReason).toBe('stop')
    await policypatch.close()
  })
})

describe('an aborted call', () => {
  const idle = async (engine: Engine) => {
    while (engine.status().running + engine.status().waiting > 0)
      await new Promise((then) => setTimeout(then, 5))
  }

  test('ends its request, with the signal’s reason', async () => {
    const engine = createEngine(model)
    const policypatch = createPolicypatch({ model: engine })
    const controller = new AbortController()
    const asked = generateText({ model: policypatch(model.id), prompt, abortSignal: controller.signal })
    setTimeout(() => controller.abort(), 20)
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
    await idle(engine)
    await expect(
      generateText({ model: policypatch(model.id), prompt, abortSignal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' })
    await engine.close()
  })

  test('ends a stream, and so does a reader that leaves', async () => {
    const engine = createEngine(model)
    const policypatch = createPolicypatch({ model: engine })
    const controller = new AbortController()
    const { fullStream } = streamText({
      ...{ model: policypatch(model.id), prompt, abortSignal: controller.signal },
    })
    const types: string[] = []
    for await (const { type } of fullStream) {
      types.push(type)
      if (type === 'text-delta') controller.abort()
    }
    expect(types.at(-1)).toBe('abort')
    await idle(engine)
    const call = { prompt: [{ role: 'user', content: [{ type: 'text', text: prompt }] }] } as const
    const unread = await policypatch(model.id).doStream(call as never)
    await unread.stream.cancel()
    await idle(engine)
    expect(engine.status().completionTokens).toBeLessThan(200)
    await engine.close()
  })
})

test('models are loaded and patches read when they are first named, by a registry too', async () => {
  await patch.save(`${folder}/patches/example`)
  const policypatch = createPolicypatch()
  const registry = createProviderRegistry({ policypatch })
  const providerOptions = { policypatch: { patches: [`${folder}/patches/example`] } }
  const { text } = await generateText({
    ...{
      model: registry.languageModel(`policypatch:${folder}/tiny`),
      prompt,
      maxOutputTokens,
      providerOptions,
    },
  })
  expect(text).toBe(await direct(applyPatch(model, patch)))
  await expect(
    generateText({ model: policypatch(`${folder}/none`), prompt, maxOutputTokens }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await policypatch.close()
})
