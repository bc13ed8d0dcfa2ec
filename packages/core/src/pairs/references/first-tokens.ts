import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import type { Reference } from '../reference.ts'

/** A reference whose responses are cut to their first tokens, so that they are judged by as much as others. */
export function firstTokens(reference: Reference, tokenizer: Tokenizer, count: number): Reference {
  const cut = (text: string) => {
    const ids = tokenizer.encode(text, { addSpecialTokens: false })
    return ids.length > count ? tokenizer.decode(ids.slice(0, count)) : text
  }
  return {
    ...reference,
    settings: { ...reference.settings, firstTokens: count },
    async *respond(prompts, options) {
      for await (const said of reference.respond(prompts, options)) {
        yield { ...said, response: said.response === undefined ? undefined : cut(said.response) }
      }
    },
  }
}
