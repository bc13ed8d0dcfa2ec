import type { Prompt } from '../../tokenize/tokenizer.ts'
import type { Gate, Prefix, ScoreOptions } from '../language-model/language-model.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { asksSomething, readerOf, requestOf } from './asked-request.ts'
import { gateLogit, gatesOf, isGated, openPrefix } from './gate.ts'
import { hiddenStates } from './hidden-states.ts'

/** A prompt and the prefix that may apply to it. */
export interface GatedRequest {
  readonly prompt: Prompt
  readonly prefix: Prefix | undefined
}

/** Reduces each request's prefix to what takes effect. The base model reads the prompts of those with gates. */
export async function openGates<Request extends GatedRequest>(
  core: ModelCore,
  requests: readonly Request[],
  options: ScoreOptions = {},
): Promise<Request[]> {
  const gated = [...requests.keys()].filter((index) => isGated(requests[index]?.prefix))
  if (gated.length === 0) return [...requests]
  const prompts = gated.map((index) => requestOf((requests[index] as Request).prompt))
  const readings = await readingsFor(
    core,
    prompts,
    gated.map((index) => requests[index]?.prefix as Prefix),
    options,
  )
  const opened = [...requests]
  for (const [i, index] of gated.entries()) {
    const request = requests[index] as Request
    const prefix = request.prefix as Prefix
    const asks = asksSomething(core.tokenizer, prompts[i] as Prompt)
    const fires = (gate: Gate) => asks && gateLogit(gate, readings(gate, i)) >= 0
    const open = gatesOf(prefix).map((gate) => !gate || fires(gate))
    opened[index] = { ...request, prefix: openPrefix(prefix, open) }
  }
  return opened
}

/** The readings that the prefixes' gates need. Prompts are read once per question. */
async function readingsFor(
  core: ModelCore,
  prompts: readonly Prompt[],
  prefixes: readonly Prefix[],
  options: ScoreOptions,
): Promise<(gate: Gate, prompt: number) => Float32Array> {
  const gates = new Set([...new Set(prefixes)].flatMap(gatesOf).filter((gate) => gate !== undefined))
  const found = new Map<string, Float32Array[]>()
  const key = ({ question, layers, window }: Gate) => JSON.stringify([question, layers, window])
  for (const question of new Set([...gates].map((gate) => gate.question))) {
    const places = [...gates].filter((gate) => gate.question === question && !found.has(key(gate)))
    const read = await hiddenStates(core, prompts.map(readerOf(core.tokenizer, question)), places, options)
    for (const [i, place] of places.entries()) {
      found.set(
        key(place),
        read.map((readings) => readings[i] as Float32Array),
      )
    }
  }
  return (gate, prompt) => found.get(key(gate))?.[prompt] as Float32Array
}
