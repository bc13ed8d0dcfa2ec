import { gateLogit, gatesOf, isGated, openPrefix } from './gate.ts'
import { hiddenStates } from './hidden-states.ts'
import type { Gate, Prefix, ReadingPlace, ScoreOptions } from './language-model.ts'
import type { ModelCore } from './model-core.ts'

/** Something with a prompt that a prefix may stand before, whose gates may not have decided on it yet. */
export interface GatedRequest {
  readonly tokens: readonly number[]
  readonly prefix: Prefix | undefined
  readonly decided?: boolean
}

export const isUndecided = ({ prefix, decided }: GatedRequest): boolean => !decided && isGated(prefix)

/** Where the gates of some requests read, each place once. */
export interface GatePlaces {
  readonly places: readonly ReadingPlace[]
}

export function gatePlaces(requests: readonly GatedRequest[]): GatePlaces {
  const places = new Map<string, ReadingPlace>()
  for (const request of requests) {
    if (!isUndecided(request)) continue
    for (const gate of gatesOf(request.prefix as Prefix)) {
      if (gate) places.set(`${gate.layer}/${gate.window}`, { layer: gate.layer, window: gate.window })
    }
  }
  return { places: [...places.values()] }
}

/** The request with what takes effect of its prefix, by what was read of its prompt at these places. */
export function decide<Request extends GatedRequest>(
  request: Request,
  { places }: GatePlaces,
  readings: readonly Float32Array[],
): Request {
  const prefix = request.prefix as Prefix
  const fires = (gate: Gate) => {
    const at = places.findIndex(({ layer, window }) => layer === gate.layer && window === gate.window)
    return gateLogit(gate, readings[at] as Float32Array) >= 0
  }
  // A prompt of one token is the start of a text: nothing is asked in it.
  const asks = request.tokens.length > 1
  const open = gatesOf(prefix).map((gate) => !gate || (asks && fires(gate)))
  return { ...request, prefix: openPrefix(prefix, open), decided: true }
}

/** Requests with what takes effect of their prefixes: the prompts of those with gates are read by the base first. */
export async function openGates<Request extends GatedRequest>(
  core: ModelCore,
  requests: readonly Request[],
  options: ScoreOptions = {},
): Promise<Request[]> {
  const gates = gatePlaces(requests)
  const undecided = requests.filter(isUndecided)
  if (undecided.length === 0) return [...requests]
  const readings = await hiddenStates(
    core,
    undecided.map(({ tokens }) => tokens),
    gates.places,
    options,
  )
  let at = 0
  return requests.map((request) =>
    isUndecided(request) ? decide(request, gates, readings[at++] as Float32Array[]) : request,
  )
}
