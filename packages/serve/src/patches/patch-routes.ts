/** `/v1/patches`: what is served, and changes to it, which only administrators may make. */

import { type Patch, PatchError } from '@policypatch/core'
import { sha256 } from '@policypatch/core/platform'
import { type Context, Hono } from 'hono'
import type { Logger } from 'pino'
import * as z from 'zod/mini'
import { ApiError } from '../api/api-error.ts'
import { checkedFields, jsonObject, patchEntries } from '../api/common-fields.ts'
import type { RequestVariables, ServeContext } from '../api/serve-context.ts'
import { adminOnly } from '../operate/authenticate.ts'
import type { PatchSource } from './patch-source.ts'
import { boundSchema } from './state-file.ts'

export interface PatchRoutesOptions {
  readonly context: ServeContext
  readonly source?: PatchSource | undefined
  /** Whether patches may be installed from paths on this machine. */
  readonly fromPaths: boolean
  readonly log: Logger
}

const installSchema = z.strictObject({ source: z.string().check(z.minLength(1), z.maxLength(1000)) })
const defaultSchema = z.strictObject({ patches: patchEntries })
const canarySchema = z.strictObject({
  patches: patchEntries,
  percent: z.number().check(z.minimum(0), z.maximum(100)),
  bound: z._default(boundSchema, { after: 30 }),
})

export function patchRoutes({ context, source, fromPaths, log }: PatchRoutesOptions) {
  const served = context.patches
  const app = new Hono<RequestVariables>()
  const changed = async (c: Context<RequestVariables>, what: string) => {
    log.info({ client: c.get('client'), defaults: served.defaults, requestId: c.get('requestId') }, what)
    return c.json(await describe(context))
  }

  app.get('/', async (c) => c.json(await describe(context)))

  app.post('/', adminOnly, async (c) => {
    const { source: asked } = checkedFields(installSchema, jsonObject(await c.req.json()))
    if (!source)
      throw new ApiError(403, { message: 'This server installs no patches', code: 'not_configured' })
    if (source.isPath(asked) && !fromPaths) throw noPaths()
    const patches = await source.install(asked)
    for (const patch of patches) served.add(patch)
    return changed(c, `installed ${patches.map(nameOf).join(', ')}`)
  })

  app.put('/default', adminOnly, async (c) => {
    const { patches } = checkedFields(defaultSchema, jsonObject(await c.req.json()))
    for (const entry of patches) await bring(served, source, entry)
    await served.setDefaults(patches)
    return changed(c, 'default patches set')
  })

  app.post('/rollback', adminOnly, async (c) => {
    for (const part of served.earlier.at(-1) ?? []) await bring(served, source, part)
    await served.rollback()
    return changed(c, 'default patches rolled back')
  })

  app.get('/canary', (c) => c.json(served.canary ?? null))

  app.post('/canary', adminOnly, async (c) => {
    const options = checkedFields(canarySchema, jsonObject(await c.req.json()))
    for (const entry of options.patches) await bring(served, source, entry)
    return c.json(await served.startCanary(options))
  })

  app.post('/canary/promote', adminOnly, async (c) => c.json(await served.endCanary(true)))
  app.delete('/canary', adminOnly, async (c) => c.json(await served.endCanary(false)))

  return app
}

/** Reads a patch that is installed but not yet in memory when it is enabled. */
async function bring(
  served: ServeContext['patches'],
  source: PatchSource | undefined,
  entry: z.output<typeof patchEntries>[number],
): Promise<void> {
  try {
    served.stackOf([typeof entry === 'string' ? entry : { ...entry, weight: 1 }])
  } catch (error) {
    if (!(error instanceof PatchError) || error.code !== 'NOT_FOUND' || !source) throw error
    const { name, version } = typeof entry === 'string' ? { name: entry, version: undefined } : entry
    served.add(await source.find(version === undefined ? name : `${name}@${version}`))
  }
}

const nameOf = ({ manifest }: Patch) => `${manifest.name}@${manifest.version}`

async function describe({ patches: served }: ServeContext) {
  const isDefault = ({ manifest }: Patch) =>
    served.defaults.some(({ name, version }) => name === manifest.name && version === manifest.version)
  const data = served.patches.map(async (patch) => {
    const { name, version, domain, license, base, prefix, effects, created } = patch.manifest
    return {
      ...{ id: nameOf(patch), object: 'patch', name, version, domain, license, created },
      ...{ base: base.id, virtual_tokens: prefix.length, gated: prefix.gate !== undefined, effects },
      sha256: await sha256(patch.files['patch.json'] as Uint8Array),
      default: isDefault(patch),
    }
  })
  return {
    object: 'list',
    data: await Promise.all(data),
    default: served.defaults,
    canary: served.canary ?? null,
  }
}

const noPaths = () =>
  new ApiError(403, {
    message: "This server installs no patches from paths on its machine: set 'install.paths' to allow it",
    param: 'source',
    code: 'source_not_allowed',
  })
