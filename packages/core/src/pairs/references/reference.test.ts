import { expect, it } from 'vitest'
import { numberTokenizer } from '../../testing/number-tokenizer.ts'
import { firstTokens, type Reference } from './reference.ts'

it('cuts long responses, leaves short ones and none as they are, and says so in its settings', async () => {
  const said = ['1 2 3 4', '1  2', undefined]
  const reference: Reference = {
    specificationVersion: 'v1',
    name: 'r',
    settings: { a: 1 },
    async *respond() {
      for (const [index, response] of said.entries()) yield { index, response }
    },
  }
  const cut = firstTokens(reference, numberTokenizer({ vocabSize: 9 }), 3)
  expect(cut.settings).toEqual({ a: 1, firstTokens: 3 })
  const found: unknown[] = []
  for await (const { response } of cut.respond([])) found.push(response)
  expect(found).toEqual(['1 2 3 ', '1  2', undefined])
})
