/**
 * A server's lifecycle. It listens only once everything it needs has been read and fits. When it is closed, it accepts no more
 * requests, finishes those in progress, and then stops.
 */

import { readFile } from 'node:fs/promises'
import { createServer as createPlainServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type Patch, PatchError } from '@policypatch/core'
import type { Engine } from '@policypatch/core/engine'
import type { Trust } from '@policypatch/core/patch'
import type { DestinationStream } from 'pino'
import manifest from '../package.json' with { type: 'json' }
import type { ServeConfig } from './config/serve-config.ts'
import { createApp, namesOf } from './create-app.ts'
import { type ApiKey, readKeys } from './operate/api-keys.ts'
import { isLoopback } from './operate/check-host.ts'
import { createLog } from './operate/log.ts'
import { createMetrics } from './operate/metrics.ts'
import type { PatchSource } from './patches/patch-source.ts'
import { createServedPatches, type ServedPatches } from './patches/served-patches.ts'
import { parseEntry, type StackEntry } from './patches/served-stack.ts'
import { readState, stateWriter } from './patches/state-file.ts'

export interface ServeOptions {
  readonly engine: Engine
  readonly config: ServeConfig
  /** Patches to hold from the start, besides those of the configuration and the state. */
  readonly patches?: readonly Patch[] | undefined
  /** Where patches are found and installed from. */
  readonly source?: PatchSource | undefined
  /** Accepts only patches that this trust policy verified. */
  readonly trust?: Trust | undefined
  /** Where log lines go. Default: standard output. */
  readonly logTo?: DestinationStream | undefined
}

/** A listening server. */
export interface RunningServer {
  /** URL with the port. */
  readonly url: string
  readonly patches: ServedPatches
  /** Reads the keys and certificates again. */
  reload(): Promise<void>
  /**
   * Closes the server: no more requests are accepted, and those in progress have `drainSeconds` to finish.
   *
   * @returns whether all of them did
   */
  close(): Promise<boolean>
}

/**
 * Serves a model.
 *
 * @throws PatchError `NOT_FOUND` for missing files and patches; `MALFORMED`; `INVALID_ARGUMENT` if it cannot listen on the
 *   address; and the errors of `checkFit` and the trust policy
 */
export async function serve({
  engine,
  config,
  source,
  trust,
  logTo,
  ...options
}: ServeOptions): Promise<RunningServer> {
  const log = createLog(config.log, logTo)
  let keys = config.keys === undefined ? undefined : await readKeys(config.keys)
  const state = config.state === undefined ? undefined : await readState(config.state)
  const named: StackEntry[] = [
    ...(state ? [...state.defaults, ...(state.canary?.parts ?? [])] : config.patches),
  ]
  const patches = createServedPatches({
    ...{ model: engine.model, trust, state, defaults: config.patches },
    patches: [...(options.patches ?? []), ...(await findAll(named, options.patches ?? [], source))],
    save: config.state === undefined ? undefined : stateWriter(config.state),
    onCanary(status) {
      metrics.canary(status)
      const line = { canary: status }
      if (status.state === 'rolled back') log.warn(line, 'canary rolled back')
      else log.info(line, `canary ${status.state}`)
    },
    onError: (error) => log.error({ err: error }, 'canary failed'),
  })
  const metrics = createMetrics(engine, namesOf(config, engine)[0] ?? engine.model.id, () => patches)
  let closing = false
  const app = createApp({
    ...{ engine, patches, config, source, log, metrics, version: manifest.version },
    keys: (): readonly ApiKey[] | undefined => keys,
    isClosing: () => closing,
  })
  const listener = getRequestListener(app.fetch)
  const server = config.tls
    ? createSecureServer(await certificatesOf(config.tls), listener)
    : createPlainServer(listener)
  // Longer than load balancers keep theirs: a connection that is closed just as it is reused loses a request.
  server.keepAliveTimeout = 75_000
  server.headersTimeout = 80_000
  const url = await listen(server, config)
  log.info({ url, model: engine.model.id, patches: patches.defaults }, 'listening')
  if (!keys && !isLoopback(config.host)) {
    log.warn('everybody who reaches this address is let in: set `keys`, which `policypatch api-key` makes')
  }

  let closed: Promise<boolean> | undefined
  const close = async (): Promise<boolean> => {
    log.info({ ...engine.status() }, 'closing')
    closing = true
    const stopped = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeIdleConnections()
    let drained = true
    const late = setTimeout(() => {
      drained = false
      // Also closes the connections of clients that do not read their answers.
      engine.close({ abort: true }).finally(() => server.closeAllConnections())
    }, config.drainSeconds * 1000)
    // A connection becomes idle when the answer on it ends.
    const idle = setInterval(() => server.closeIdleConnections(), 100)
    await engine.close()
    await stopped
    clearTimeout(late)
    clearInterval(idle)
    log.info({ drained }, 'closed')
    return drained
  }
  return {
    ...{ url, patches },
    async reload() {
      if (config.keys !== undefined) keys = await readKeys(config.keys)
      if (config.tls && 'setSecureContext' in server)
        server.setSecureContext(await certificatesOf(config.tls))
      log.info('keys and certificates read again')
    },
    close: () => {
      closed ??= close()
      return closed
    },
  }
}

/** The patches that are named but not given. */
async function findAll(
  entries: readonly StackEntry[],
  given: readonly Patch[],
  source: PatchSource | undefined,
): Promise<Patch[]> {
  const found: Patch[] = []
  for (const entry of entries) {
    const { name, version } = parseEntry(entry)
    const isHere = [...given, ...found].some(
      ({ manifest: own }) => own.name === name && (version === undefined || own.version === version),
    )
    if (!isHere && source) found.push(await source.find(version === undefined ? name : `${name}@${version}`))
  }
  return found
}

async function certificatesOf({ certificate, key }: NonNullable<ServeConfig['tls']>) {
  try {
    return { cert: await readFile(certificate), key: await readFile(key) }
  } catch (cause) {
    throw new PatchError('NOT_FOUND', {
      expected: `a certificate in ${certificate} and its key in ${key}`,
      found: (cause as Error).message,
      remedy: 'Set tls.certificate and tls.key to PEM files',
      cause,
    })
  }
}

async function listen(server: Server, { host, port, tls }: ServeConfig): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new PatchError('INVALID_ARGUMENT', {
          expected: 'an address to listen on',
          found: cause.message,
          remedy: 'Set host and port to an address of this machine that no other program has',
          cause,
        }),
      ),
    )
    server.listen(port, host, resolve)
  })
  const { port: own } = server.address() as AddressInfo
  const name = host.includes(':') ? `[${host}]` : host
  return `${tls ? 'https' : 'http'}://${name}:${own}`
}
