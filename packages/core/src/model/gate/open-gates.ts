import type { Prompt } from '../../tokenize/tokenizer.ts'
import type { Gate, Prefix, ScoreOptions } from '../language-model/language-model.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { asksSomething, type ReadTokens, readerOf, requestOf } from './asked-request.ts'
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
  const prefixes = gated.map((index) => requests[index]?.prefix as Prefix)
  const logits = await logitsFor(core, prompts, prefixes, options)
  const opened = [...requests]
  for (const [i, index] of gated.entries()) {
    const prefix = prefixes[i] as Prefix
    const asks = asksSomething(core.tokenizer, prompts[i] as Prompt)
    const open = gatesOf(prefix).map((gate) => !gate || (asks && logits(gate, i) >= 0))
    opened[index] = { ...(requests[index] as Request), prefix: openPrefix(prefix, open) }
  }
  return opened
}

/** Prompts whose logits are kept per model and gate. */
const MOST_KEPT = 4096

/** Evaluation, scoring and generation ask the same prompts, and a gate reads only the last turn of each. */
const kept = new WeakMap<ModelCore, WeakMap<Gate, Map<string, number>>>()

function keptLogits(core: ModelCore, gate: Gate): Map<string, number> {
  const ofModel = kept.get(core) ?? new WeakMap<Gate, Map<string, number>>()
  kept.set(core, ofModel)
  const ofGate = ofModel.get(gate) ?? new Map<string, number>()
  ofModel.set(gate, ofGate)
  return ofGate
}

/** The logits of the prefixes' gates for their prompts. A prompt is read once per question, however many ask for it. */
async function logitsFor(
  core: ModelCore,
  prompts: readonly Prompt[],
  prefixes: readonly Prefix[],
  options: ScoreOptions,
): Promise<(gate: Gate, prompt: number) => number> {
  const gates = new Set([...new Set(prefixes)].flatMap(gatesOf).filter((gate) => gate !== undefined))
  const found = new Map([...gates].map((gate) => [gate, new Map<string, number>()]))
  const keys = new Map<string | undefined, readonly string[]>()
  for (const question of new Set([...gates].map((gate) => gate.question))) {
    const asking = [...gates].filter((gate) => gate.question === question)
    const read = prompts.map(readerOf(core.tokenizer, question))
    const own = read.map(({ tokens, from }) => `${from} ${tokens.join(' ')}`)
    keys.set(question, own)
    const unread = new Map<string, ReadTokens>()
    for (const gate of asking) {
      for (const [i, key] of own.entries()) {
        const known = keptLogits(core, gate).get(key)
        if (known === undefined) unread.set(key, read[i] as ReadTokens)
        else found.get(gate)?.set(key, known)
      }
    }
    const places = [...new Map(asking.map((gate) => [placeKey(gate), gate])).values()]
    const readings = await hiddenStates(core, [...unread.values()], places, options)
    for (const gate of asking) {
      const place = places.findIndex((one) => placeKey(one) === placeKey(gate))
      for (const [i, key] of [...unread.keys()].entries()) {
        const logit = gateLogit(gate, readings[i]?.[place] as Float32Array)
        found.get(gate)?.set(key, logit)
        keep(keptLogits(core, gate), key, logit)
      }
    }
  }
  return (gate, prompt) => found.get(gate)?.get(keys.get(gate.question)?.[prompt] as string) as number
}

const placeKey = ({ layers, window }: Gate): string => JSON.stringify([layers, window])

function keep(logits: Map<string, number>, key: string, logit: number): void {
  logits.set(key, logit)
  for (const oldest of logits.keys()) {
    if (logits.size <= MOST_KEPT) break
    logits.delete(oldest)
  }
}
