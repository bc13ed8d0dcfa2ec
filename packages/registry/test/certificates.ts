// Asked for by the library that makes certificates, before it.
import 'reflect-metadata'

import { webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  cryptoProvider,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

cryptoProvider.set(webcrypto as Crypto)

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = 86_400_000

/** The holder of a certificate. */
export interface Holder {
  readonly certificate: X509Certificate
  readonly keys: CryptoKeyPair
  /** PEM. */
  readonly pem: string
  /** PEM, PKCS #8. */
  readonly privateKey: string
}

export interface CertificateOptions {
  readonly issuer?: Holder
  readonly email?: string
  readonly isAuthority?: boolean
  readonly pathLength?: number
  readonly usage?: KeyUsageFlags
  /** Days from now. */
  readonly from?: number
  readonly to?: number
  readonly extensions?: readonly Extension[]
}

/** A certificate for a new key; without an issuer it is its own. */
export async function certify(name: string, options: CertificateOptions = {}): Promise<Holder> {
  const { issuer, email, isAuthority = false, pathLength, from = -1, to = 30, extensions = [] } = options
  const { usage = isAuthority ? KeyUsageFlags.keyCertSign : KeyUsageFlags.digitalSignature } = options
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair
  const certificate = await X509CertificateGenerator.create({
    serialNumber: Buffer.from(name).toString('hex'),
    subject: `CN=${name}`,
    issuer: issuer?.certificate.subject ?? `CN=${name}`,
    notBefore: new Date(Date.now() + from * day),
    notAfter: new Date(Date.now() + to * day),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(isAuthority, pathLength, true),
      new KeyUsagesExtension(usage, true),
      ...(email === undefined
        ? []
        : [new SubjectAlternativeNameExtension([{ type: 'email', value: email }])]),
      ...extensions,
    ],
  })
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64')
  const lines = pkcs8.match(/.{1,64}/g)?.join('\n')
  return {
    ...{ certificate, keys },
    pem: `${certificate.toString('pem')}\n`,
    privateKey: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
  }
}

export const keyEncipherment = KeyUsageFlags.keyEncipherment

/** An extension that nobody knows, and that must be understood. */
export const criticalExtension = new Extension('1.2.3.4', true, new Uint8Array([5, 0]))
