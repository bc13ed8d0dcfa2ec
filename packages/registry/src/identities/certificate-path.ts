import { X509Certificate } from 'node:crypto'
import { PatchError } from '@policypatch/core'
import { X509Certificate as ParsedCertificate } from '@sigstore/core'

/**
 * The certificates in a PEM file, at least one.
 *
 * @throws PatchError `INVALID_ARGUMENT`
 */
export function certificatesOf(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  try {
    if (blocks.length > 0) return blocks.map((block) => new X509Certificate(block))
  } catch (cause) {
    throw noCertificate('one that is damaged', cause)
  }
  throw noCertificate('none')
}

/**
 * A certificate in its one valid DER form; undefined for anything else. Libraries accept several forms: OpenSSL is strict about
 * everything but the unused bits in the last byte of a signature.
 */
export function certificateIn(der: Uint8Array): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(der)
    const [, , signature] = ParsedCertificate.parse(Buffer.from(der)).root.subs
    return certificate.raw.equals(der) && signature?.value[0] === 0 ? certificate : undefined
  } catch {
    return undefined
  }
}

const noCertificate = (found: string, cause?: unknown) =>
  new PatchError('INVALID_ARGUMENT', {
    expected: 'certificates in PEM',
    found,
    remedy: 'Pass a file with BEGIN CERTIFICATE blocks',
    cause,
  })

/** Extensions that are checked here or by Node; others must not be critical (RFC 5280, 4.2). */
const known = new Set(['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.37'])
const codeSigning = '1.3.6.1.5.5.7.3.3'

/**
 * What is wrong with a chain of certificates, the signer's first and each issued by the next, under some authorities; undefined
 * if nothing is. As in model-signing, the chain must be valid at the time the signer's certificate begins: signatures outlive
 * certificates, and nothing here tells when one was made. RFC 5280's names, lengths, usages and critical extensions are checked;
 * revocation is not.
 */
export function faultOfChain(
  chain: readonly X509Certificate[],
  authorities: readonly X509Certificate[],
): string | undefined {
  const [own, ...others] = chain
  const last = chain.at(-1)
  if (!own || !last) return 'no certificate'
  const authority = authorities.find((one) => one.raw.equals(last.raw) || isIssuedBy(last, one))
  if (!authority) return 'a certificate of another authority'
  const path = authority.raw.equals(last.raw) ? chain : [...chain, authority]
  const at = new Date(own.validFrom)
  for (const [i, one] of path.entries()) {
    const parsed = ParsedCertificate.parse(Buffer.from(one.raw))
    const issuer = path[i + 1]
    if (issuer && !isIssuedBy(one, issuer)) return 'certificates that are not issued by one another'
    if (!parsed.validForDate(at)) return 'a certificate that was not valid'
    const critical = criticalExtensions(parsed).find((oid) => !known.has(oid))
    if (critical !== undefined) return `a critical extension ${critical}`
    if (i === 0) continue
    if (!one.ca || !parsed.isCA) return 'an issuer that is no authority'
    const most = parsed.extBasicConstraints?.pathLenConstraint
    if (most !== undefined && most < BigInt(i - 1)) return 'more certificates than an issuer allows'
  }
  if (path.length === 1 && others.length === 0 && !isIssuedBy(own, own))
    return 'a certificate without its issuer'
  return maySign(own) ? undefined : 'a certificate that is not for signatures'
}

/** Whether a certificate names another as its issuer, and is signed by it. */
function isIssuedBy(one: X509Certificate, issuer: X509Certificate): boolean {
  return one.checkIssued(issuer) && one.verify(issuer.publicKey)
}

function maySign(own: X509Certificate): boolean {
  const usage = ParsedCertificate.parse(Buffer.from(own.raw)).extKeyUsage
  return usage?.digitalSignature === true || (own.keyUsage ?? []).includes(codeSigning)
}

function criticalExtensions({ extensions }: ParsedCertificate): string[] {
  // Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue }
  return extensions
    .filter(({ subs }) => subs.length === 3 && subs[1]?.value[0] !== 0)
    .map(({ subs }) => subs[0]?.toOID() ?? '')
}

/** The names in a certificate: its email address or URI, and its common name. */
export function namesOf(certificate: X509Certificate): readonly string[] {
  const { extSubjectAltName: names } = ParsedCertificate.parse(Buffer.from(certificate.raw))
  const { CN } = certificate.toLegacyObject().subject as { readonly CN?: string | readonly string[] }
  return [names?.rfc822Name, names?.uri, ...[CN].flat()].filter(
    (name) => name !== undefined && name !== '',
  ) as string[]
}
