/**
 * Core's endpoints, but their requests honour HTTP_PROXY, HTTPS_PROXY and NO_PROXY unless another `fetch` is given, and notices
 * go to standard error unless `onNotice` is given.
 */
import { environmentFetch } from '@policypatch/backend-node'
import * as core from '@policypatch/core'
import * as coreEvaluate from '@policypatch/core/evaluate'
import type * as corePairs from '@policypatch/core/pairs'
import * as corePlatform from '@policypatch/core/platform'

const proxied = <T extends corePairs.EndpointOptions>(options: T): T => ({
  ...options,
  fetch: options.fetch ?? environmentFetch,
  onNotice: options.onNotice ?? ((line) => console.warn(corePlatform.printableLine(line))),
})

/** A reference behind an OpenAI-compatible server. See core's `endpointReference`. */
export const endpointReference = (options: corePairs.EndpointReferenceOptions): core.Reference =>
  core.endpointReference(proxied(options))

/** A judge behind an OpenAI-compatible server. See core's `endpointJudge`. */
export const endpointJudge = (options: coreEvaluate.EndpointJudgeOptions): core.Judge =>
  coreEvaluate.endpointJudge(proxied(options))

/** A Llama Guard behind an OpenAI-compatible server. See core's `llamaGuardJudge`. */
export const llamaGuardJudge = (options: coreEvaluate.LlamaGuardJudgeOptions): core.Judge =>
  coreEvaluate.llamaGuardJudge(proxied(options))

/** A model that grades with the StrongREJECT rubric. See core's `strongRejectJudge`. */
export const strongRejectJudge = (options: coreEvaluate.StrongRejectJudgeOptions): core.Judge =>
  coreEvaluate.strongRejectJudge(proxied(options))
