/**
 * A patch's files and manifest: composing, inspecting, comparing, exporting, importing.
 *
 * @module @policypatch/core/patch
 */

export type { ApplyPatchOptions } from '../patch/apply/apply-patch.ts'
export { checkFit, describeBase } from '../patch/apply/check-fit.ts'
export type { ComposePatchesOptions } from '../patch/apply/compose-patches.ts'
export { type ComposeMethod, parallelPrefix } from '../patch/apply/compose-prefixes.ts'
export { type PatchSet, type PatchSetOptions, patchSet, type StackEntry } from '../patch/apply/patch-set.ts'
export { exportKeyValues, type PatchKeyValues } from '../patch/export/key-values.ts'
export { type DecoderProgram, patchedDecoder } from '../patch/export/patched-decoder.ts'
export { type PromptEmbeds, promptEmbedder } from '../patch/export/prompt-embedder.ts'
export {
  diffPatches,
  type FieldDifference,
  type PatchDifference,
  type PrefixDifference,
} from '../patch/inspect/diff-patches.ts'
export { type EffectChange, effectChanges, movedTo } from '../patch/inspect/effect-changes.ts'
export {
  type InspectedToken,
  type InspectPrefixOptions,
  inspectPrefix,
  type NearToken,
  type PrefixInspection,
} from '../patch/inspect/inspect-prefix.ts'
export type {
  BaseModelIdentity,
  ComposedPart,
  CompositionMethod,
  GateSummary,
  MeasuredRate,
  PatchComposition,
  PatchEffect,
  PatchManifest,
  PatchRecipe,
  PrefixSummary,
} from '../patch/manifest.ts'
export type { PatchContents, PatchFiles } from '../patch/patch.ts'
export {
  type CreatePatchOptions,
  type PatchDraft,
  ungatedPatch,
  withEffects,
} from '../patch/release/create-patch.ts'
export { modelIndex } from '../patch/release/model-card.ts'
export { parseManifest } from '../patch/release/parse-manifest.ts'
export type { InstalledPatch, PatchStore, PatchStoreOptions } from '../patch/release/patch-store.ts'
export { importPeftPromptTuning } from '../patch/release/peft-adapter.ts'
export type { ReadPatchOptions } from '../patch/release/read-patch.ts'
export { compareVersions } from '../patch/release/semantic-version.ts'
export {
  readBundle,
  type SignatureMaterial,
  type SignedPayload,
  writeBundle,
} from '../patch/signing/bundle.ts'
export { type Provenance, type ProvenanceMaterial, parseProvenance } from '../patch/signing/provenance.ts'
export { addSignature, type SignPatchOptions, signPatch } from '../patch/signing/sign-patch.ts'
export {
  keySigner,
  type PatchSigner,
  type SignedBy,
  type TrustedSigner,
  trustedKey,
} from '../patch/signing/signer.ts'
export { type VerifyPatchOptions, verifyPatch } from '../patch/signing/verify-patch.ts'
export type { VerifiedPatch } from '../patch/signing/verify-signatures.ts'
export { type OpenTrustOptions, openTrust, type SignerOpener } from '../patch/trust/open-trust.ts'
export { type Trust, type TrustConditions, trustSigners, unverified } from '../patch/trust/trust.ts'
export {
  type PolicySigner,
  parseTrustPolicy,
  type RequiredEffect,
  type TrustPolicy,
  type TrustRule,
} from '../patch/trust/trust-policy.ts'
