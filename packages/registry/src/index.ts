export type { Repository, RepositoryVersion } from '@policypatch/backend-web/repository'
export { type AdviseOptions, advise } from './advisories/advise.ts'
export { type Advisory, type Fault, parseAdvisory, type Severity, severities } from './advisories/advisory.ts'
export {
  type AuditedPatch,
  type AuditModelOptions,
  auditModel,
  type Finding,
  type Remedy,
} from './advisories/audit-model.ts'
export { type CertificateSignerOptions, certificateSigner } from './identities/certificate-signer.ts'
export { type IdentitySignerOptions, identitySigner } from './identities/identity-signer.ts'
export { type SignerOpenerOptions, signerOpener } from './identities/open-signer.ts'
export { type TrustedCertificateOptions, trustedCertificate } from './identities/trusted-certificate.ts'
export { type TrustedIdentityOptions, trustedIdentity } from './identities/trusted-identity.ts'
export { type AddAdvisoryOptions, addAdvisory } from './repository/publish/add-advisory.ts'
export { type AddedPatch, type AddPatchOptions, addPatch } from './repository/publish/add-patch.ts'
export type { PublishOptions } from './repository/publish/change-repository.ts'
export {
  type CreatedRepository,
  type CreateRepositoryOptions,
  createRepository,
} from './repository/publish/create-repository.ts'
export { type DelegatePatchesOptions, delegatePatches } from './repository/publish/delegate-patches.ts'
export { type RenewedMetadata, renewMetadata } from './repository/publish/renew-metadata.ts'
export { type RotateKeysOptions, rotateKeys } from './repository/publish/rotate-keys.ts'
export { type YankPatchOptions, yankPatch } from './repository/publish/yank-patch.ts'
export { type OpenRepositoryOptions, openRepository } from './repository/read/open-repository.ts'
export { type PackedPatch, packNpm, packZip } from './sources/publish/pack-patch.ts'
export { type PushedPatch, type PushPatchOptions, pushPatch } from './sources/publish/push-patch.ts'
export { parseSource, type SourceSpec } from './sources/source-spec.ts'
export {
  type TrustedRepository,
  type TrustRepositoryOptions,
  trustRepository,
} from './state/trust-repository.ts'
