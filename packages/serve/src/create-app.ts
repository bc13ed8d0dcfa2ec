import type { Engine } from '@policypatch/core/engine'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { requestId } from 'hono/request-id'
import { secureHeaders } from 'hono/secure-headers'
import type { Logger } from 'pino'
import type { AnswerObserver } from './answer/answer-record.ts'
import { ApiError, refusalOf } from './api/api-error.ts'
import { chatCompletions } from './api/chat-completions.ts'
import { completions } from './api/completions.ts'
import { getModel, listModels } from './api/models.ts'
import type { RequestVariables, ServeContext } from './api/serve-context.ts'
import type { ServeConfig } from './config/serve-config.ts'
import type { ApiKey } from './operate/api-keys.ts'
import { authenticate } from './operate/authenticate.ts'
import { checkHost, isLoopback } from './operate/check-host.ts'
import { logAnswers, logRequests } from './operate/log.ts'
import type { Metrics } from './operate/metrics.ts'
import { rateLimit } from './operate/rate-limit.ts'
import { traceAnswers } from './operate/trace.ts'
import { chatPage } from './page/chat-page.ts'
import { patchRoutes } from './patches/patch-routes.ts'
import type { PatchSource } from './patches/patch-source.ts'
import type { ServedPatches } from './patches/served-patches.ts'

export interface AppOptions {
  readonly engine: Engine
  readonly patches: ServedPatches
  readonly config: ServeConfig
  /** The keys that are valid now; undefined if everybody is let in. */
  keys(): readonly ApiKey[] | undefined
  readonly source?: PatchSource | undefined
  readonly log: Logger
  readonly metrics: Metrics
  readonly version: string
  /** Whether requests are no longer accepted. */
  isClosing(): boolean
}

/** The routes of the server, over an engine. */
export function createApp(options: AppOptions): Hono<RequestVariables> {
  const { engine, patches, config, keys, source, log, metrics, version, isClosing } = options
  const { limits } = config
  const limited = rateLimit(limits)
  const observers: AnswerObserver[] = [
    ...[metrics.observer, logAnswers(log, config.log), traceAnswers(version), limited.observer],
  ]
  const isLocal = isLoopback(config.host)
  const context: ServeContext = {
    ...{ engine, patches, limits, observers, isClosing, names: namesOf(config, engine) },
    startedAt: new Date(),
    onStreamError: (error) => {
      if (refusalOf(error).status >= 500) log.error({ err: error }, 'answer failed while it was sent')
    },
  }
  const app = new Hono<RequestVariables>()

  app.onError((error, c) => {
    const {
      status,
      error: body,
      retryAfter,
    } = refusalOf(error instanceof SyntaxError ? notJson(error) : error)
    if (retryAfter !== undefined) c.header('retry-after', String(retryAfter))
    // The rest of the body is not read.
    if (status === 413 || isClosing()) c.header('connection', 'close')
    return c.json({ error: body }, status as 400)
  })
  app.notFound((c) => {
    throw new ApiError(404, { message: `There is no ${c.req.method} ${c.req.path}`, code: 'unknown_url' })
  })

  app.use(requestId(), logRequests(log, config.log), metrics.middleware)
  app.use(secureHeaders({ strictTransportSecurity: config.tls !== undefined, xFrameOptions: 'DENY' }))
  if (isLocal) app.use(checkHost)

  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', (c) => (isClosing() ? c.json({ status: 'closing' }, 503) : c.json({ status: 'ready' })))

  const { origins } = config.cors
  if (origins.length > 0) {
    const exposeHeaders = ['x-request-id', 'x-policypatch-patches', 'x-policypatch-arm', 'retry-after']
    app.use('/v1/*', cors({ origin: origins.includes('*') ? '*' : [...origins], exposeHeaders, maxAge: 600 }))
  }
  const key = authenticate(keys, isLocal)
  if (config.metrics === 'key') app.use('/metrics', key)
  if (config.metrics !== 'off') {
    app.get('/metrics', async (c) => {
      c.header('content-type', metrics.registry.contentType)
      return c.body(await metrics.registry.metrics())
    })
  }
  if (config.page) app.get('/', chatPage)

  app.use('/v1/*', key, async (_, next) => {
    if (isClosing()) throw closing()
    return next()
  })
  app.use('/v1/*', limited.middleware, async (c, next) => {
    const type = c.req.header('content-type') ?? ''
    if (!['POST', 'PUT'].includes(c.req.method) || c.req.header('content-length') === '0') return next()
    if (c.req.raw.body && !/^application\/json\s*(;|$)/i.test(type)) throw notJsonType(type)
    return next()
  })
  app.use('/v1/*', bodyLimit({ maxSize: limits.bodyBytes, onError: () => tooLarge(limits.bodyBytes) }))
  app.post('/v1/chat/completions', chatCompletions(context))
  app.post('/v1/completions', completions(context))
  app.get('/v1/models', listModels(context))
  app.get('/v1/models/*', getModel(context))
  app.route('/v1/patches', patchRoutes({ context, source, fromPaths: config.install.paths, log }))
  return app
}

/** The names of the model in requests. */
export const namesOf = ({ names }: Pick<ServeConfig, 'names'>, { model }: Engine): readonly string[] =>
  names.length > 0 ? names : [model.id]

const notJson = (error: SyntaxError) =>
  new ApiError(400, { message: `The body is not JSON: ${error.message}`, code: 'invalid_json' })

const notJsonType = (type: string) =>
  new ApiError(415, {
    message: `Send the body as application/json, with that Content-Type; found ${JSON.stringify(type.slice(0, 100))}`,
    code: 'unsupported_media_type',
  })

function tooLarge(limit: number): never {
  throw new ApiError(413, { message: `The body is larger than ${limit} bytes`, code: 'request_too_large' })
}

const closing = () =>
  new ApiError(
    503,
    { message: 'The server is closing; send the request to another one, or later', code: 'CLOSED' },
    5,
  )
