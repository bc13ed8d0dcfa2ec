import { contextOf, promptsByPrefix, type SharedContext } from '../model/extend/shared-context.ts'
import type { BatchRequest, Contexts } from '../model/generate/prefill.ts'
import type { ModelCore } from '../model/language-model/model-core.ts'
import { sharedPromptLength } from '../model/score/row-layout.ts'
import type { PromptCache } from './prompt-cache.ts'

/** A beginning that requests share is read separately only if at least this many of its tokens are not cached. */
const LEAST_TOKENS = 32

/**
 * Finds what precedes prompts (their prefix) and what a cache holds of their beginnings. Everything that is read is cached:
 * prompts, and responses for the next turn of a conversation.
 *
 * @param told called for each request with the number of its tokens that were cached
 */
export function promptContexts(
  core: ModelCore,
  cache: PromptCache,
  told: (request: BatchRequest, cachedTokens: number) => void,
): Contexts {
  const find = async (request: BatchRequest): Promise<SharedContext> => {
    const { prefix, tokens } = request
    const before = await contextOf(core, prefix, [])
    const match = cache.match(prefix, tokens.slice(0, -1))
    return {
      sharedTokens: match.tokens,
      length: before.length + match.tokens,
      pieces: [...before.pieces, ...match.pieces],
      lead: before.lead,
    }
  }
  return {
    async find(requests) {
      for (const request of requests)
        told(request, cache.match(request.prefix, request.tokens.slice(0, -1)).tokens)
      for (const [prefix, prompts] of promptsByPrefix(requests)) {
        const length = prompts.length > 1 ? sharedPromptLength(prompts) : 0
        const shared = prompts[0]?.slice(0, length) ?? []
        if (length - cache.match(prefix, shared).tokens < LEAST_TOKENS) continue
        const { pieces } = await contextOf(core, prefix, shared)
        const [whole] = pieces
        if (whole) cache.keep(prefix, shared, { block: whole.block, row: 0, start: prefix?.length ?? 0 })
      }
      const found: SharedContext[] = []
      for (const request of requests) found.push(await find(request))
      return found
    },
    keep({ prefix, tokens }, response, from, slot) {
      const place = { block: from.block(), row: slot, start: prefix?.length ?? 0 }
      cache.keep(prefix, [...tokens, ...response], place)
    },
  }
}
