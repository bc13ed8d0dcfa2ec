import type { Prompt } from '../tokenize/tokenizer.ts'
import { gateLogit, gatesOf, isGated, openPrefix } from './gate.ts'
import { hiddenStates } from './hidden-states.ts'
import type { Gate, Prefix, ReadingPlace, ScoreOptions } from './language-model.ts'
import type { ModelCore } from './model-core.ts'

/** Something with a prompt that a prefix may stand before. */
export interface GatedRequest {
  readonly prompt: Prompt
  readonly prefix: Prefix | undefined
}

/**
 * What gates read of a prompt: of a conversation the user's last turn alone, so that they decide on a request alike whatever
 * system prompt and turns went before it; a text as it is.
 */
export function requestOf(prompt: Prompt): Prompt {
  if (typeof prompt === 'string') return prompt
  const last = prompt.findLast(({ role }) => role === 'user')
  return last ? [last] : prompt
}

/** Requests with what takes effect of their prefixes: the base reads the prompts of those with gates. */
export async function openGates<Request extends GatedRequest>(
  core: ModelCore,
  requests: readonly Request[],
  options: ScoreOptions = {},
): Promise<Request[]> {
  const gated = requests.filter(({ prefix }) => isGated(prefix))
  if (gated.length === 0) return [...requests]
  const places = placesOf(gated)
  const asked = gated.map(({ prompt }) => core.tokenizer.encodePrompt(requestOf(prompt)))
  const readings = await hiddenStates(core, asked, places, options)
  const opened = new Map(
    gated.map((request, i) => {
      // A prompt of one token is the start of a text: nothing is asked in it.
      const asks = (asked[i]?.length ?? 0) > 1
      const fires = (gate: Gate) => asks && gateLogit(gate, readingAt(places, gate, readings[i])) >= 0
      const prefix = request.prefix as Prefix
      return [
        request,
        openPrefix(
          prefix,
          gatesOf(prefix).map((gate) => !gate || fires(gate)),
        ),
      ] as const
    }),
  )
  return requests.map((request) =>
    opened.has(request) ? { ...request, prefix: opened.get(request) } : request,
  )
}

/** Where the gates of requests read, each place once. */
function placesOf(requests: readonly GatedRequest[]): ReadingPlace[] {
  const places = new Map<string, ReadingPlace>()
  for (const prefix of new Set(requests.map((request) => request.prefix as Prefix))) {
    for (const gate of gatesOf(prefix)) {
      if (gate) places.set(`${gate.layer}/${gate.window}`, { layer: gate.layer, window: gate.window })
    }
  }
  return [...places.values()]
}

function readingAt(
  places: readonly ReadingPlace[],
  gate: Gate,
  readings: readonly Float32Array[] = [],
): Float32Array {
  const at = places.findIndex(({ layer, window }) => layer === gate.layer && window === gate.window)
  return readings[at] as Float32Array
}
