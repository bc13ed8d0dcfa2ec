import type { HostTensor } from '../../backend/backend.ts'
import type { Tokenizer } from '../../tokenize/tokenizer.ts'
import { MASKED } from '../decoder/layers/attention.ts'
import { packedShape, packRows } from './pack-rows.ts'

/** A prompt with independent responses: one for SFT, chosen and rejected for DPO. */
export interface LayoutExample {
  readonly prompt: readonly number[]
  readonly responses: readonly (readonly number[])[]
}

export interface LayoutShape {
  /** Number of rows; those without an example are padding. */
  readonly batch: number
  /** Tokens per row. */
  readonly length: number
  /** Number of response positions in the batch. */
  readonly targets: number
}

/** A response token whose probability is wanted. */
export interface Target {
  readonly example: number
  readonly response: number
  readonly token: number
}

/**
 * Examples laid out in rows: [prompt][response 0][response 1]…, where responses see their common prompt but not each other, and
 * each has the positions it would have alone.
 */
export interface RowLayout {
  readonly shape: LayoutShape
  /** [batch, length] int32, padded with 0. */
  readonly ids: HostTensor
  /** Position of each token, counting the prefix and shared prompt before it; [batch · length]. */
  readonly positions: Int32Array
  /** Attention mask, [batch, length, length]: added to attention logits. */
  readonly mask: HostTensor
  /** [targets] int32: index in [batch · length] of the token before each target. */
  readonly rows: HostTensor
  /** [targets] int32: the targets' ids. */
  readonly labels: HostTensor
  /** What each target belongs to; shorter than `targets` if those are padded. */
  readonly owners: readonly Target[]
}

/** Number of tokens that an example takes in its row, without the first `shared` tokens of its prompt. */
export function rowLength({ prompt, responses }: LayoutExample, shared: number): number {
  // A response's last token predicts nothing, so it needs no place.
  return prompt.length - shared + responses.reduce((sum, response) => sum + response.length - 1, 0)
}

/** Number of response tokens of an example. */
export function targetCount({ responses }: LayoutExample): number {
  return responses.reduce((sum, response) => sum + response.length, 0)
}

/** Number of tokens that all prompts begin with, at least one less than the shortest prompt. */
export function sharedPromptLength(prompts: readonly (readonly number[])[]): number {
  const first = prompts[0]
  if (!first) return 0
  let shared = Math.min(...prompts.map((prompt) => prompt.length)) - 1
  for (const prompt of prompts) {
    for (let i = 0; i < shared; i++) if (prompt[i] !== first[i]) shared = i
  }
  return Math.max(shared, 0)
}

/**
 * Lays examples out in rows of a given shape: one per row if there are enough rows, else packed, several in a row that do not see
 * each other.
 * @param before number of virtual tokens in the prefix
 * @param shared number of prompt tokens common to all rows, which precede them
 */
export function layoutRows(
  examples: readonly LayoutExample[],
  shape: LayoutShape,
  { before, shared }: { readonly before: number; readonly shared: number },
): RowLayout {
  const { batch, length, targets } = shape
  const ids = new Int32Array(batch * length)
  const positions = new Int32Array(batch * length)
  const mask = new Float32Array(batch * length * length).fill(MASKED)
  const rows = new Int32Array(targets)
  const labels = new Int32Array(targets)
  const owners: Target[] = []
  for (let row = 0; row < batch; row++) {
    for (let i = 0; i < length; i++) mask[(row * length + i) * length + i] = 0
  }
  const { places } = packRows(
    examples.map((example) => rowLength(example, shared)),
    batch < examples.length ? length : 0,
  )
  for (const [index, { prompt, responses }] of examples.entries()) {
    const { row, start: offset } = places[index] as (typeof places)[number]
    const start = row * length + offset
    const promptLength = prompt.length - shared
    const place = (at: number, id: number, position: number, from: number) => {
      ids[start + at] = id
      positions[start + at] = position
      const line = (start + at) * length + offset
      mask.fill(0, line, line + Math.min(at + 1, promptLength))
      mask.fill(0, line + from, line + at + 1)
    }
    for (let i = 0; i < promptLength; i++) place(i, prompt[shared + i] as number, before + shared + i, 0)
    let at = promptLength
    for (const [nth, response] of responses.entries()) {
      const from = at
      for (const [token, id] of response.entries()) {
        rows[owners.length] = start + (token === 0 ? promptLength - 1 : at - 1)
        labels[owners.length] = id
        owners.push({ example: index, response: nth, token })
        if (token < response.length - 1) place(at++, id, before + prompt.length + token, from)
      }
    }
  }
  return {
    shape,
    ids: { shape: [batch * length], data: ids },
    positions,
    mask: { shape: [batch, length, length], data: mask },
    rows: { shape: [targets], data: rows },
    labels: { shape: [targets], data: labels },
    owners,
  }
}

/** The number of response positions is rounded up to a multiple of this, so that few program shapes are compiled. */
const TARGET_STEP = 64

/** Lays examples out in as few places as packing needs; for the parameters see `layoutRows`. */
export function packedLayout(
  examples: readonly LayoutExample[],
  place: { readonly before: number; readonly shared: number },
): RowLayout {
  const targets = examples.reduce((sum, example) => sum + targetCount(example), 0)
  const shape = {
    ...packedShape(examples.map((example) => rowLength(example, place.shared))),
    targets: TARGET_STEP * Math.ceil(targets / TARGET_STEP),
  }
  return layoutRows(examples, shape, place)
}

/**
 * A response's ids: text is tokenized without special tokens, and the end-of-sequence id is appended; ids are kept as they are.
 */
export function responseTokens(
  tokenizer: Tokenizer,
  response: string | readonly number[],
): readonly number[] {
  if (typeof response !== 'string') return response
  return [...tokenizer.encode(response, { addSpecialTokens: false }), tokenizer.eosTokenIds[0] as number]
}
