import { streamText } from 'ai'
import { policypatch } from 'policypatch/ai'

const model = policypatch('HuggingFaceTB/SmolLM2-135M-Instruct', {
  patches: ['harmfulness-smollm2-135m-instruct'],
})

/** The same as api/chat, by the AI SDK: requests that come at the same time are answered in one batch. */
export async function POST(request: Request): Promise<Response> {
  const { messages } = await request.json()
  return streamText({ model, messages, abortSignal: request.signal }).toTextStreamResponse()
}
