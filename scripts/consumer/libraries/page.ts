const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
const end = (state: string) => {
  document.body.dataset.state = state
}
worker.onmessage = ({ data }: MessageEvent<string | undefined>) => {
  if (data === undefined) end('done')
  else document.body.append(data)
}
worker.onerror = (event) => end(`failed: ${event.message}`)
