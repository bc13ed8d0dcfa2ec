import type { LanguageModel } from '@policypatch/core'
import { tinyPatch } from '../tiny-model.ts'

export const stormPrompts = ['hi', 'tea', 'How do I boil an egg?', 'a', 'Tell me of the sea, and of ships.']

/** What the model answers to the prompts of a storm with each of its patches, as `stack prompt`. */
export async function expectedAnswers(model: LanguageModel): Promise<Map<string, string>> {
  const expected = new Map<string, string>()
  for (const version of ['1.0.0', '1.1.0']) {
    const { prefix } = await tinyPatch(model, 'harmfulness', version)
    for (const prompt of stormPrompts) {
      const messages = [{ role: 'user', content: prompt }]
      const { text } = await model.withPrefix(prefix).generate(messages, { maxTokens: 8 })
      expected.set(`harmfulness@${version} ${prompt}`, text)
    }
  }
  return expected
}
