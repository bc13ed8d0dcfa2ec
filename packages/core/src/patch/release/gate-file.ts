import { PatchError } from '../../errors.ts'
import { openSafetensors } from '../../model/files/tensors/safetensors.ts'
import type { TensorReader } from '../../model/files/tensors/tensor-reader.ts'
import { writeSafetensors } from '../../model/files/tensors/write-safetensors.ts'
import { gatesOf } from '../../model/gate/gate.ts'
import type { Gate, Prefix } from '../../model/language-model/language-model.ts'
import { bytesSource } from '../../storage/memory-storage.ts'
import type { GateSummary, PatchManifest, PrefixSummary } from '../manifest.ts'
import type { NamedBytes } from './peft-adapter.ts'

/** The gates of a prefix or its parts as a file: `0.hidden` is the first part's. */
export function gateFile(prefix: Prefix): Uint8Array | undefined {
  const tensors: Record<string, { shape: readonly number[]; data: Float32Array }> = {}
  for (const [part, gate] of gatesOf(prefix).entries()) {
    if (!gate) continue
    const units = gate.output.length
    const vector = (data: Float32Array) => ({ shape: [data.length], data })
    Object.assign(tensors, {
      [`${part}.mean`]: vector(gate.mean),
      [`${part}.scale`]: vector(gate.scale),
      [`${part}.hidden`]: { shape: [units, gate.mean.length], data: gate.hidden },
      [`${part}.hidden_bias`]: vector(gate.hiddenBias),
      [`${part}.output`]: vector(gate.output),
      [`${part}.bias`]: vector(Float32Array.of(gate.bias)),
    })
  }
  return Object.keys(tensors).length > 0 ? writeSafetensors(tensors, { format: 'pt' }) : undefined
}

/** A manifest's description of a gate, without its figures. */
export const gateSummary = ({ layers, window, question, output }: Gate): GateSummary => ({
  layers,
  window,
  ...(question !== undefined && { question }),
  units: output.length,
})

/** A manifest's descriptions of a prefix's gates, by part; undefined for a part without one. */
export const gateSummaries = ({ gate, parts }: PrefixSummary): readonly (GateSummary | undefined)[] =>
  parts ? parts.map((part) => part.gate) : [gate]

/** Checks that a prefix has the gates that the manifest describes: `SHAPE_MISMATCH`. */
export function checkGates(expected: PatchManifest['prefix'], prefix: Prefix): void {
  const described = (
    gates: readonly (Pick<GateSummary, 'layers' | 'window' | 'question' | 'units'> | undefined)[],
  ) => gates.map((gate) => (gate ? describedGate(gate) : 'none')).join('; ')
  const wanted = described(gateSummaries(expected))
  const found = described(gatesOf(prefix).map((gate) => gate && { ...gate, units: gate.output.length }))
  if (wanted === found) return
  throw new PatchError('SHAPE_MISMATCH', {
    expected: `a prefix with the gates of its manifest: ${wanted}`,
    found,
    remedy: 'Describe the actual gates, or remove them from the prefix',
  })
}

const describedGate = ({
  layers,
  window,
  question,
  units,
}: Pick<GateSummary, 'layers' | 'window' | 'question' | 'units'>) =>
  `layers ${layers.join(', ')}, window ${window}, ${units} units${question === undefined ? '' : `, under ${JSON.stringify(question)}`}`

/**
 * Adds to a prefix the gates that its manifest describes.
 *
 * @throws `MISSING_TENSOR`, `SHAPE_MISMATCH`, `TRUNCATED`, `MALFORMED`.
 */
export async function withGates(prefix: Prefix, summary: PrefixSummary, file: NamedBytes): Promise<Prefix> {
  const reader = await openSafetensors(bytesSource(file.name, file.bytes))
  try {
    const gates: (Gate | undefined)[] = []
    for (const [part, own] of gateSummaries(summary).entries()) {
      gates.push(own && (await readGate(reader, own, part, file.name)))
    }
    if (!prefix.parts) return gated(prefix, gates[0])
    const parts = prefix.parts.map((part, i) => ({ ...part, prefix: gated(part.prefix, gates[i]) }))
    return { ...prefix, parts }
  } finally {
    await reader.close()
  }
}

const gated = (prefix: Prefix, gate: Gate | undefined): Prefix => (gate ? { ...prefix, gate } : prefix)

async function readGate(
  reader: TensorReader,
  { layers, window, question, units }: GateSummary,
  part: number,
  name: string,
): Promise<Gate> {
  const read = (tensor: string) => reader.read(`${part}.${tensor}`)
  const gate = {
    layers,
    window,
    ...(question !== undefined && { question }),
    mean: await read('mean'),
    scale: await read('scale'),
    hidden: await read('hidden'),
    hiddenBias: await read('hidden_bias'),
    output: await read('output'),
    bias: (await read('bias'))[0] ?? Number.NaN,
  }
  if (gate.output.length === units) return gate
  throw new PatchError('SHAPE_MISMATCH', {
    expected: `a gate of ${units} units, as in patch.json`,
    found: `${gate.output.length} in ${name}`,
    remedy: 'The two files belong to different patches; download both again',
  })
}
