import { createRandom } from '@policypatch/core/platform'
import fc from 'fast-check'
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
} from '../../../packages/core/src/train/stage/checkpoint.ts'
import { doubleName } from '../double-names.ts'
import type { Files, FuzzedReader } from '../fuzzed-reader.ts'
import { changedJson, treeOf } from '../json-tree.ts'
import { damaged } from '../mutations.ts'
import { changedSafetensors, headerOf, safetensorsAmbiguity, safetensorsBytes } from '../safetensors-parts.ts'

const numbers = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(i))
const prefix = { length: 4, embeddings: numbers(12) }
const part = { prefix: { length: 2, embeddings: numbers(6) }, weight: 0.5 }

const checkpoint: Checkpoint = {
  settings: 'a digest',
  state: {
    ...{ step: 7, tokens: 1234, prefix },
    optimizer: { step: 6, first: numbers(12), second: numbers(12) },
    sampler: {
      random: createRandom(99).state(),
      left: { harmful: [3, 1], harmless: [] },
      epoch: 5,
      owed: 0.3,
    },
  },
  best: { step: 4, prefix, scores: { harmful: 0.5, harmless: undefined } },
}
const { state, settings } = checkpoint
const inParts = { settings, state: { ...state, prefix: { ...prefix, parts: [part, part] } }, best: undefined }

const file = 'checkpoint.safetensors'
const right = [checkpoint, inParts].map(encodeCheckpoint)

interface Header {
  readonly __metadata__: Readonly<Record<string, string>>
}

/** The metadata is JSON text within the header. */
const changedFacts = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> => {
  const { __metadata__: metadata, ...tensors } = JSON.parse(headerOf(bytes)) as Header
  const data = bytes.subarray(8 + new TextEncoder().encode(headerOf(bytes)).length)
  return changedJson(fc.constant(treeOf(JSON.parse(metadata.facts ?? '{}')))).map((facts) =>
    safetensorsBytes(JSON.stringify({ __metadata__: { ...metadata, facts }, ...tensors }), data),
  )
}

const one = (bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Files> => bytes.map((held) => ({ [file]: held }))

export const checkpointReader: FuzzedReader = {
  name: 'checkpoint',
  files: fc.oneof(
    ...right.flatMap((bytes) => [
      { weight: 2, arbitrary: one(changedFacts(bytes)) },
      { weight: 2, arbitrary: one(changedSafetensors(bytes)) },
      { weight: 1, arbitrary: damaged(fc.constant({ [file]: bytes }), right) },
    ]),
  ),
  async read({ [file]: bytes = new Uint8Array(0) }) {
    await decodeCheckpoint(file, bytes)
  },
  ambiguity({ [file]: bytes }) {
    if (!bytes) return undefined
    return (
      safetensorsAmbiguity(bytes) ??
      doubleName((JSON.parse(headerOf(bytes)) as Header).__metadata__.facts ?? '')
    )
  },
}
