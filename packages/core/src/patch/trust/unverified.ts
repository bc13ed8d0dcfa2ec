import type { Patch } from '../patch.ts'
import { signatureFile } from '../signing/signature-files.ts'

/** What is to be said, in one line, of a patch that is used without a trust policy. */
export function unverified({
  manifest: { name, version },
  files,
}: Pick<Patch, 'manifest' | 'files'>): string {
  const isSigned = files[signatureFile] !== undefined
  return `${name} ${version} ${isSigned ? 'is signed, but was not verified: there is no trust policy' : 'is not signed'}`
}
