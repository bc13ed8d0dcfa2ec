/** Translates a call's settings for the engine. Settings that the engine does not support lead to a warning or an error. */

import type { LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider'
import { PatchError } from '@policypatch/core'
import type { EngineRequest } from '@policypatch/core/engine'
import { toMessages, withJsonInstruction } from './read-prompt.ts'

export interface ReadCall {
  readonly request: EngineRequest
  readonly warnings: SharedV4Warning[]
}

/**
 * @param maxTokens used if the call sets no limit
 * @throws PatchError `UNSUPPORTED` for a call that must use a tool, and the errors of `toMessages`
 */
export function readCall(options: LanguageModelV4CallOptions, maxTokens: number): ReadCall {
  const { prompt, maxOutputTokens, stopSequences, responseFormat } = options
  const { temperature, topP, topK, seed } = options
  checkToolChoice(options)
  const messages = toMessages(prompt)
  return {
    request: {
      prompt: responseFormat?.type === 'json' ? withJsonInstruction(messages, responseFormat) : messages,
      ...{ maxTokens: maxOutputTokens ?? maxTokens, stop: stopSequences, temperature, topP, topK },
      // Without a seed, each call samples differently, as with other providers.
      seed: seed ?? (temperature ? newSeed() : undefined),
    },
    warnings: warningsFor(options),
  }
}

const newSeed = () => crypto.getRandomValues(new Uint32Array(1))[0]

function checkToolChoice({ toolChoice }: LanguageModelV4CallOptions): void {
  if (toolChoice?.type !== 'required' && toolChoice?.type !== 'tool') return
  throw new PatchError('UNSUPPORTED', {
    expected: 'a call that can be answered with text',
    found: `toolChoice ${toolChoice.type === 'tool' ? `of the tool ${toolChoice.toolName}` : 'required'}`,
    remedy: 'Remove it: models answer with text alone, and call no tools',
  })
}

function warningsFor(options: LanguageModelV4CallOptions): SharedV4Warning[] {
  const { frequencyPenalty, presencePenalty, temperature, topK, topP } = options
  const { reasoning, responseFormat, toolChoice, tools } = options
  const greedy = 'the most probable token is taken: set a temperature above 0 to sample'
  const found: [unsupported: boolean, feature: string, details: string][] = [
    [!temperature && topP !== undefined && topP !== 1, 'topP', greedy],
    [!temperature && Boolean(topK), 'topK', greedy],
    [Boolean(frequencyPenalty), 'frequencyPenalty', 'tokens are not penalized'],
    [Boolean(presencePenalty), 'presencePenalty', 'tokens are not penalized'],
    [
      Boolean(tools?.length) && toolChoice?.type !== 'none',
      'tools',
      'the model is not told of them, and calls none',
    ],
    [
      reasoning !== undefined && reasoning !== 'provider-default' && reasoning !== 'none',
      'reasoning',
      'the model has no levels of effort',
    ],
  ]
  const warnings: SharedV4Warning[] = found
    .filter(([unsupported]) => unsupported)
    .map(([, feature, details]) => ({ type: 'unsupported', feature, details }))
  if (responseFormat?.type === 'json') {
    warnings.push({
      type: 'compatibility',
      feature: 'responseFormat',
      details: 'JSON is asked for by an instruction. Decoding is not constrained: the answer may be none',
    })
  }
  return warnings
}
