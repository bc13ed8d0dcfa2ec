/** Of own-http.ts: who asks the server, in a process of its own, as clients are. */

export interface HttpQuestion {
  readonly url: string
  readonly body: string
}

/** Seconds until the stream's end, or what went wrong. */
export type HttpAnswer = { readonly seconds: number } | { readonly error: string }

process.on('message', async ({ url, body }: HttpQuestion) => {
  const answer = (found: HttpAnswer) => process.send?.(found)
  try {
    const start = performance.now()
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    const text = await response.text()
    const seconds = (performance.now() - start) / 1000
    const whole = response.ok && text.trimEnd().endsWith('data: [DONE]')
    answer(
      whole
        ? { seconds }
        : { error: `status ${response.status}, and the stream ended in ${text.slice(-80)}` },
    )
  } catch (error) {
    answer({ error: String(error) })
  }
})
