import { PatchError } from '@policypatch/core'
import type { Tokenizer } from '@policypatch/core/platform'

const texts = [
  '',
  'Hello, world! It’s 3.14 — naïve 日本語 😀 <|endoftext|></s>',
  `${'a'.repeat(10_000)} ${' '.repeat(2000)}\n\n\t${'ab'.repeat(2000)}`,
  '\u0000\ud800\ufeff\u200b\u0301\u0301',
]

/** Encodes, decodes and renders with a tokenizer read from the files. Only throws errors caused by the files. */
export function useTokenizer(tokenizer: Tokenizer): void {
  for (const text of texts) {
    const ids = tokenizer.encode(text)
    tokenizer.decode(ids.slice(0, 2000))
  }
  tokenizer.decode([0, 1, tokenizer.vocabSize - 1, tokenizer.vocabSize, 2 ** 31], {
    skipSpecialTokens: false,
  })
  try {
    tokenizer.renderChat([{ role: 'user', content: 'Hello' }], { addGenerationPrompt: true })
  } catch (error) {
    if (!(error instanceof PatchError && error.code === 'NO_CHAT_TEMPLATE')) throw error
  }
}
