import { PatchError } from '../../errors.ts'
import { checkGate, gatesOf } from '../../model/gate/gate.ts'
import type { LanguageModel } from '../../model/language-model/language-model.ts'
import { checkParts, checkPrefix } from '../check-prefix.ts'
import type { BaseModelIdentity } from '../manifest.ts'
import type { PatchContents } from '../patch.ts'

// The id is not compared: the same release may be a Hub id in one place and a file path in another.
const compared: Readonly<Partial<Record<keyof BaseModelIdentity, string>>> = {
  architecture: 'architecture',
  hiddenSize: 'hidden size',
  vocabSize: 'vocabulary size',
  layers: 'number of layers',
  heads: 'number of heads',
  tokenizer: 'tokenizer fingerprint',
  weights: 'weights fingerprint',
  digest: 'digest of the weights',
}

/**
 * Checks that a patch was made for this model. `PATCH_MISMATCH` names everything that differs; `SHAPE_MISMATCH` and
 * `NOT_FINITE` are for a prefix that no model can use.
 */
export function checkFit(model: LanguageModel, { manifest, prefix }: PatchContents): void {
  const found = describeBase(model)
  const differing = differingBase(manifest.base, found)
  if (differing) {
    throw new PatchError('PATCH_MISMATCH', {
      expected: `${manifest.base.id}, the base model of ${manifest.name} ${manifest.version}: ${differing.expected}`,
      found: `${found.id}: ${differing.found}`,
      remedy: 'Load the model that the patch was made for, or get or train a patch for this one',
    })
  }
  checkPrefix(prefix, [manifest.prefix.length, found.hiddenSize])
  checkParts(manifest.prefix, prefix)
  for (const gate of gatesOf(prefix)) if (gate) checkGate(model.config, gate)
}

/** The differences between two base models, as each has them; undefined if there are none. */
export function differingBase(
  expected: BaseModelIdentity,
  found: BaseModelIdentity,
): { readonly expected: string; readonly found: string } | undefined {
  const keys = (Object.keys(compared) as (keyof BaseModelIdentity)[]).filter(
    // Not every model, and not every manifest, has a digest.
    (key) => expected[key] !== found[key] && (key !== 'digest' || (expected[key] && found[key])),
  )
  if (keys.length === 0) return undefined
  const list = (base: BaseModelIdentity) => keys.map((key) => `${compared[key]} ${base[key]}`).join(', ')
  return { expected: list(expected), found: list(found) }
}

/** The manifest's description of the base model. */
export function describeBase(model: LanguageModel): BaseModelIdentity {
  const { id, config, tokenizer, weightsFingerprint, weightsDigest } = model
  return {
    id,
    architecture: config.architecture,
    hiddenSize: config.hiddenSize,
    vocabSize: config.vocabSize,
    layers: config.layers,
    heads: config.heads,
    tokenizer: tokenizer.fingerprint,
    weights: weightsFingerprint,
    ...(weightsDigest && { digest: weightsDigest }),
  }
}
