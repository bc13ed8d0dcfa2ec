'use client'
import { type FormEvent, useState } from 'react'

export default function Page() {
  const [answer, setAnswer] = useState('')

  async function ask(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const content = new FormData(event.currentTarget).get('prompt')
    const body = JSON.stringify({ messages: [{ role: 'user', content }] })
    const { body: stream } = await fetch('/api/chat', { method: 'POST', body })
    setAnswer('')
    const reader = stream!.pipeThrough(new TextDecoderStream()).getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const { value } = part
      setAnswer((shown) => shown + value)
    }
  }

  return (
    <form onSubmit={ask}>
      <label>
        Prompt <input name="prompt" required />
      </label>
      <button type="submit">Ask</button>
      <p aria-live="polite">{answer}</p>
    </form>
  )
}
