import { isDegenerate } from './judges/is-degenerate.ts'
import { isRefusal } from './judges/is-refusal.ts'

/** Fewest and most words, between spaces, of what counts as one request. */
const words = { least: 3, most: 60 }

/** What shows that a model went on past the user's turn, or plays both parts in it. */
const marker =
  /<\|[^|>\n]{1,40}\|>|<\/?s>|\[\/?INST\]|<(?:start|end)_of_turn>|^\s*(?:user|human|assistant|ai|system)\s*:/imu

/**
 * Whether a text that a model wrote as a user's turn is one request: 3 to 60 words, no marker of a chat, not the same
 * phrase over and over, and not an assistant's refusal.
 */
export function isRequest(text: string): boolean {
  const count = text.split(/\s+/u).filter((word) => word !== '').length
  if (count < words.least || count > words.most) return false
  return !marker.test(text) && !isDegenerate(text) && !isRefusal(text)
}
