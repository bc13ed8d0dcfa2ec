/**
 * Gates decide whether a prefix takes effect on a prompt. asked-request selects what to read of the prompt, the base model reads
 * it (hidden-states), the gate turns the reading into one number (here), and open-gates keeps the parts of each request's prefix
 * whose gates fired.
 */

import { PatchError } from '../../errors.ts'
import type { ModelConfig } from '../decoder/config/model-config.ts'
import {
  checkPrefixShape,
  type Gate,
  joinEmbeddings,
  type Prefix,
  type ReadingPlace,
} from '../language-model/prefix.ts'

/** Slope of units below 0. Without it, prompts on which all units are inactive would be indistinguishable. */
export const LEAK = 0.1

/** Standardized readings are clipped to this. */
const LARGEST_READING = 8

/** Log-odds, relative to the threshold, that the prefix is meant for the prompt; the gate fires at 0 and above. */
export function gateLogit(gate: Gate, reading: Float32Array): number {
  const input = standardized(gate, reading)
  const width = input.length
  let logit = gate.bias
  for (const [unit, weight] of gate.output.entries()) {
    let sum = gate.hiddenBias[unit] as number
    const start = unit * width
    for (let i = 0; i < width; i++) sum += (gate.hidden[start + i] as number) * (input[i] as number)
    logit += weight * Math.max(sum, LEAK * sum)
  }
  return logit
}

/** A reading as the gate's units see it: centred, scaled and clipped. */
export function standardized(
  { mean, scale }: Pick<Gate, 'mean' | 'scale'>,
  reading: Float32Array,
): Float32Array {
  return reading.map((value, i) =>
    Math.max(
      -LARGEST_READING,
      Math.min(LARGEST_READING, (value - (mean[i] as number)) * (scale[i] as number)),
    ),
  )
}

/** Throws `SHAPE_MISMATCH` or `NOT_FINITE` if a model cannot apply a prefix or its gates. */
export function checkPrefix(config: ModelConfig, prefix: Prefix): void {
  checkPrefixShape(config, prefix)
  for (const gate of gatesOf(prefix)) if (gate) checkGate(config, gate)
}

/** Throws `SHAPE_MISMATCH` for a gate that does not fit the model, `NOT_FINITE` for one with non-finite numbers. */
export function checkGate(config: Pick<ModelConfig, 'layers' | 'hiddenSize'>, gate: Gate): void {
  const { layers, window, mean, scale, hidden, hiddenBias, output, bias } = gate
  const units = output.length
  const fits =
    layers.length >= 1 &&
    layers.every((layer) => layer >= 1 && layer <= config.layers) &&
    window >= 1 &&
    mean.length === readingWidth(config, gate) &&
    scale.length === mean.length &&
    hidden.length === units * mean.length &&
    hiddenBias.length === units
  if (!fits) {
    throw new PatchError('SHAPE_MISMATCH', {
      expected: `a gate of readings of ${2 * config.hiddenSize} numbers after each of some of ${config.layers} layers`,
      found: `mean ${mean.length}, scale ${scale.length}, hidden ${hidden.length}, ${hiddenBias.length} and ${units} units, layers ${layers.join(', ')}, window ${window}`,
      remedy: 'Use a gate that was trained for this model',
    })
  }
  if ([mean, scale, hidden, hiddenBias, output, [bias]].every((values) => values.every(Number.isFinite)))
    return
  throw new PatchError('NOT_FINITE', {
    expected: 'a gate of finite numbers',
    found: 'NaN or infinity among them',
    remedy: 'The file is damaged, or training diverged; download or train it again',
  })
}

/** 2dn: the width of a reading. */
const readingWidth = (
  { hiddenSize }: Pick<ModelConfig, 'hiddenSize'>,
  { layers }: Pick<ReadingPlace, 'layers'>,
): number => 2 * hiddenSize * layers.length

/** The gate of each part of a prefix, in order; undefined for parts that always take effect. */
export const gatesOf = (prefix: Prefix): readonly (Gate | undefined)[] =>
  prefix.parts ? prefix.parts.map((part) => part.prefix.gate) : [prefix.gate]

export const isGated = (prefix: Prefix | undefined): prefix is Prefix =>
  prefix !== undefined && gatesOf(prefix).some((gate) => gate !== undefined)

/** Prefixes reduced to the parts whose gates fired. Always the same object, because keys and values are cached by it. */
const opened = new WeakMap<Prefix, Map<string, Prefix>>()

/** What remains of a prefix if only these parts are open: all of it, some of its parts, or nothing. */
export function openPrefix(prefix: Prefix, open: readonly boolean[]): Prefix | undefined {
  if (open.every(Boolean)) return prefix
  const parts = (prefix.parts ?? []).filter((_, i) => open[i])
  const [only] = parts
  if (!only) return undefined
  if (parts.length === 1 && only.weight === 1) return only.prefix
  const known = opened.get(prefix) ?? new Map<string, Prefix>()
  opened.set(prefix, known)
  const key = open.map(Number).join('')
  const made = known.get(key) ?? { ...joinEmbeddings(parts.map((part) => part.prefix)), parts }
  known.set(key, made)
  return made
}

/** The prefix without its gates, or its parts' gates: it takes effect on every prompt. */
export function withoutGates(prefix: Prefix): Prefix {
  if (!isGated(prefix)) return prefix
  const { gate: _, parts, ...rest } = prefix
  return {
    ...rest,
    ...(parts && { parts: parts.map((part) => ({ ...part, prefix: withoutGates(part.prefix) })) }),
  }
}
