import { proxy, wrap } from 'comlink'
import type { ModelWorker } from './model-worker.ts'

const worker = new Worker(new URL('./model-worker.ts', import.meta.url), { type: 'module' })
const model = wrap<ModelWorker>(worker)
const form = document.querySelector('form') as HTMLFormElement
const output = document.querySelector('p') as HTMLParagraphElement

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const prompt = String(new FormData(form).get('prompt'))
  const site = new URL('.', document.baseURI).href
  output.textContent = ''
  try {
    await model.answer(
      site,
      prompt,
      proxy((text) => output.append(text)),
    )
    output.dataset.done = 'true'
  } catch (error) {
    output.textContent = (error as Error).message
  }
})
