import type { Prompt } from '@policypatch/core/platform'
import type { Context } from 'hono'
import type { Operation } from '../answer/answer-record.ts'
import { type BegunAnswer, beginAnswer } from '../answer/begin-answer.ts'
import { stackLabel } from '../patches/served-stack.ts'
import { badField } from './api-error.ts'
import { type CommonFields, samplingOf } from './common-fields.ts'
import { chooseStack } from './model-name.ts'
import type { RequestVariables, ServeContext } from './serve-context.ts'

export interface Asked {
  readonly operation: Operation
  readonly fields: CommonFields
  readonly prompts: readonly Prompt[]
  readonly topLogProbabilities: number | undefined
}

/** Begins the answer to a request body, within the limits. */
export async function ask(
  c: Context<RequestVariables>,
  context: ServeContext,
  { operation, fields, prompts, topLogProbabilities }: Asked,
): Promise<BegunAnswer> {
  const { limits, engine, names, patches, observers } = context
  const sampling = samplingOf(fields)
  const { maxTokens = limits.maxTokens } = sampling
  if (maxTokens > limits.maxTokens) {
    const field = fields.max_completion_tokens === undefined ? 'max_tokens' : 'max_completion_tokens'
    throw badField(field, `'${field}' may be at most ${limits.maxTokens} on this server`, 'invalid_value')
  }
  const choices = fields.n ?? 1
  if (choices * prompts.length > limits.choices) {
    throw badField(
      'n',
      `A request may have at most ${limits.choices} choices on this server`,
      'invalid_value',
    )
  }
  const stack = chooseStack(patches, names, {
    ...{ model: fields.model, patches: fields.patches },
    user: fields.safety_identifier ?? fields.user,
  })
  c.header('x-policypatch-patches', stackLabel(stack.parts))
  if (stack.arm) c.header('x-policypatch-arm', stack.arm)
  const begun = await beginAnswer(
    engine,
    {
      ...{ operation, model: fields.model, stack, prompts, choices, topLogProbabilities, seed: fields.seed },
      sampling: { ...sampling, maxTokens },
      queueTimeout: limits.queueTimeout,
      client: c.get('client'),
      payer: c.get('payer'),
      promptKind: promptKind(fields.metadata),
      headers: c.req.raw.headers,
      signal: c.req.raw.signal,
    },
    [...observers, patches.observer],
  )
  return begun
}

/** The kind of the prompts, from senders that know it, such as tests. Canaries count by it. */
function promptKind(metadata: CommonFields['metadata']): 'harmful' | 'harmless' | undefined {
  const kind = metadata?.prompt_kind
  if (kind === undefined || kind === 'harmful' || kind === 'harmless') return kind
  throw badField(
    'metadata.prompt_kind',
    "'metadata.prompt_kind' must be harmful or harmless",
    'invalid_value',
  )
}
