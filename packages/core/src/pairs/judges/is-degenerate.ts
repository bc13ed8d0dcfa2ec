import { hasLoop } from './has-loop.ts'
import { saysNothing } from './says-nothing.ts'

/**
 * Whether a text says nothing ({@link saysNothing}) or repeats itself somewhere ({@link hasLoop}). Such a text is no answer,
 * and no refusal to learn from.
 */
export function isDegenerate(text: string): boolean {
  return saysNothing(text) || hasLoop(text)
}
