/** What went wrong in ONNX Runtime's words, without the place in its sources. */
export function wordsOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  return message.replace(/^\/\S+:\d+ .* was false\. /s, '').trim()
}
