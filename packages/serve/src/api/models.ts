import type { Context } from 'hono'
import { ApiError } from './api-error.ts'
import { chooseStack } from './model-name.ts'
import type { RequestVariables, ServeContext } from './serve-context.ts'

const modelOf = (id: string, { engine, startedAt }: ServeContext) => ({
  ...{ id, object: 'model', created: Math.floor(startedAt.getTime() / 1000), owned_by: 'policypatch' },
  max_model_len: engine.model.config.maxPositions,
})

/** `GET /v1/models`: the model under its names, and with each single patch. */
export const listModels = (context: ServeContext) => (c: Context<RequestVariables>) => {
  const { names, patches } = context
  const patched = patches.patches.map(({ manifest }) => `${names[0]}+${manifest.name}@${manifest.version}`)
  return c.json({ object: 'list', data: [...names, ...patched].map((id) => modelOf(id, context)) })
}

/** `GET /v1/models/ID`: any model that a request may name. */
export const getModel = (context: ServeContext) => (c: Context<RequestVariables>) => {
  const id = idIn(c.req.path.slice('/v1/models/'.length))
  chooseStack(context.patches, context.names, { model: id })
  return c.json(modelOf(id, context))
}

function idIn(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw new ApiError(404, { message: 'The address is not well formed', code: 'model_not_found' })
  }
}
