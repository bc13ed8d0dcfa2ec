import { applyPatch, type LanguageModel, loadModel, readPatch } from 'policypatch'

let opening: Promise<LanguageModel> | undefined

async function open(): Promise<LanguageModel> {
  const model = await loadModel('HuggingFaceTB/SmolLM2-135M-Instruct')
  return applyPatch(model, await readPatch('harmfulness-smollm2-135m-instruct'))
}

/** Streams the patched model's answer to `{ messages }`. The first request loads the model, which the build must not do. */
export async function POST(request: Request): Promise<Response> {
  opening ??= open()
  const model = await opening.catch((error) => {
    opening = undefined
    throw error
  })
  const { messages } = await request.json()
  const encoder = new TextEncoder()
  const answer = new ReadableStream<Uint8Array>({
    async start(controller) {
      for await (const text of model.stream(messages, { signal: request.signal }))
        controller.enqueue(encoder.encode(text))
      controller.close()
    },
  })
  return new Response(answer, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
}
