/**
 * Stand-ins of Sigstore's services on loopback, by `@sigstore/mock`: an OpenID Connect issuer, which gives tokens to whoever asks, the
 * certificate authority Fulcio with its log, and the transparency log Rekor; and the trusted root of all of them. The authority looks at
 * the token's signature and time, and at the proof that the key is the caller's, as Fulcio does.
 */

import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
  X509Certificate,
} from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  fulcioHandler,
  type HandlerFn,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  rekorHandler,
} from '@sigstore/mock'
import { HashAlgorithm, PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs'

export interface SigstoreStandIns {
  readonly issuer: string
  /** Fulcio. */
  readonly authority: string
  /** Rekor. */
  readonly log: string
  /** JSON, for `--trusted-root`. */
  readonly trustedRoot: Uint8Array
  /** A token of the issuer for an email address, as an answer of its `/token`. */
  token(email: string, claims?: Readonly<Record<string, unknown>>): Promise<string>
  close(): Promise<void>
}

export async function startStandIns(): Promise<SigstoreStandIns> {
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signing = pair()
  const logs = await initializeCTLog(pair())
  const authority = await initializeCA(pair(), logs)
  const log = await initializeTLog('http://127.0.0.1', pair())
  const issuer = await serve((address) => ({
    '/token': async (body) => ({
      statusCode: 200,
      response: token(signing.privateKey, { iss: address, ...JSON.parse(body) }),
    }),
  }))
  const fulcio = fulcioHandler(authority, { subjectClaim: 'email' })
  const rekor = rekorHandler(log)
  const servers = [
    issuer,
    await serve(() => ({ [fulcio.path]: checked(fulcio.fn, signing.publicKey) })),
    await serve(() => ({ [rekor.path]: (body) => rekor.fn(recordedEntry(body)) })),
  ]
  const [, ca, tlog] = servers.map(({ address }) => address) as [string, string, string]
  return {
    ...{ issuer: issuer.address, authority: ca, log: tlog },
    trustedRoot: rootOf({ authority, logs, log }),
    async token(email, claims = {}) {
      const answer = await fetch(`${issuer.address}/token`, {
        method: 'POST',
        body: JSON.stringify({ aud: 'sigstore', sub: email, email, email_verified: true, ...claims }),
      })
      return answer.text()
    },
    close: async () => {
      for (const { server } of servers) await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Routes = Readonly<Record<string, HandlerFn>>

async function serve(routesOf: (address: string) => Routes): Promise<{ server: Server; address: string }> {
  let routes: Routes = {}
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const route = routes[request.url ?? '']
    if (!route) {
      response.writeHead(404).end()
      return
    }
    const {
      statusCode,
      response: body,
      contentType = 'text/plain',
    } = await route(Buffer.concat(pieces).toString())
    response.writeHead(statusCode, { 'content-type': contentType }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  routes = routesOf(address)
  return { server, address }
}

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function token(key: KeyObject, claims: Readonly<Record<string, unknown>>): string {
  const now = Math.floor(Date.now() / 1000)
  const text = `${base64url({ alg: 'ES256', typ: 'JWT' })}.${base64url({ iat: now, exp: now + 600, ...claims })}`
  const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${signature.toString('base64url')}`
}

/** An authority that gives a certificate only for a token of the issuer, and to who has the key. */
const checked =
  (handler: HandlerFn, issuer: KeyObject): HandlerFn =>
  async (body) => {
    const { credentials, publicKeyRequest } = JSON.parse(body)
    const [head, claims, signature] = String(credentials.oidcIdentityToken).split('.')
    const isToken = verify(
      'sha256',
      Buffer.from(`${head}.${claims}`),
      { key: issuer, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature ?? '', 'base64url'),
    )
    const { aud, email, exp } = JSON.parse(Buffer.from(claims ?? '', 'base64url').toString())
    if (!isToken || aud !== 'sigstore' || exp < Date.now() / 1000) {
      return { statusCode: 401, response: 'the token is not valid' }
    }
    const isOwner = verify(
      'sha256',
      Buffer.from(email),
      createPublicKey(publicKeyRequest.publicKey.content),
      Buffer.from(publicKeyRequest.proofOfPossession, 'base64'),
    )
    return isOwner ? handler(body) : { statusCode: 400, response: "the key is not the caller's" }
  }

/** What Rekor keeps of an envelope that it is given: digests, and the signature with the certificate that it is by. */
function recordedEntry(body: string): string {
  const { spec, ...entry } = JSON.parse(body)
  const { envelope, verifiers } = spec.proposedContent
  const { payload, signatures } = JSON.parse(envelope)
  const hashOf = (bytes: Buffer) => ({ algorithm: 'sha256', value: digestOf(bytes).toString('hex') })
  const recorded = {
    envelopeHash: hashOf(Buffer.from(envelope)),
    payloadHash: hashOf(Buffer.from(payload, 'base64')),
    signatures: signatures.map(({ sig }: { sig: string }, i: number) => ({
      signature: sig,
      verifier: base64Of(certificateOf(verifiers[i])),
    })),
  }
  return JSON.stringify({ ...entry, spec: recorded })
}

/** A certificate's PEM in one form, as Rekor keeps it. */
const certificateOf = (base64: string) => new X509Certificate(Buffer.from(base64, 'base64')).toString()
const base64Of = (text: string) => Buffer.from(text).toString('base64')
const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest()

function rootOf({
  authority,
  logs,
  log,
}: {
  authority: Awaited<ReturnType<typeof initializeCA>>
  logs: Awaited<ReturnType<typeof initializeCTLog>>
  log: Awaited<ReturnType<typeof initializeTLog>>
}): Uint8Array {
  const validFor = { start: new Date(Date.now() - 60_000) }
  const instance = (rawBytes: Buffer, keyId: Buffer) => ({
    baseUrl: 'http://127.0.0.1',
    hashAlgorithm: HashAlgorithm.SHA2_256,
    publicKey: { rawBytes, keyDetails: PublicKeyDetails.PKIX_ECDSA_P256_SHA_256, validFor },
    logId: { keyId },
    checkpointKeyId: undefined,
    operator: '',
  })
  const bytesOf = (view: ArrayBufferView) => Buffer.from(view.buffer, view.byteOffset, view.byteLength)
  const root = TrustedRoot.toJSON({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [instance(log.publicKey, digestOf(log.publicKey))],
    certificateAuthorities: [
      {
        subject: { commonName: 'sigstore', organization: 'sigstore.mock' },
        uri: 'http://127.0.0.1',
        certChain: { certificates: [{ rawBytes: bytesOf(authority.rootCertificate) }] },
        validFor,
        operator: '',
      },
    ],
    ctlogs: [instance(logs.publicKey, Buffer.from(logs.logID as unknown as ArrayBuffer))],
    timestampAuthorities: [],
  })
  return new TextEncoder().encode(JSON.stringify(root))
}
