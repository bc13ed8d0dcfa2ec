import type { Prompt } from '../../tokenize/tokenizer.ts'
import type { Gate, Prefix, ScoreOptions } from '../language-model/language-model.ts'
import type { ModelCore } from '../language-model/model-core.ts'
import { type ReadTokens, readerOf } from './asked-request.ts'
import { gateLogit, gatesOf } from './gate.ts'
import { hiddenStates, readingKey } from './hidden-states.ts'

/**
 * The logits of the prefixes' gates for their prompts, by gate and index of the prompt. The base model reads a prompt once per
 * question, however many gates and requests have it, and remembers the logits: generation, scoring and the next evaluation ask the
 * same prompts, and of a conversation a gate reads only the last turn.
 */
export async function gateLogits(
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
        const known = remembered(core, gate).get(key)
        if (known === undefined) unread.set(key, read[i] as ReadTokens)
        else found.get(gate)?.set(key, known)
      }
    }
    const places = [...new Map(asking.map((gate) => [readingKey([gate]), gate])).values()]
    const readings = await hiddenStates(core, [...unread.values()], places, options)
    for (const gate of asking) {
      const place = places.findIndex((one) => readingKey([one]) === readingKey([gate]))
      for (const [i, key] of [...unread.keys()].entries()) {
        const logit = gateLogit(gate, readings[i]?.[place] as Float32Array)
        found.get(gate)?.set(key, logit)
        remember(remembered(core, gate), key, logit)
      }
    }
  }
  return (gate, prompt) => found.get(gate)?.get(keys.get(gate.question)?.[prompt] as string) as number
}

/** Prompts remembered per model and gate. */
const MOST_PROMPTS = 4096
/** Longer keys, of some 1,500 tokens, are not remembered: they would take much memory and rarely recur. */
const LONGEST_KEY = 8192

const logitsByModel = new WeakMap<ModelCore, WeakMap<Gate, Map<string, number>>>()

function remembered(core: ModelCore, gate: Gate): Map<string, number> {
  const ofModel = logitsByModel.get(core) ?? new WeakMap<Gate, Map<string, number>>()
  logitsByModel.set(core, ofModel)
  const ofGate = ofModel.get(gate) ?? new Map<string, number>()
  ofModel.set(gate, ofGate)
  return ofGate
}

function remember(logits: Map<string, number>, key: string, logit: number): void {
  if (key.length > LONGEST_KEY) return
  logits.set(key, logit)
  for (const oldest of logits.keys()) {
    if (logits.size <= MOST_PROMPTS) break
    logits.delete(oldest)
  }
}
